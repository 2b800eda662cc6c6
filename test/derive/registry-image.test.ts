import { describe, expect, test } from 'vitest'
import { partFor, registryImage, type RegistryAnswer, type RegistryImage } from '../../src/derive/registry-image.ts'
import type { HttpAnswer } from '../../src/model/observation.ts'
import { kind } from '../sessions/kind.ts'
import { kindRegistry } from './registry.ts'

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
const amd64 = { digest: digest('a'), size: 1, platform: { os: 'linux', architecture: 'amd64' } }
const arm64 = { digest: digest('b'), size: 1, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }
const attestation = { digest: digest('c'), size: 1, platform: { os: 'unknown', architecture: 'unknown' } }
const manifest = (config: string): object => ({ schemaVersion: 2, config: { digest: config, size: 1 }, layers: [] })

/** Asks a registry that gives these bodies by the last part of the path; a number is a status. */
function ask(bodies: { readonly [object: string]: unknown }, platforms: readonly string[] = ['linux/amd64']): Promise<RegistryAnswer> {
  const answers = (asked: string, query: Record<string, unknown>): HttpAnswer | undefined => {
    const object = /\/v2\/lab\/app\/(?:manifests|blobs)\/(.+)$/.exec(String(query['url']))?.[1]
    if (asked !== 'http' || object === undefined) return undefined
    const body = bodies[object] ?? 404
    if (typeof body === 'number') return { status: body, headers: {}, body: '', ms: 1 }
    return {
      status: 200,
      headers: { 'docker-content-digest': digest('f') },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ms: 1,
    }
  }
  return registryImage(kind({ answers }).look, kindRegistry, 'lab/app', '1', platforms)
}

describe('what a registry holds under a tag', () => {
  test('an index: its parts without attestations, and of those that matter platform, configuration and date', async () => {
    const answer = await ask({
      1: { schemaVersion: 2, manifests: [amd64, arm64, attestation] },
      [amd64.digest]: manifest(digest('d')),
      [digest('d')]: { os: 'linux', architecture: 'amd64', created: '2026-11-21T10:00:00Z' },
    })
    expect(answer).toMatchObject({ kind: 'holds', image: { digest: digest('f'), of: 'index' } })
    expect((answer as { image: RegistryImage }).image.parts).toEqual([
      { manifest: amd64.digest, platform: 'linux/amd64', config: digest('d'), created: '2026-11-21T10:00:00Z' },
      { manifest: arm64.digest, platform: 'linux/arm64/v8' },
    ])
  })

  test.each<[string, { readonly [object: string]: unknown }, object]>([
    [
      'a manifest whose configuration is gone',
      { 1: manifest(digest('d')) },
      { kind: 'holds', image: { parts: [{ manifest: digest('f'), config: digest('d') }] } },
    ],
    [
      'a configuration that is none',
      { 1: manifest(digest('d')), [digest('d')]: '{"os":' },
      { kind: 'holds', image: { parts: [{ config: digest('d') }] } },
    ],
    [
      'a configuration without a date',
      { 1: manifest(digest('d')), [digest('d')]: { created: '0001-01-01T00:00:00Z' } },
      { kind: 'holds', image: { parts: [{ config: digest('d') }] } },
    ],
    ['nothing', {}, { kind: 'missing' }],
    ['what is no manifest', { 1: 'hello' }, { kind: 'fails', saw: 'what it gives is no manifest' }],
    ['an error', { 1: 500 }, { kind: 'fails', status: 500 }],
  ])('%s', async (_name, bodies, expected) => {
    expect(await ask(bodies)).toMatchObject(expected)
  })

  test('a pull-through cache is not asked, as it would fetch', async () => {
    const cache = { ...kindRegistry, role: 'pull-through-cache' as const }
    expect(await registryImage(kind().look, cache, 'lab/app', '1', [])).toMatchObject({ kind: 'not-asked' })
  })
})

describe('the part that a node takes', () => {
  const image = (...platforms: string[]): RegistryImage => ({ of: 'index', text: '', parts: platforms.map((platform) => ({ platform })) })
  test.each<[RegistryImage, string | undefined, string | undefined]>([
    [image('linux/386', 'linux/amd64'), 'linux/amd64', 'linux/amd64'],
    [image('linux/386', 'linux/arm64'), 'linux/amd64', 'linux/386'],
    [image('linux/arm/v7'), 'linux/arm64', 'linux/arm/v7'],
    [image('linux/arm64'), 'linux/amd64', undefined],
    [image('linux/amd64', 'linux/arm64'), undefined, undefined],
    [image('linux/amd64'), undefined, 'linux/amd64'],
    [{ of: 'manifest', text: '', parts: [{ platform: 'linux/s390x' }] }, 'linux/amd64', 'linux/s390x'],
  ])('%#: of %j on %s', (given, platform, expected) => {
    expect(partFor(given, platform)?.platform).toBe(expected)
  })
})
