import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { filesOf } from '../../src/containerd/files.ts'
import { endpointsOf } from '../../src/containerd/endpoints.ts'
import { parseImageReference, type ImageReference } from '../../src/containerd/image-reference.ts'
import { parseTrace } from '../../src/containerd/trace.ts'
import { tracedResolution, type TracedResolution } from '../../src/containerd/traced-resolution.ts'
import { rulesOf } from '../../src/containerd/version-rules.ts'
import { parseContainerdVersion } from '../../src/containerd/versions.ts'

const folder = new URL('../../fixtures/traces/', import.meta.url)
const recorded = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((file) => /^([\d.]+)-(.*)\.txt$/.exec(file)!)

/** What the traces were made with: a hosts.toml for localhost:15009 that leads to a mirror. */
const mirrors: { [name: string]: { image: string; mirror: string } } = {
  'mirror-found': { image: 'localhost:15009/app:1', mirror: 'http://127.0.0.1:15001' },
  'mirror-not-found': { image: 'localhost:15009/app:none', mirror: 'http://127.0.0.1:15001' },
  'mirror-refused': { image: 'localhost:15009/app:1', mirror: 'http://127.0.0.1:15003' },
  'http-for-https': { image: 'localhost:15009/app:1', mirror: 'https://127.0.0.1:15001' },
}

function follow(
  version: string,
  name: string,
  { image, mirror }: { image: string; mirror: string },
  text = read(version, name),
): TracedResolution {
  const rules = rulesOf(parseContainerdVersion(version)!)
  const path = '/certs.d/localhost:15009/hosts.toml'
  const hosts = { type: 'file', size: 1, sha256: '', text: `[host."${mirror}"]\n` } as const
  const files = filesOf([
    { path: '/certs.d', answer: { entries: { '/certs.d': { type: 'dir' }, '/certs.d/localhost:15009': { type: 'dir' }, [path]: hosts } } },
  ])
  const found = endpointsOf('localhost:15009', ['/certs.d'], files, rules)
  if (found.kind !== 'endpoints') throw new Error('no endpoints')
  const succeeded = !/^ctr: /m.test(text)
  return tracedResolution(parseImageReference(image) as ImageReference, found.endpoints, rules, parseTrace(text), succeeded)
}

const read = (version: string, name: string): string => readFileSync(new URL(`${version}-${name}.txt`, folder), 'utf8')

describe('the plan foresees what containerd did', () => {
  const rows = recorded.flatMap(([, version, name]) => (mirrors[name!] ? [[version!, name!, mirrors[name!]!] as const] : []))
  test.each(rows)('%s %s', (version, name, set) => {
    const followed = follow(version, name, set)
    expect(followed.difference).toBeUndefined()
    expect(followed.outcome).toBe(name === 'mirror-found' ? 'ok' : 'fails')
    expect(followed.attempts.length).toBeGreaterThan(0)
    expect(followed.attempts[0]!.request.url).toContain(set.mirror)
  })
})

test.each(recorded.flatMap(([, version, name]) => (mirrors[name!] ? [[version!, name!] as const] : [])))(
  'the host that a dump has lost is no difference: %s %s',
  (version, name) => {
    const text = read(version, name).replaceAll(/^.* msg="Host: .*\n/gm, '')
    expect(follow(version, name, mirrors[name]!, text).difference).toBeUndefined()
  },
)

describe('where they differ, the trace is right', () => {
  const set = mirrors['mirror-not-found']!
  test('another request than the plan has is told, and what answered is kept', () => {
    const followed = follow('2.1.4', 'mirror-not-found', { ...set, mirror: 'http://127.0.0.1:15002' })
    expect(followed.difference).toEqual({
      expected: 'HEAD http://127.0.0.1:15002/v2/app/manifests/none?ns=localhost%3A15009',
      saw: 'HEAD /v2/app/manifests/none?ns=localhost%3A15009 at 127.0.0.1:15001',
    })
    expect(followed.attempts.map(({ request, byRegistry }) => [request.endpoint.host, byRegistry])).toEqual([
      ['127.0.0.1:15001', true],
      ['localhost:15009', null],
    ])
    expect(followed.error?.text).toBe('localhost:15009/app:none: not found')
  })
  test('another error than the plan comes to is told, and the real one is kept', () => {
    const text = read('2.1.4', 'mirror-not-found').replace(/^ctr: .*$/m, 'ctr: something else')
    const followed = follow('2.1.4', 'mirror-not-found', set, text)
    expect(followed).toMatchObject({ outcome: 'fails', error: { text: 'something else' }, difference: { saw: 'something else' } })
  })
  test('success where the plan fails is told', () => {
    const text = read('2.1.4', 'mirror-not-found').replace(/^ctr: .*\n?/m, '')
    expect(follow('2.1.4', 'mirror-not-found', set, text)).toMatchObject({ outcome: 'ok', difference: { saw: 'the image was found' } })
  })
})

describe('lines that the dump lost are no difference', () => {
  test.each([
    ['all of them', (text: string) => text.replace(/^time=.*\n/gm, '')],
    ['the last answer', (text: string) => text.replace(/^(time=.*msg="(?:fetch failed|trying next host)".*\n)(?=ctr:)/m, '')],
    ['the second request', (text: string) => text.replace(/^time=.*msg="HEAD \/v2\/app\/manifests\/none HTTP[\s\S]*?(?=^ctr:)/m, '')],
  ])('%s', (_name, lose) => {
    for (const version of ['1.7.34', '2.1.4', '2.3.4']) {
      const followed = follow(version, 'mirror-not-found', mirrors['mirror-not-found']!, lose(read(version, 'mirror-not-found')))
      expect(followed.difference, version).toBeUndefined()
      expect(followed.outcome).toBe('fails')
    }
  })
})
