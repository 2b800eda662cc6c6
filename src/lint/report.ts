import type { LintedFile, LintReport } from '../model/lint-report.ts'
import { schemaVersion, statusOf } from '../model/report.ts'
import { tool } from '../model/tool.ts'
import type { Severity } from '../model/words.ts'

export type LintRun = Pick<LintReport, 'startedAt' | 'durationMs'>

/** Brings what is said of files together. 1: a problem at or above the threshold. */
export function lintReport(run: LintRun, files: readonly LintedFile[], failOn: Severity): LintReport {
  const counts = (severity: Severity): boolean => severity === 'error' || failOn === 'warning'
  const exitCode = files.some(({ problems }) => problems.some((one) => counts(one.severity))) ? 1 : 0
  return { schemaVersion, kind: 'LintReport', tool, ...run, mode: 'files', status: statusOf(exitCode), exitCode, files: [...files] }
}

/** The document of a run that could not start. */
export function lintError(run: LintRun, exitCode: number, error: { code: string; message: string }): LintReport {
  const { startedAt, durationMs } = run
  return { schemaVersion, kind: 'LintReport', tool, startedAt, durationMs, mode: 'files', status: 'incomplete', exitCode, error, files: [] }
}
