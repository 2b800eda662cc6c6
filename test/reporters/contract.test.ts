import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/model/report.ts'
import type { Output, ReporterOptions } from '../../src/model/reporter.ts'
import { reporters, type ReporterEntry } from '../../src/reporters/index.ts'
import { hostile, hostileTexts, sgr, swamped, tooWide } from './hostile.ts'
import { incidents } from './incidents.ts'
import { all, parseXml } from './xml.ts'
import { options } from './reports.ts'

// One contract for every reporter: whatever a report holds, the output is the same each time and valid in its format.

const schema = JSON.parse(readFileSync(new URL('../../schema/check-report.schema.json', import.meta.url), 'utf8'))
const validate = new Ajv({ allErrors: true }).compile(schema)
const forbiddenInXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
// oxlint-disable-next-line no-control-regex
const movesTheCursor = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

const looks: Readonly<Record<string, Partial<ReporterOptions>>> = {
  plain: {},
  'color, verbose': { color: true, verbose: true },
  'narrow, ascii': { columns: 60, unicode: false },
  'no width at all': { columns: 0 },
  wide: { columns: 120, verbose: true },
  quiet: { quiet: true },
}

const formats: Readonly<Record<string, (text: string, report: Report, options: ReporterOptions) => void>> = {
  json(text, report) {
    expect(text.endsWith('}\n')).toBe(true)
    const parsed: unknown = JSON.parse(text)
    expect(parsed).toEqual(report)
    validate(parsed)
    expect(validate.errors).toBeNull()
  },
  junit(text, report) {
    expect(text).not.toMatch(forbiddenInXml)
    const root = parseXml(text)
    const cases = all(root, 'testcase')
    expect(cases.length).toBe(report.checks.reduce((sum, { results }) => sum + results.length, 0) + (report.error === undefined ? 0 : 1))
    expect(new Set(cases.map(({ attributes }) => JSON.stringify([attributes['classname'], attributes['name']]))).size).toBe(cases.length)
    expect(cases.every(({ attributes }) => attributes['name'] !== '')).toBe(true)
  },
  terminal(text, report, { color, columns, quiet }) {
    expect(text.endsWith('\n')).toBe(true)
    if (quiet) expect(text.split('\n')).toHaveLength(2)
    const plain = color ? text.replace(sgr, '') : text
    expect(plain).not.toMatch(movesTheCursor)
    expect(tooWide(text, Math.max(60, columns), commandsOf(report))).toEqual([])
  },
}

function commandsOf(report: Report): Set<string> {
  const commands = report.findings.flatMap(({ evidence, remedies }) => [
    ...evidence.flatMap(({ command }) => command ?? []),
    ...remedies.flatMap(({ show }) => show),
  ])
  const hurries = report.symptoms.flatMap(({ command }) => command ?? [])
  return new Set([...commands, ...hurries].flatMap((command) => command.split('\n')).map((line) => line.trim()))
}

const render = async (entry: ReporterEntry, report: Report, look: Partial<ReporterOptions>): Promise<Output[]> =>
  (await entry.load())(report, { ...options, ...look })
const textOf = (outputs: readonly Output[]): string => outputs.map(({ text }) => text).join('')

test('every reporter has a format in this contract', () => {
  expect(Object.keys(formats).sort()).toEqual(reporters.map(({ name }) => name).sort())
})

describe.each(reporters.map((entry) => [entry.name, entry] as const))('%s', (name, entry) => {
  test.each(Object.entries(looks))('renders every incident validly: %s', async (_look, look) => {
    for (const report of Object.values(incidents)) {
      const before = structuredClone(report)
      const text = textOf(await render(entry, report, look))
      formats[name]!(text, report, { ...options, ...look })
      expect(text, 'is the same the second time').toBe(textOf(await render(entry, report, look)))
      expect(report, 'is left as it was').toEqual(before)
    }
  })

  test.each(Object.entries(hostileTexts))('withstands %s in every field', async (_what, text) => {
    for (const incident of [incidents.registryStopped, incidents.apiSilent, incidents.nodeNotAsked]) {
      for (const report of [hostile(incident, text), swamped(incident, text)]) {
        for (const look of [looks['color, verbose']!, looks['narrow, ascii']!]) {
          const rendered = textOf(await render(entry, report, look))
          expect(rendered).not.toBe('')
          // How wide hostile text may be is the next test's question.
          formats[name]!(rendered, report, { ...options, ...look, columns: Number.MAX_SAFE_INTEGER })
        }
      }
    }
  })
})

test.each(Object.entries(hostileTexts).filter(([what]) => !what.startsWith('a long word')))(
  'terminal: no prose is wider than its columns with %s',
  async (_what, text) => {
    const terminal = reporters.find(({ name }) => name === 'terminal')!
    const incident = hostile(
      { ...incidents.registryStopped, symptoms: [...incidents.registryStopped.symptoms, ...incidents.nodeNotAsked.symptoms] },
      ` ${text} `,
    )
    const withoutCommands = {
      ...incident,
      symptoms: incident.symptoms.map(({ command: _, ...rest }) => rest),
      findings: incident.findings.map((finding) => ({
        ...finding,
        remedies: [],
        evidence: finding.evidence.map(({ command: _, ...rest }) => rest),
      })),
    }
    for (const columns of [60, 80, 120]) {
      expect(tooWide(textOf(await render(terminal, withoutCommands, { columns })), columns, new Set())).toEqual([])
    }
  },
)
