import { describe, expect, test } from 'vitest'
import { traceError } from '../../src/engine/trace/document.ts'
import type { ReporterOptions } from '../../src/model/reporter.ts'
import type { TraceDocument } from '../../src/model/trace.ts'
import { age, upTime } from '../../src/reporters/age.ts'
import { json } from '../../src/reporters/json.ts'
import { traceTerminal } from '../../src/reporters/trace.ts'
import { current, held, image, newer, old, pod, traced, tracedOn, type TracedWorld } from '../engine/traced.ts'
import { noCerts } from '../sessions/kind.ts'
import { validateTrace } from '../trace-contract.ts'
import { hostile, hostileTexts, sgr, tooWide } from './hostile.ts'
import { options } from './reports.ts'

const fixed = (document: TraceDocument): TraceDocument => ({ ...document, durationMs: 0 })
const traceOf = async (world: TracedWorld, wanted = image): Promise<TraceDocument> =>
  fixed(await tracedOn(traced(world), { image: wanted }))
const everywhere: TracedWorld = { built: { [image]: current }, stores: { worker: [held(current)] }, runs: [pod(current)] }
const stale = [pod(old), pod(old, { name: 'app-2', node: 'dev-worker2' }), pod(current, { name: 'app-3' })]

/** Documents as the engine makes them. */
const documents: { readonly [name: string]: TraceDocument } = {
  'trace-same': await traceOf(everywhere),
  'trace-built-again': await traceOf({ ...everywhere, built: { [image]: newer } }),
  'trace-not-pushed': await traceOf({ built: { 'localhost:5001/lab/none:1': newer } }, 'localhost:5001/lab/none:1'),
  'trace-stale': await traceOf({ ...everywhere, untagged: [old], stores: { worker: [held(old)], worker2: [held(old)] }, runs: stale }),
  'trace-node': await traceOf({ ...everywhere, nodes: { worker2: noCerts } }),
  'trace-loaded': await traceOf(
    { built: { 'shop:1': current }, stores: { worker: [held(current, 'docker.io/library/shop:1', false)] } },
    'shop:1',
  ),
  'trace-nowhere': await traceOf({}, 'hello:1'),
  'trace-no-engine': traceError({ startedAt: '2026-11-21T10:50:00.000Z', durationMs: 0, mode: 'live' }, 3, {
    code: 'docker-unreachable',
    message: 'no Docker engine answers at unix:///var/run/docker.sock (ENOENT)',
  }),
}

const shown = (given: TraceDocument, look: Partial<ReporterOptions> = {}): string =>
  traceTerminal(given, { ...options, ...look })
    .map(({ text }) => text)
    .join('')
// oxlint-disable-next-line no-control-regex
const movesTheCursor = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

// What people see, to be read as a whole: expected/<trace>.<columns>.txt.
const looks = { '60': { columns: 60, unicode: false }, '80': {}, '120': { columns: 120 } }
const rows = Object.entries(documents).flatMap(([name, given]) =>
  Object.entries(looks).map(([look, parts]) => [`${name}.${look}`, given, parts] as const),
)

test.each(rows)('%s looks as expected', async (name, given, look) => {
  await expect(shown(given, look)).toMatchFileSnapshot(`expected/${name}.txt`)
})

test.each(rows)('%s is printable, fits, and says the same each time', (_name, given, look) => {
  const before = structuredClone(given)
  const text = shown(validateTrace(given), look)
  const commands = new Set(
    given.findings.flatMap((one) => [...one.evidence.map(({ command }) => command ?? ''), ...one.remedies.flatMap(({ show }) => show)]),
  )
  expect(text).not.toMatch(movesTheCursor)
  expect(tooWide(text, { ...options, ...look }.columns, commands)).toEqual([])
  expect(shown(given, look)).toBe(text)
  expect(shown(given, { ...look, color: true }).replace(sgr, '')).toBe(text)
  expect(given).toEqual(before)
})

test.each(Object.entries(documents))('%s is ASCII where the locale has no more', (_name, given) => {
  expect(shown(given, { unicode: false })).toMatch(/^[\n -~]+$/)
})

describe('the last line', () => {
  test.each([
    ['trace-same', 'healthy: the same everywhere'],
    ['trace-built-again', 'unhealthy: first difference at the Docker engine · 1 root cause'],
    ['trace-stale', 'unhealthy: first difference at the store of dev-worker · 1 root cause'],
    ['trace-node', 'unhealthy: first difference at what dev-worker2 gets · 1 root cause'],
    ['trace-nowhere', 'incomplete: no-such-image'],
    ['trace-no-engine', 'incomplete: docker-unreachable'],
  ])('%s', (name, expected) => {
    expect(shown(documents[name]!).trimEnd().split('\n').at(-1)).toBe(expected)
    expect(shown(documents[name]!, { quiet: true }), 'is all that quiet says').toBe(`${expected}\n`)
  })
})

describe('withstands', () => {
  test.each(Object.entries(hostileTexts))('%s in every field', (_what, text) => {
    for (const name of ['trace-stale', 'trace-no-engine']) {
      const given = hostile(documents[name] as never, text) as unknown as TraceDocument
      expect(shown(given, looks['60'])).not.toMatch(movesTheCursor)
      expect(JSON.parse(json(given, options)[0]!.text)).toEqual(JSON.parse(JSON.stringify(given)))
    }
  })
})

test.each([
  ['2026-11-21T10:49:30Z', '30 seconds old', 'up 30 seconds'],
  ['2026-11-21T10:00:00Z', '50 minutes old', 'up 50 minutes'],
  ['2026-11-20T20:00:00Z', '14 hours old', 'up 14 hours'],
  ['2026-11-01T00:00:00Z', '20 days old', 'up 20 days'],
  ['1970-01-01T00:00:00Z', 'of 1970-01-01', 'up since 1970-01-01'],
  ['2026-11-21T10:50:01Z', 'of 2026-11-21', 'up since 2026-11-21'],
  ['no time', 'of no time', 'up since no time'],
])('%s is told as %s', (time, old_, up) => {
  const now = '2026-11-21T10:50:00Z'
  expect([age(time, now), upTime(time, now)]).toEqual([old_, up])
})
