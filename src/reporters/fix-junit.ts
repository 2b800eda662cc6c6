import type { FixReport, Repair } from '../model/fix-report.ts'
import type { CheckResult, Report } from '../model/report.ts'
import type { Reporter } from '../model/reporter.ts'
import { junit } from './junit.ts'

/** JUnit XML of what was found afterwards, else before; of a run that examined nothing, a test case for each repair. */
export const fixJunit: Reporter<FixReport> = (document, options) => {
  const { before, after, error } = document
  const report = after ?? before ?? unexamined(document)
  // Why it ended is told, also where what was found before it is whole.
  return junit(error === undefined || report.error !== undefined ? report : { ...report, error }, options)
}

/** A document without a test reads as "all well" in CI, and one without a judgement is none. */
function unexamined({ repairs, command, ...envelope }: FixReport): Report {
  const { schemaVersion, tool, startedAt, durationMs, mode, status, exitCode } = envelope
  const run = { schemaVersion, tool, startedAt, durationMs, mode, status, exitCode }
  const results = repairs.map(resultOf)
  const checks = results.length === 0 ? [] : [{ id: `run/${command}`, title: `registry-doctor ${titles[command] ?? command}`, results }]
  return { ...run, kind: 'CheckReport', clusters: [], registries: [], findings: [], rootCauses: [], symptoms: [], checks }
}

const titles: { readonly [C in FixReport['command']]: string } = {
  fix: 'repairs what it found',
  undo: 'takes back what it did',
  setup: 'sets up a local registry',
}

function resultOf({ title, cluster, status, reason, steps }: Repair): CheckResult {
  const why = [reason, ...steps.map((one) => one.reason)].find((one) => one !== undefined)
  const isDone = status === 'applied' || status === 'unchanged' || status === 'undone'
  const durationMs = steps.reduce((sum, one) => sum + (one.durationMs ?? 0), 0)
  const result = {
    subject: {
      kind: cluster === undefined ? ('engine' as const) : ('cluster' as const),
      ...(cluster !== undefined && { cluster }),
      name: title,
    },
    findings: [],
    durationMs,
  }
  if (isDone) return { ...result, status: 'pass' }
  return {
    ...result,
    status: status === 'failed' || status === 'kept' ? 'error' : 'skip',
    reason: `${status}${why === undefined ? '' : `: ${why}`}`,
  }
}
