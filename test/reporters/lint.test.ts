import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { lintError, lintReport } from '../../src/lint/report.ts'
import type { LintReport } from '../../src/model/lint-report.ts'
import type { ReporterOptions } from '../../src/model/reporter.ts'
import { json } from '../../src/reporters/json.ts'
import { lint } from '../../src/reporters/lint.ts'
import { validateLint } from '../lint-contract.ts'
import { linted, type Cluster } from '../lint/linted.ts'
import { hostile, hostileTexts, sgr, tooWide } from './hostile.ts'
import { options } from './reports.ts'

const shown = (given: LintReport, look: Partial<ReporterOptions> = {}): string =>
  lint(given, { ...options, ...look })
    .map(({ text }) => text)
    .join('')
// oxlint-disable-next-line no-control-regex
const movesTheCursor = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

const run = { startedAt: '2026-11-21T10:00:00.000Z', durationMs: 4 }
const of = (names: readonly string[], cluster?: Cluster): LintReport =>
  lintReport(
    run,
    names.flatMap((name) => linted(name, readFileSync(new URL(`../../fixtures/lint/${name}`, import.meta.url), 'utf8'), cluster)),
    'error',
  )

/** The documents that people will see. */
const reports: Readonly<Record<string, LintReport>> = {
  'lint-fine': of(['kind-with-patch.yaml', 'k3d-4-mirrors-only.yaml'], { containerd: '2.1.4' }),
  'lint-kind': of(['kind-without-patch.yaml'], { containerd: '2.1.4' }),
  'lint-kind-versions': of(['kind-without-patch.yaml']),
  'lint-k3d': of(['k3d-1-no-registries.yaml', 'k3d-2-insecureSkipVerify.yaml', 'k3d-3-insecure_skip_verify.yaml']),
  'lint-mirrors': of(['registries-broken.yaml']),
  'lint-unreadable': lintError(run, 2, { code: 'usage', message: 'cannot read nowhere.yaml: there is no such file' }),
}

// What people see, to be read as a whole: expected/<report>.<columns>.txt.
const looks = { '60': { columns: 60, unicode: false }, '80': {}, '120': { columns: 120 } }
const rows = Object.entries(reports).flatMap(([name, given]) =>
  Object.entries(looks).map(([look, parts]) => [`${name}.${look}`, given, parts] as const),
)

test.each(rows)('%s looks as expected', async (name, given, look) => {
  await expect(shown(given, look)).toMatchFileSnapshot(`expected/${name}.txt`)
})

test.each(rows)('%s is printable, fits, and says the same each time', (_name, given, look) => {
  const before = structuredClone(given)
  const text = shown(validateLint(given), look)
  expect(text).not.toMatch(movesTheCursor)
  const corrections = given.files.flatMap(({ problems }) =>
    problems.flatMap(({ correction }) => [correction?.remove ?? '', correction?.insert ?? ''].flatMap((one) => one.split('\n'))),
  )
  expect(tooWide(text, { ...options, ...look }.columns, new Set(corrections))).toEqual([])
  expect(shown(given, { ...look, color: true }).replace(sgr, '')).toBe(text)
  expect(given).toEqual(before)
})

test.each(Object.entries(reports))('%s is ASCII where the locale has no more', (_name, given) => {
  expect(shown(given, { unicode: false })).toMatch(/^[\n -~]+$/)
})

describe('the last line', () => {
  test.each<[string, string]>([
    ['lint-fine', 'healthy: 2 files read'],
    ['lint-kind', 'unhealthy: 1 error · 1 file read'],
    ['lint-k3d', 'healthy: 3 warnings · 3 files read'],
    ['lint-unreadable', 'incomplete: usage'],
  ])('%s', (name, expected) => {
    expect(shown(reports[name]!).trimEnd().split('\n').at(-1)).toBe(expected)
    expect(shown(reports[name]!, { quiet: true }), 'is all that quiet says').toBe(`${expected}\n`)
  })
})

test('an editor finds the place, also in a path with spaces', () => {
  const [file] = reports['lint-kind']!.files
  const text = shown({ ...reports['lint-kind']!, files: [{ ...file!, path: 'my  cluster/kind.yaml' }] })
  expect(text.split('\n')[0]).toMatch(/^my {2}cluster\/kind\.yaml:1:1: error config-path-missing /)
})

describe('withstands', () => {
  test.each(Object.entries(hostileTexts))('%s in every field', (_what, text) => {
    for (const name of ['lint-k3d', 'lint-unreadable']) {
      const given = hostile(reports[name] as never, text) as unknown as LintReport
      expect(shown(given, looks['60'])).not.toMatch(movesTheCursor)
      expect(JSON.parse(json(given, options)[0]!.text)).toEqual(JSON.parse(JSON.stringify(given)))
    }
  })
})
