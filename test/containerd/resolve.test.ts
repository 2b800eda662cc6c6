import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/containerd/attempt.ts'
import type { Endpoint } from '../../src/containerd/endpoints.ts'
import { parseImageReference, type ImageReference } from '../../src/containerd/image-reference.ts'
import { kubeletText } from '../../src/containerd/kubelet-text.ts'
import { registryMessage } from '../../src/containerd/registry-message.ts'
import { resolveImage } from '../../src/containerd/resolve.ts'
import { rulesOf } from '../../src/containerd/version-rules.ts'
import { fixture, version } from './certs-d.ts'
import { endpointOf, play, type Scripted } from './scripted-registry.ts'

interface Expected {
  readonly expected?: readonly string[]
  readonly like?: string
  readonly differs?: { readonly [index: string]: string }
}
const { servers, cases } = fixture('resolve-cases.json') as {
  servers: { readonly [name: string]: Scripted }
  cases: readonly { ref: string; servers: readonly string[] }[]
}
const digest = `sha256:${'ab'.repeat(32)}`

function expectedOf(containerd: string): readonly string[] {
  const { expected, like, differs } = fixture(`resolve-${containerd}.json`) as Expected
  return expected ?? expectedOf(like!).map((line, index) => differs![index] ?? line)
}

function reference(text: string): ImageReference {
  const parsed = parseImageReference(text)
  if ('error' in parsed) throw new Error(parsed.error)
  return parsed
}

function resolved(containerd: string, ref: string, names: readonly string[]): string {
  const rules = rulesOf(version(containerd))
  const scripted = names.map((name) => servers[name]!)
  const endpoints = scripted.map((server, index) => endpointOf(server, index, rules))
  const { ask, seen } = play(scripted)
  const resolution = resolveImage(reference(ref.replace('DIGEST', digest)), endpoints, rules, ask)
  // A server that speaks TLS was not asked whether the connection was kept.
  const speaksTls = new Set(scripted.flatMap(({ listens }, index) => (listens === 'tls' ? [`e${index + 1} tls`] : [])))
  const requests = seen.filter((line) => !speaksTls.has(line)).join(' | ')
  const end = resolution.outcome === 'ok' ? 'ok' : resolution.error.text.replace(/(anonymous token: ).*/, '$1TOKEN')
  return `${requests} => ${end}`.replaceAll(digest, 'DIGEST')
}

// prettier-ignore
const versions = [
  '1.6.20', '1.6.36', '1.7.11', '1.7.23', '1.7.34', '2.0.2', '2.0.13', '2.1.4', '2.1.5-k3s1', '2.2.7', '2.3.4', '2.4.2',
]

describe.each(versions)('resolving with containerd %s', (containerd) => {
  it('makes the requests of the real resolver and ends with its error', () => {
    const expected = expectedOf(containerd)
    expect(expected).toHaveLength(cases.length)
    const wrong = cases.flatMap(({ ref, servers: names }, index) => {
      const got = resolved(containerd, ref, names)
      return got === expected[index] ? [] : [{ case: `${index} ${ref} ${names.join(' → ')}`, got, wanted: expected[index] }]
    })
    expect(wrong).toEqual([])
  })
})

const endpoint = (host: string, more: Partial<Endpoint> = {}): Endpoint => ({
  url: `http://${host}/v2`,
  scheme: 'http',
  host,
  path: '/v2',
  capabilities: ['pull', 'resolve', 'push'],
  skipVerify: false,
  httpFallback: false,
  source: 'hosts.toml',
  ...more,
})
const refused: Outcome = { error: 'dial tcp [::1]:5001: connect: connection refused', kind: 'refused' }

function textFor(
  containerd: string,
  path: 'local' | 'transfer',
  answers: { readonly [host: string]: Outcome },
  endpoints: readonly Endpoint[],
): string {
  const image = 'localhost:5001/app:v1'
  const resolution = resolveImage(reference(image), endpoints, rulesOf(version(containerd)), ({ endpoint: { host } }) => answers[host]!)
  return resolution.outcome === 'ok' ? 'ok' : kubeletText(image, reference(image), resolution.error, path)
}

describe('the text that the kubelet shows', () => {
  const mirror = endpoint('kind-registry:5000')
  const fallback = endpoint('localhost:5001', { scheme: 'https', httpFallback: true, source: 'default' })

  it('hides the mirror’s 404 behind the refused default on 1.x', () => {
    const text = textFor('1.7.34', 'local', { 'kind-registry:5000': { status: 404 }, 'localhost:5001': refused }, [mirror, fallback])
    expect(text).toBe(
      'Failed to pull image "localhost:5001/app:v1": failed to pull and unpack image "localhost:5001/app:v1": failed to resolve ' +
        'reference "localhost:5001/app:v1": failed to do request: Head "https://localhost:5001/v2/app/manifests/v1": ' +
        'dial tcp [::1]:5001: connect: connection refused',
    )
  })

  it('says not found with its code on 2.x', () => {
    const text = textFor('2.2.7', 'local', { 'kind-registry:5000': { status: 404 }, 'localhost:5001': refused }, [mirror, fallback])
    expect(text).toContain('rpc error: code = NotFound desc = failed to pull and unpack image')
    expect(text).toMatch(/failed to resolve reference "localhost:5001\/app:v1": localhost:5001\/app:v1: not found$/)
  })

  it('names no reference where the transfer service resolves', () => {
    const text = textFor('2.3.4', 'transfer', { 'kind-registry:5000': { status: 500 }, 'localhost:5001': refused }, [mirror, fallback])
    expect(text).toMatch(
      /failed to resolve image: unexpected status from HEAD request to http:\/\/kind-registry:5000\/v2\/app\/manifests\/v1\?ns=localhost%3A5001: 500 Internal Server Error$/,
    )
  })

  it('tells a time-out by its code', () => {
    const timeout: Outcome = { error: 'dial tcp 10.0.0.1:5000: i/o timeout', kind: 'timeout' }
    expect(textFor('1.7.34', 'local', { 'kind-registry:5000': timeout }, [mirror])).toContain('code = DeadlineExceeded')
  })

  it('is not found where no endpoint has the capability', () => {
    expect(textFor('2.2.7', 'local', {}, [endpoint('a', { capabilities: ['push'] })])).toMatch(/no resolve hosts: not found$/)
  })
})

describe('a fallback to HTTP', () => {
  const timeout: Outcome = { error: 'net/http: TLS handshake timeout', kind: 'handshake-timeout' }
  const schemes = (containerd: string, host: string, failure: Outcome): string[] => {
    const asked: string[] = []
    resolveImage(
      reference('reg.lan/app'),
      [endpoint(host, { scheme: 'https', httpFallback: true })],
      rulesOf(version(containerd)),
      ({ scheme }) => {
        asked.push(scheme)
        return scheme === 'https' ? failure : { status: 200 }
      },
    )
    return asked
  }

  it.each([
    ['1.7.15', 'mirror:5000', timeout, ['https']],
    ['1.7.16', 'mirror:5000', timeout, ['https', 'http']],
    ['1.7.23', 'mirror', refused, ['https']],
    ['1.7.24', 'mirror', refused, ['https', 'http']],
    ['2.2.7', 'mirror:5000', refused, ['https']],
  ] as const)('of %s to %s', (containerd, host, failure, wanted) => {
    expect(schemes(containerd, host, failure)).toEqual(wanted)
  })
})

describe('a manifest that is too large', () => {
  const asked = (containerd: string): string => {
    const resolution = resolveImage(
      reference('reg.lan/app'),
      [endpoint('a:1'), endpoint('b:1')],
      rulesOf(version(containerd)),
      ({ endpoint: { host } }) => (host === 'a:1' ? { status: 200, bytes: 5_000_000 } : { status: 500 }),
    )
    return resolution.outcome === 'ok' ? 'ok' : resolution.error.text
  }

  it.each(['1.7.34', '2.2.7'])('is what %s reports', (containerd) => {
    expect(asked(containerd)).toBe('rejecting 5000000 byte manifest for reg.lan/app:latest: not found')
  })
})

describe('a registry’s own error', () => {
  it.each([
    ['{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}', 'denied'],
    ['{"errors":[{"code":"DENIED","message":"no"}]}', 'denied: no'],
    ['{"errors":[{"code":"MANIFEST_UNKNOWN","message":"no"}]}', 'unknown: no'],
    ['{"errors":[]}', null],
    ['[]', null],
    ['<html>', null],
    ['null', null],
    ['{"errors":[{"code":7}]}', null],
  ])('%s reads %j', (body, text) => {
    expect(registryMessage(body)).toBe(text)
  })
})
