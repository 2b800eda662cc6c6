import { describe, expect, test } from 'vitest'
import type { FixHistoryItem } from '../../src/model/fix-report.ts'
import { fixHistory, type HistoryOptions } from '../../src/reporters/fix-history.ts'
import { hostileTexts, sgr, tooWide } from './hostile.ts'
import { options } from './reports.ts'

// oxlint-disable-next-line no-control-regex
const movesTheCursor = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

const item = (id: string, startedAt: string, parts: Partial<FixHistoryItem> = {}): FixHistoryItem => ({
  id,
  title: 'write hosts.toml on 3 nodes',
  startedAt,
  command: 'fix',
  state: 'done',
  clusters: ['dev'],
  changes: ['dev-control-plane', 'dev-worker'].map((node) => `/etc/containerd/certs.d/localhost:5001/hosts.toml on ${node}`),
  ...parts,
})
const items = [
  item('20260301-080000-0a1b', '2026-03-01T08:00:00.000Z', { command: 'setup', state: 'undone', changes: [], title: 'set up a registry' }),
  item('20261128-190533-7f3a', '2026-11-28T19:05:33.000Z'),
  item('20261127-101500-9c2d', '2026-11-27T10:15:00.000Z', {
    state: 'failed',
    clusters: ['dev', 'shop'],
    changes: Array.from({ length: 9 }, (_, nth) => `systemctl restart containerd on dev-worker${nth}`),
  }),
  item('20261128-181000-1e5f', '2026-11-28T18:10:00.000Z', { state: 'interrupted' }),
]
const told = (given: readonly FixHistoryItem[], look: Partial<HistoryOptions> = {}): string =>
  fixHistory(given, { ...options, now: '2026-11-28T19:10:00.000Z', ...look })

const looks = { '60': { columns: 60, unicode: false }, '80': {}, '120': { columns: 120 } }
test.each(Object.entries(looks))('in %s columns it looks as expected', async (columns, look) => {
  const text = told(items, look)
  await expect(text).toMatchFileSnapshot(`expected/fix-history.${columns}.txt`)
  expect(tooWide(text, Number(columns), new Set())).toEqual([])
  expect(told(items, { ...look, color: true }).replace(sgr, '')).toBe(text)
})

test('the newest comes first, whatever the order of what is given', () => {
  const ids = told(items.toReversed()).match(/^. \d{8}-\S+/gm)
  expect(ids).toEqual(['✓ 20261128-190533-7f3a', '! 20261128-181000-1e5f', '✗ 20261127-101500-9c2d', '– 20260301-080000-0a1b'])
})

test('quiet is a line for each', () => expect(told(items, { quiet: true }).trimEnd().split('\n')).toHaveLength(items.length))

test('nothing has a line of its own', () => {
  expect(told([])).toBe('nothing was changed yet: fix and setup keep here what they do\n')
  expect(told([], { quiet: true })).toBe(told([]))
})

describe('how to take back', () => {
  const commands = (given: readonly FixHistoryItem[]): string[] => told(given).match(/registry-doctor .*/g) ?? []
  test.each<[string, readonly FixHistoryItem[], readonly string[]]>([
    ['the newest', items, ['registry-doctor fix --undo 20261128-190533-7f3a']],
    ['what still stands', [{ ...items[1]!, state: 'undone' }, items[2]!], ['registry-doctor fix --undo 20261127-101500-9c2d']],
    [
      'what was ended in the middle, or complete it',
      [items[3]!],
      ['registry-doctor fix', 'registry-doctor fix --undo 20261128-181000-1e5f'],
    ],
    ['a set-up', [{ ...items[3]!, command: 'setup' }], ['registry-doctor setup', 'registry-doctor fix --undo 20261128-181000-1e5f']],
    ['nothing, where all is taken back', [items[0]!], []],
  ])('%s', (_what, given, expected) => expect(commands(given)).toEqual(expected))
})

test.each(Object.entries(hostileTexts))('it withstands %s', (_what, text) => {
  const given = item(text, text, { title: text, clusters: [text], changes: [text, text] })
  expect(told([given, items[1]!], { columns: 60 })).not.toMatch(movesTheCursor)
})
