import { describe, expect, test } from 'vitest'
import { kindRegistry } from './registry.ts'
import { contentOf, readManifest, runsOn } from '../../src/derive/registry-content.ts'
import { replaySession } from '../../src/engine/session.ts'
import type { Answer } from '../../src/model/observation.ts'

const digest = (of: string): string => `sha256:${of.repeat(64)}`
const [config, layer, child] = [digest('c'), digest('1'), digest('a')]
const manifest = JSON.stringify({ config: { digest: config, size: 100 }, layers: [{ digest: layer, size: 200 }] })
const index = (...platforms: readonly string[]): string =>
  JSON.stringify({
    manifests: platforms.map((one) => {
      const [os, architecture, variant] = one.split('/')
      return { digest: child, size: 300, platform: { os, architecture, ...(variant && { variant }) } }
    }),
  })

const base = 'http://127.0.0.1:5001/v2/'
type Answers = { [url: string]: Partial<Exclude<Answer<'http'>, { error: unknown }>> | keyof typeof failures }
const whole: Answers = {
  [`GET ${base}app/blobs/${config} size`]: { headers: { 'content-length': '100' }, bytes: 100 },
  [`GET ${base}app/blobs/${layer} size`]: { headers: { 'content-length': '200' }, bytes: 200 },
  [`GET ${base}app/manifests/${child}`]: { body: manifest },
}

const failures = {
  refused: { code: 'ECONNREFUSED', message: '', connected: false },
  'broken-off': { code: 'UND_ERR_SOCKET', message: 'other side closed', connected: true },
}

/** A registry that answers so; what is not said is not recorded. */
function look(answers: Answers) {
  const all: Answers = { [`GET ${base}`]: { headers: { 'docker-distribution-api-version': 'registry/2.0' }, body: '{}' }, ...answers }
  return replaySession(
    Object.entries(all).map(([asked, given]) => {
      const [method, url, keep] = asked.split(' ') as ['GET' | 'HEAD', string, 'size' | undefined]
      const answer = typeof given === 'string' ? { error: failures[given], ms: 1 } : { status: 200, headers: {}, body: '', ms: 1, ...given }
      return { kind: 'http', query: { vantage: 'host', method, url, ...(keep && { keep }) }, answer }
    }),
  ).look
}

const content = (answers: Answers, text = manifest, platform: string | null = 'linux/amd64') =>
  contentOf(look(answers), kindRegistry, 'app', text, platform)

describe('what a registry holds of an image', () => {
  test('all of it', async () => expect(await content(whole)).toEqual({ kind: 'complete' }))
  test('all of it, for the platform of the node', async () =>
    expect(await content(whole, index('linux/arm64', 'linux/amd64'))).toEqual({ kind: 'complete' }))
  test('nothing for the platform of the node; attestations are none', async () =>
    expect(await content(whole, index('linux/arm64', 'linux/s390x', 'unknown/unknown'))).toEqual({
      kind: 'no-platform',
      has: ['linux/arm64', 'linux/s390x'],
    }))
  test('a blob is gone', async () =>
    expect(await content({ ...whole, [`GET ${base}app/blobs/${layer} size`]: { status: 404 } })).toEqual({
      kind: 'incomplete',
      of: 2,
      missing: [{ digest: layer, saw: 'HTTP 404' }],
    }))
  test('a blob is empty', async () =>
    expect(await content({ ...whole, [`GET ${base}app/blobs/${config} size`]: { headers: { 'content-length': '0' } } })).toEqual({
      kind: 'incomplete',
      of: 2,
      missing: [{ digest: config, saw: '0 of 100 bytes' }],
    }))
  test('a blob is empty, and the registry remembers its size', async () =>
    expect(await content({ ...whole, [`GET ${base}app/blobs/${layer} size`]: { headers: { 'content-length': '200' }, bytes: 0 } })).toEqual(
      {
        kind: 'incomplete',
        of: 2,
        missing: [{ digest: layer, saw: '0 of 200 bytes' }],
      },
    ))
  test('a blob is larger than what comes of it', async () => {
    const large = manifest.replace('200', '20000000')
    const answers = {
      [`GET ${base}app/blobs/${layer} size`]: { headers: { 'content-length': '20000000' }, bytes: 65_536 },
    }
    expect(await content({ ...whole, ...answers }, large)).toEqual({ kind: 'complete' })
  })
  test('a blob breaks off, and the registry answers for it otherwise', async () => {
    const answers = { [`GET ${base}app/blobs/${layer} size`]: 'broken-off', [`HEAD ${base}app/blobs/${layer}`]: {} } as const
    expect(await content({ ...whole, ...answers })).toEqual({
      kind: 'incomplete',
      of: 2,
      missing: [{ digest: layer, saw: 'other side closed' }],
    })
  })
  test('the manifest for the platform is gone', async () =>
    expect(await content({ ...whole, [`GET ${base}app/manifests/${child}`]: { status: 404 } }, index('linux/amd64'))).toEqual({
      kind: 'incomplete',
      of: 1,
      missing: [{ digest: child, saw: 'HTTP 404' }],
    }))
  test('blobs that lie elsewhere', async () =>
    expect(await content({ ...whole, [`GET ${base}app/blobs/${layer} size`]: { status: 307 } })).toEqual({ kind: 'complete' }))

  test.each<[string, Answers, string, string | null]>([
    ['a registry that the host does not reach', { [`GET ${base}`]: 'refused' }, manifest, 'linux/amd64'],
    ['no manifest', whole, '', 'linux/amd64'],
    ['a manifest of another kind', whole, '{"schemaVersion":1,"fsLayers":[]}', 'linux/amd64'],
    ['a node whose platform is not known', whole, index('linux/amd64'), null],
    ['an index that names no platforms', whole, JSON.stringify({ manifests: [{ digest: child, size: 1 }] }), 'linux/amd64'],
    ['a blob that may not be asked for', { ...whole, [`GET ${base}app/blobs/${layer} size`]: { status: 401 } }, manifest, 'linux/amd64'],
    [
      'a registry that breaks off everything',
      { ...whole, [`GET ${base}app/blobs/${layer} size`]: 'broken-off', [`HEAD ${base}app/blobs/${layer}`]: 'broken-off' },
      manifest,
      'linux/amd64',
    ],
    ['a blob for which nothing answers', { ...whole, [`GET ${base}app/blobs/${layer} size`]: 'refused' }, manifest, 'linux/amd64'],
    [
      'a manifest for the platform that may not be asked for',
      { ...whole, [`GET ${base}app/manifests/${child}`]: { status: 500 } },
      index('linux/amd64'),
      'linux/amd64',
    ],
  ])('not known: %s', async (_why, answers, text, platform) => expect(await content(answers, text, platform)).toEqual({ kind: 'unknown' }))
})

test.each([
  ['linux/amd64', 'linux/amd64', true],
  ['linux/386', 'linux/amd64', true],
  ['linux/arm/v7', 'linux/arm64', true],
  ['linux/arm64/v8', 'linux/arm64', true],
  ['linux/arm64', 'linux/amd64', false],
  ['linux/amd64', 'linux/arm64', false],
  ['windows/amd64', 'linux/amd64', false],
])('an image for %s on a node of %s: %s', (image, node, runs) => expect(runsOn(image, node)).toBe(runs))

test.each(['', 'null', '[]', '{}', '{"manifests":{}}', '{"config":{"digest":"../../etc","size":1}}', '<html>'])(
  '%s is no manifest',
  (text) => expect(readManifest(text)).toBeNull(),
)
