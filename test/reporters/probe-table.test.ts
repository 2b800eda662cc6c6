import { describe, expect, test } from 'vitest'
import type { CheckResult, Report } from '../../src/model/report.ts'
import type { ReporterOptions } from '../../src/model/reporter.ts'
import { hops as allHops } from '../../src/model/words.ts'
import { endOf, width } from '../../src/reporters/layout.ts'
import { probeTable } from '../../src/reporters/terminal/probe.ts'
import { styleFor } from '../../src/reporters/terminal/style.ts'
import { hostileTexts } from './hostile.ts'
import { check, node, options, pass, report } from './reports.ts'

type Hops = NonNullable<CheckResult['hops']>
const leg = (hop: Hops[number]['hop'], ms?: number, registryHost = 'localhost:5001'): Hops[number] => ({
  registryHost,
  hop,
  status: 'pass',
  ...(ms !== undefined && { ms }),
})
const broken = (hop: Hops[number]['hop'], registryHost = 'localhost:5001'): Hops[number] => ({ registryHost, hop, status: 'fail' })
const ran = [leg('push', 96), leg('unpack', 212), leg('start', 340)]

const probed = (nodes: { readonly [name: string]: Hops }): Report =>
  report({ checks: [check('probe/run', 'runs', ...Object.entries(nodes).map(([name, hops]) => ({ ...pass(node(name)), hops })))] })
const table = (nodes: { readonly [name: string]: Hops }, look: Partial<ReporterOptions> = {}): string[] =>
  probeTable(probed(nodes), styleFor(report(), { ...options, ...look }))

test('a report without a probe has none', () => {
  expect(probeTable(report(), styleFor(report(), options))).toEqual([])
  expect(table({ 'dev-worker': [] }), 'nor one whose nodes could not be asked').toEqual([])
})

test('each leg stands under its word', () => {
  expect(table({ a: ran, b: [leg('push', 96), leg('unpack'), leg('start', 12_345)] })).toEqual([
    '  probe              push     pull    start',
    '            a       96 ms   212 ms   340 ms',
    '            b       96 ms     done   12.3 s',
    '            slowest: start on b, 12.3 s',
  ])
})

describe('the slowest leg', () => {
  test('of all nodes is the push, which is of none of them', () =>
    expect(table({ a: [leg('push', 900), leg('unpack', 1), leg('start', 1)] }).at(-1)).toBe('            slowest: push, 900 ms'))
  test('is not told where one fails', () => expect(table({ a: ran, b: [broken('name')] }).join('\n')).not.toContain('slowest'))
  test('is not told where no time is known', () => expect(table({ a: [leg('unpack')] }).join('\n')).not.toContain('slowest'))
})

describe.each([
  [60, false],
  [80, true],
  [120, true],
])('in %i columns', (columns, unicode) => {
  const look = { columns, unicode }
  const before = [[], [leg('push', 9_999)], [leg('push', 9_999), leg('unpack', 9_999)]]
  test.each(allHops)('a node that fails at %s is no wider, and says so', (hop) => {
    for (const passed of before.slice(0, hop === 'start' ? 3 : 2)) {
      const lines = table({ 'k3d-a-longer-name-of-a-cluster-agent-0': [...passed, broken(hop)] }, look)
      expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(columns)
      expect(lines[1]).toContain(`${unicode ? '✗' : 'x'} ${hop}`)
    }
  })

  test('names are told apart, however long they are', () => {
    const name = (nth: number): string => `k3d-a-longer-name-of-a-cluster-that-somebody-gave-agent-${nth}`
    const hosts = ['a-longer-name-of-a-registry.somewhere.example.org:5000', 'a-longer-name-of-a-registry.somewhere.example.org:5001']
    const one = table({ [name(0)]: ran, [name(1)]: ran }, look)
    const several = table({ [name(0)]: hosts.flatMap((host) => [leg('push', 1, host), leg('unpack', 2, host)]) }, look)
    for (const lines of [one.slice(1, 3), several.slice(2, 4)]) {
      expect(new Set(lines.map((line) => line.trim().split(' ')[0])).size).toBe(2)
      expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(columns)
    }
  })

  test.each(Object.entries(hostileTexts))('it withstands %s as a name', (_what, text) => {
    const hosts = [`${text}:1`, `${text}:2`]
    const lines = table({ [`${text}-0`]: hosts.flatMap((host) => [leg('push', 1, host), broken('name', host)]) }, look)
    expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(columns)
  })
})

test('the end of a text is cut by display width, and no character in two', () => {
  expect(endOf('abcdef', 6, '…')).toBe('abcdef')
  expect(endOf('abcdefg', 6, '…')).toBe('…cdefg')
  expect(endOf('世界世界', 6, '…')).toBe('…世界')
  expect(endOf('👨‍👩‍👧👨‍👩‍👧', 3, '…')).toBe('…👨‍👩‍👧')
  expect(endOf('abc', 0, '')).toBe('')
})
