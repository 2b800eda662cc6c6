import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ObservationFailure } from '../../src/model/observation.ts'
import { answerOf, current, held, image, newer, old, pod, rows, traced, tracedOn, type Build, type TracedWorld } from './traced.ts'

const container = 'buildx_buildkit_lab0'
const none = 'localhost:5001/lab/none:1'

/** What a builder made: its manifest, or an index with an attestation, as recorded. */
interface Made {
  readonly build: Build
  readonly at?: string
  readonly name?: string
  readonly type?: string
  readonly push?: boolean
  readonly error?: string
  readonly index?: string
  readonly platform?: string
  /** It keeps it no more. */
  readonly gone?: true
}

const recordOf = ({ build, at, name = image, type = 'image', push = false, error, index, platform = 'linux/amd64' }: Made): string => {
  const kind = index === undefined ? 'application/vnd.oci.image.manifest.v1+json' : 'application/vnd.oci.image.index.v1+json'
  return JSON.stringify({
    completedAt: at ?? build.created,
    outputs: [{ type, name, push: String(push), 'push-by-digest': '' }],
    platforms: JSON.stringify({ Platforms: [{ ID: platform }] }),
    result: { Results: { 0: { media_type: kind, digest: index ?? build.manifest } } },
    error,
  })
}

const recorded = readFileSync(new URL('../../fixtures/builder/0.28.1-index.json', import.meta.url), 'utf8')
const amd64 = 'sha256:3dcf2965e555946964245a3bf9f2adb2221fef57142b48739e13d39abe5b3509'
const anIndex = `sha256:${'9'.repeat(64)}`

function manifestText(made: readonly Made[], digest: unknown): { text: string } | { absent: true } {
  const one = made.find(({ build, index }) => index === digest || build.manifest === digest)
  if (one === undefined || one.gone) return { absent: true }
  if (one.index === digest) return { text: recorded.replace(amd64, one.build.manifest) }
  return { text: JSON.stringify({ schemaVersion: 2, config: { digest: one.build.config, size: 86 }, layers: [] }) }
}

const nameless = (at: string): string =>
  JSON.stringify({ completedAt: at, outputs: [], platforms: '{"Platforms":[{"ID":"linux/amd64"}]}', result: {} })

/** A world with builders, by their containers. */
function withBuilders(builders: { readonly [name: string]: readonly (Made | string)[] }, world: TracedWorld = {}): TracedWorld {
  const all = Object.values(builders)
    .flat()
    .filter((one) => typeof one !== 'string')
  return {
    ...world,
    containers: Object.keys(builders).map((name) => ({ name, published: [], networks: ['bridge'] })),
    answers: (kind, query) => {
      if (kind === 'builder.history')
        return { records: builders[String(query['container'])]!.map((one) => (typeof one === 'string' ? one : recordOf(one))) }
      return kind === 'builder.manifest' ? manifestText(all, query['digest']) : world.answers?.(kind, query)
    },
  }
}

const everywhere: TracedWorld = { stores: { worker: [held(current)] }, runs: [pod(current)] }
const traceOf = (made: readonly (Made | string)[], world: TracedWorld = everywhere) =>
  tracedOn(traced(withBuilders({ [container]: made }, world)))

describe('the row of a builder', () => {
  const late = '2026-11-21T10:49:30Z'
  test.each<[string, Made, object]>([
    ['pushed what the registry has', { build: current, push: true }, { same: true, digest: current.manifest, detail: 'pushed' }],
    ['pushed it within an index', { build: current, push: true, index: anIndex }, { same: true, of: 'index', detail: 'pushed' }],
    [
      'made the same again, with another attestation',
      { build: current, at: late, index: anIndex },
      { same: true, detail: 'not pushed by it' },
    ],
    ['pushed it by its address on the network', { build: current, push: true, name: 'kind-registry:5000/lab/hello:1' }, { same: true }],
    ['pushed what another has pushed over', { build: old, push: true }, { same: false, detail: /^another image .*, pushed$/ }],
    ['kept an elder one', { build: old }, { same: false, detail: /^another image .*: it stays in the builder$/ }],
    ['pushed a newer one elsewhere', { build: newer, push: true, name: 'lab/hello:1' }, { same: false, detail: /pushed as lab\/hello:1$/ }],
    ['exported a newer one, which the engine or a node may have', { build: newer, type: 'docker' }, { same: false, detail: /loaded into/ }],
    ['made it for another platform', { build: newer, platform: 'linux/arm64' }, { detail: /^for linux\/arm64, not pushed/ }],
    ['kept a newer index, and it is gone', { build: newer, index: anIndex, gone: true }, { digest: anIndex, detail: /^not pushed/ }],
  ])('that %s: no fault', async (_name, made, row) => {
    const document = await traceOf([made])
    expect(answerOf(document)).toEqual({ exitCode: 0, codes: [], first: undefined })
    const [found] = rows(document, 'builder')
    const { detail, ...facts } = { same: undefined, detail: '', ...row }
    expect({ same: undefined, ...found }).toMatchObject({ name: container, state: 'holds', ...facts })
    expect(found?.detail).toMatch(detail)
  })

  test('tells the last of several, and that a later one had no output', async () => {
    const document = await traceOf([{ build: old }, { build: current, push: true }, { build: old, at: old.created }, nameless(late)])
    expect(rows(document, 'builder')).toMatchObject([{ same: true, detail: 'pushed; what it built 2026-11-21 10:49:30 UTC had no output' }])
  })

  test.each<[string, readonly (Made | string)[], TracedWorld]>([
    ['made nothing of the name', [{ build: newer, name: 'localhost:5001/lab/other:1' }], everywhere],
    ['made it under another tag', [{ build: newer, name: 'localhost:5001/lab/hello:2' }], everywhere],
    ['made it for another registry', [{ build: newer, name: 'localhost:5999/lab/hello:1' }], everywhere],
    ['made something without a name before', [nameless(old.created)], everywhere],
    ['made something without a name, and the engine has it', [nameless(late)], { ...everywhere, built: { [image]: current } }],
  ])('is left out of one that %s', async (_name, made, world) => {
    const document = await traceOf(made, world)
    expect(document.exitCode).toBe(0)
    expect(rows(document, 'builder')).toEqual([])
  })

  test('of one that made something without a name since: it may be that', async () => {
    const document = await traceOf([nameless(late)])
    expect(document.exitCode).toBe(0)
    expect(rows(document, 'builder')).toMatchObject([{ state: 'unknown', detail: expect.stringContaining('had no output') as string }])
  })

  test.each<[string, TracedWorld, number]>([
    ['is told where the engine has it not', {}, 1],
    ['is left out where the engine has it', { built: { [image]: current } }, 0],
  ])('of one that does not tell %s', async (_name, world, count) => {
    const refuse = (): never => {
      throw new ObservationFailure('builder.history', 'unreadable', 'its BuildKit is older than 0.12')
    }
    const answers: TracedWorld['answers'] = (kind) => (kind === 'builder.history' ? refuse() : undefined)
    const document = await tracedOn(traced({ ...withBuilders({ [container]: [] }), ...everywhere, ...world, answers }))
    expect(document.exitCode, 'what the registry has is known').toBe(0)
    const row = { state: 'unknown', detail: 'its BuildKit is older than 0.12' }
    expect(rows(document, 'builder')).toMatchObject(count === 1 ? [row] : [])
  })
})

describe('the first difference is at the builder', () => {
  const error = 'failed to push localhost:5001/lab/hello:1: failed to do request: Head "http://localhost:5001/v2/": dial tcp: refused'
  const load = [/^docker buildx build --builder lab --tag \S+ --load \.$/, /^docker push localhost:5001\//]
  const push = [/^docker buildx build --builder lab --tag \S+ --push \.$/]
  test.each<[string, Made, string, RegExp, RegExp[][]]>([
    [
      'kept a newer one',
      { build: newer },
      image,
      /^\S+ was built again since it was pushed: the builder lab made it .* and kept it/,
      [load, push],
    ],
    ['kept a newer index', { build: newer, index: anIndex }, image, /was built again since it was pushed/, [load, push]],
    [
      'failed to push a newer one',
      { build: newer, push: true, error },
      image,
      /, and failed to push localhost:5001\/lab\/hello:1: dial tcp: refused, and that of/,
      [load],
    ],
    [
      'kept one that the registry lacks',
      { build: old, name: none },
      none,
      /^\S+ was not pushed: .*, and kind-registry does not hold it$/,
      [load, push],
    ],
    [
      'exported one that the registry lacks',
      { build: old, name: none, type: 'docker' },
      none,
      /was not pushed: .* and exported it/,
      [load, push],
    ],
  ])('that %s', async (_name, made, asked, message, remedies) => {
    const world = traced(withBuilders({ [container]: [made] }, everywhere))
    const document = await tracedOn(world, { image: asked })
    expect(answerOf(document)).toEqual({ exitCode: 1, codes: ['image-not-pushed'], first: `builder ${container}` })
    expect(document.findings[0]?.message).toMatch(message)
    expect(document.findings[0]?.remedies.map((one) => one.show)).toEqual(
      remedies.map((lines) => lines.map((line) => expect.stringMatching(line) as string)),
    )
  })

  test('the newest of several builders', async () => {
    const builders = { buildx_buildkit_a0: [{ build: newer, at: '2026-11-21T10:48:00Z' }], buildx_buildkit_b0: [{ build: newer }] }
    const document = await tracedOn(traced(withBuilders(builders, everywhere)))
    expect(answerOf(document).first).toBe('builder buildx_buildkit_b0')
  })
})

describe('no fault', () => {
  test('where another builder has pushed since: its image can be as old as its cached layers', async () => {
    const pushed = { build: current, push: true, at: '2026-11-21T10:49:40Z' }
    const document = await tracedOn(
      traced(withBuilders({ buildx_buildkit_a0: [{ build: newer }], buildx_buildkit_b0: [pushed] }, everywhere)),
    )
    expect(document.exitCode).toBe(0)
    expect(rows(document, 'builder').map((one) => one.same)).toEqual([false, true])
  })

  test('where the image of the registry has a date that tells nothing', async () => {
    const document = await traceOf([{ build: newer }], { ...everywhere, pushed: { ...current, created: '1970-01-01T00:00:00Z' } })
    expect(document.exitCode).toBe(0)
  })

  test('where the registry lacks what a builder says to have pushed: that is not what keeps it back', async () => {
    const world = withBuilders({ [container]: [{ build: old, name: none, push: true }] }, everywhere)
    expect(answerOf(await tracedOn(traced(world), { image: none }))).toMatchObject({
      codes: ['image-not-in-registry'],
      first: 'registry-from-engine kind-registry',
    })
  })

  test('of an image of no local registry: what was built, held against nothing', async () => {
    const document = await tracedOn(traced(withBuilders({ [container]: [{ build: newer, name: 'shop:1' }] })), { image: 'shop:1' })
    expect(document.exitCode).toBe(0)
    expect(rows(document, 'builder')).toMatchObject([{ digest: newer.manifest, detail: 'not pushed: it stays in the builder' }])
  })
})
