import * as fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BundleError, formatBundle, parseBundle, toBundle, type Bundle } from '../../src/bundle/bundle.ts'
import { liveSession, replaySession } from '../../src/engine/session.ts'
import type { Json } from '../../src/model/json.ts'
import { tool } from '../../src/model/tool.ts'

const whole: Bundle = toBundle(
  '2026-11-21T10:00:00.000Z',
  { clusters: ['dev'] },
  ['node/node-running'],
  [
    { kind: 'clock', query: {}, answer: { now: '2026-11-21T10:00:00.000Z' } },
    { kind: 'docker.container', query: { name: 'gone' }, answer: { absent: true } },
    { kind: 'node.trace', query: { node: 'n', image: 'r/a:b' }, failure: { code: 'timeout', message: 'no answer' } },
  ],
)

/** The bundle as text with something changed. */
const with_ = (change: (bundle: Record<string, unknown>) => void): string => {
  const copy = JSON.parse(JSON.stringify(whole)) as Record<string, unknown>
  change(copy)
  return JSON.stringify(copy)
}

describe('a text that is no bundle is told of in one line', () => {
  test.each<[string, string, RegExp]>([
    ['nothing', '', /^it is no JSON \(.*\)$/],
    ['no JSON', 'x', /^it is no JSON \(.*"?x"?.*\)$/],
    ['JSON that is cut off', formatBundle(whole).slice(0, 300), /^it is no JSON \(.*\)$/],
    ['a long text', `{"a": ${'\n'.repeat(500)}${'x'.repeat(5_000)}`, /^it is no JSON \(.{1,130}\)$/],
    ['null', 'null', /^at its root: expected Object, found null$/],
    ['a list', '[]', /^at its root: expected Object, found Array$|^at schemaVersion: expected/],
    ['a text', '"Bundle"', /^at its root: expected Object, found "Bundle"$/],
    ['a report', JSON.stringify({ schemaVersion: 1, kind: 'CheckReport' }), /^it is a CheckReport$/],
    ['a document of another tool', JSON.stringify({ kind: 'Pod'.repeat(500) }), /^it is a (?:Pod){13}P$/],
    ['a newer one', with_((one) => (one['schemaVersion'] = 2)), /^it has schemaVersion 2, this tool reads 1: use a newer registry-doctor$/],
    ['one of version 0', with_((one) => (one['schemaVersion'] = 0)), /^at schemaVersion: expected 1, found 0$/],
    ['one without a version', with_((one) => delete one['schemaVersion']), /^at schemaVersion: expected "schemaVersion", found undefined$/],
    ['one without observations', with_((one) => delete one['observations']), /^at observations: expected/],
    ['one without checks', with_((one) => delete one['checks']), /^at checks: expected/],
    ['one without a selection', with_((one) => delete one['selection']), /^at selection: expected/],
    ['one whose observations are no list', with_((one) => (one['observations'] = {})), /^at observations: expected Array, found Object$/],
    [
      'an observation without a kind',
      with_((one) => delete (one['observations'] as Record<string, unknown>[])[1]!['kind']),
      /^at observations\.1\.kind: expected/,
    ],
    [
      'a query that is a text',
      with_((one) => ((one['observations'] as Record<string, unknown>[])[1]!['query'] = 'x')),
      /^at observations\.1\.query: expected Object, found "x"$/,
    ],
    [
      'a failure without a reason',
      with_((one) => ((one['observations'] as Record<string, unknown>[])[2]!['failure'] = {})),
      /^at observations\.2\.failure\.code: expected/,
    ],
  ])('%s', (_what, text, message) => {
    let error: unknown
    try {
      parseBundle(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(BundleError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toMatch(/\n/)
  })
})

test('what a later version adds is no fault', () => {
  const text = with_((one) => {
    one['later'] = 1
    one['selection'] = { clusters: [], later: 1 }
    ;(one['observations'] as unknown[]).push({ kind: 'later.kind', query: { a: 1 }, answer: [], later: true })
  })
  expect(parseBundle(text).observations).toHaveLength(4)
})

describe('format and parse', () => {
  test('give the bundle back', () => {
    expect(parseBundle(formatBundle(whole))).toEqual(whole)
    expect(whole.tool).toEqual(tool)
  })

  test('write each observation on a line of its own, so that two bundles can be compared', () => {
    const lines = formatBundle(whole).split('\n')
    expect(lines.filter((line) => line.startsWith('    {"kind"'))).toHaveLength(3)
    expect(lines.at(-1)).toBe('')
  })

  test('a bundle without observations is one', () => {
    const empty = { ...whole, observations: [] }
    expect(parseBundle(formatBundle(empty))).toEqual(empty)
  })

  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)
  const observation = fc.record({ kind: fc.string(), query: fc.dictionary(fc.string(), json), answer: json })
  test('hold for any answers', () => {
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 5 }), fc.array(fc.string()), fc.string(), (observations, checks, startedAt) => {
        const bundle = toBundle(startedAt, { clusters: ['a'], provider: 'kind', registry: 'r:5000', context: 'c' }, checks, observations)
        expect(parseBundle(formatBundle(bundle))).toEqual(JSON.parse(JSON.stringify(bundle)))
      }),
    )
  })

  const incidents = new URL('../../incidents/', import.meta.url)
  test.each(readdirSync(incidents))('hold for the incident %s', (name) => {
    const bundle = parseBundle(readFileSync(new URL(`${name}/bundle.json`, incidents), 'utf8'))
    expect(parseBundle(formatBundle(bundle))).toEqual(bundle)
  })
})

test('a session that is saved and read gives the same answers and the same failures', async () => {
  const live = liveSession(
    {
      clock: async () => ({ now: 'x' }),
      'docker.container': async () => {
        throw Object.assign(new Error('gone'), { code: 'x' })
      },
    } as never,
    (value) => value,
  )
  const now = await live.look('clock', {})
  const failed = await live.look.try('docker.container', { name: 'r' })
  const { observations } = parseBundle(formatBundle(toBundle('', { clusters: [] }, [], live.recorded())))
  const replay = replaySession(observations)
  expect(await replay.look('clock', {})).toEqual(now)
  expect(await replay.look.try('docker.container', { name: 'r' })).toEqual(failed)
  expect(await replay.look.try('nonce', {})).toMatchObject({ ok: false, code: 'not-recorded' })
})
