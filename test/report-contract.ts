import * as v from 'valibot'
import { expect } from 'vitest'
import { checkReportSchema, type Report } from '../src/model/report.ts'
import { againstSchema } from './document-contract.ts'

const validate = againstSchema('check-report')

/** A report without what differs from run to run: when, how long, how, and with which build of the tool. */
export function comparable(report: Report): unknown {
  const { startedAt: _startedAt, durationMs: _durationMs, mode: _mode, tool: _tool, ...rest } = report
  return {
    ...rest,
    checks: rest.checks.map((check) => ({
      ...check,
      results: check.results.map(({ durationMs: _ms, timings: _timings, ...result }) => result),
    })),
  }
}

/** Holds a report against its JSON Schema, its types, and what the schema cannot say: every id refers to something. */
export function validateReport(report: Report): void {
  validate(report)
  v.parse(checkReportSchema, report)
  const ids = report.findings.map((one) => one.id)
  expect(new Set(ids).size, 'finding ids are unique').toBe(ids.length)
  for (const cause of report.rootCauses) expect(ids).toEqual(expect.arrayContaining([cause.finding, ...cause.explains]))
  const shown = report.rootCauses.flatMap((cause) => [cause.finding, ...cause.explains])
  expect(shown.toSorted(), 'every finding is a root cause or explained by one').toEqual(ids.toSorted())
  for (const check of report.checks)
    for (const result of check.results) {
      expect(ids).toEqual(expect.arrayContaining(result.findings))
      if (result.status === 'fail') expect(result.findings).not.toEqual([])
      else if (result.status !== 'pass') expect(result.reason).toBeTruthy()
    }
}
