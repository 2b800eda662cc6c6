import { describe, expect, test } from 'vitest'
import type { PullPlanDocument } from '../../src/model/pull-plan.ts'
import type { ReporterOptions } from '../../src/model/reporter.ts'
import { json } from '../../src/reporters/json.ts'
import { pullPlan } from '../../src/reporters/pull-plan.ts'
import { validatePlan } from '../plan-contract.ts'
import { hostile, hostileTexts, sgr, tooWide } from './hostile.ts'
import { plans } from './plans.ts'
import { options } from './reports.ts'

const shown = (given: PullPlanDocument, look: Partial<ReporterOptions> = {}): string =>
  pullPlan(given, { ...options, ...look })
    .map(({ text }) => text)
    .join('')
// oxlint-disable-next-line no-control-regex
const movesTheCursor = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

// What people see, to be read as a whole: expected/<plan>.<columns>.txt.
const looks = { '60': { columns: 60, unicode: false }, '80': {}, '120': { columns: 120 } }
const rows = Object.entries(plans).flatMap(([name, given]) =>
  Object.entries(looks).map(([look, parts]) => [`${name}.${look}`, given, parts] as const),
)

test.each(rows)('%s looks as expected', async (name, given, look) => {
  await expect(shown(given, look)).toMatchFileSnapshot(`expected/${name}.txt`)
})

test.each(rows)('%s is printable, fits, and says the same each time', (_name, given, look) => {
  const before = structuredClone(given)
  const text = shown(validatePlan(given), look)
  expect(text).not.toMatch(movesTheCursor)
  expect(tooWide(text, { ...options, ...look }.columns, new Set())).toEqual([])
  expect(shown(given, look)).toBe(text)
  expect(shown(given, { ...look, color: true }).replace(sgr, '')).toBe(text)
  expect(given).toEqual(before)
})

test.each(Object.entries(plans))('%s is ASCII where the locale has no more', (_name, given) => {
  expect(shown(given, { unicode: false })).toMatch(/^[\n -~]+$/)
})

describe('the last line', () => {
  test.each<[keyof typeof plans, string]>([
    ['plan-served', 'healthy: all 3 nodes get it'],
    ['plan-differs', 'unhealthy: 1 of 3 nodes cannot get it · 2 of 3 nodes get it'],
    ['plan-rejected', 'unhealthy: none of 3 nodes gets it'],
    ['plan-pod', 'unhealthy: 1 of 2 images cannot be had · 1 of 2 images can be had'],
    ['plan-unknown', 'incomplete: timeout · all 2 nodes could not be judged'],
    ['plan-no-engine', 'incomplete: docker-unreachable'],
  ])('%s', (name, expected) => {
    expect(shown(plans[name]!).trimEnd().split('\n').at(-1)).toBe(expected)
    expect(shown(plans[name]!, { quiet: true }), 'is all that quiet says').toBe(`${expected}\n`)
  })
})

test('nodes that agree are shown once, with the range of their times', () => {
  const text = shown(plans['plan-served']!)
  expect(text).toContain('nodes     dev-control-plane, dev-worker, dev-worker2')
  expect(text.match(/HEAD /g)).toHaveLength(1)
  expect(text).toContain('HTTP 200, 0–6ms')
})

test('the ports from which nodes asked are no difference', () => {
  const [plan] = plans['plan-differs']!.plans.slice(-1)
  const failing = (node: string, from: string): PullPlanDocument['plans'][number] => ({
    ...plan!,
    node,
    error: { class: 'timeout', text: `read tcp ${from}->172.18.0.5:5000: i/o timeout` },
  })
  const given = { ...plans['plan-differs']!, plans: [failing('a', '172.18.0.2:41000'), failing('b', '172.18.0.3:51234')] }
  expect(shown(given)).toContain('nodes     a, b')
})

describe('withstands', () => {
  test.each(Object.entries(hostileTexts))('%s in every field', (_what, text) => {
    for (const name of ['plan-pod', 'plan-no-engine']) {
      const given = hostile(plans[name] as never, text) as unknown as PullPlanDocument
      expect(shown(given, looks['60'])).not.toMatch(movesTheCursor)
      expect(JSON.parse(json(given, options)[0]!.text)).toEqual(JSON.parse(JSON.stringify(given)))
    }
  })
})
