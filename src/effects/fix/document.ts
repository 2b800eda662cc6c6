import type { FixReport, Repair } from '../../model/fix-report.ts'
import { schemaVersion, statusOf } from '../../model/report.ts'
import { tool } from '../../model/tool.ts'

interface Parts extends Pick<FixReport, 'command' | 'dryRun' | 'exitCode'>, Partial<Pick<FixReport, 'error' | 'before' | 'after'>> {
  readonly repairs: readonly Repair[]
  readonly next?: readonly string[]
  readonly notes?: readonly string[]
}

/**
 * The document of a run that repairs, takes back or sets up.
 * @param journal of what it changed, where it changed anything
 */
export function fixDocument(
  startedAt: string,
  { error, exitCode, repairs, next = [], notes = [], before = null, after = null, ...run }: Parts,
  journal?: { readonly id: string; readonly path: string },
): FixReport {
  return {
    schemaVersion,
    kind: 'FixReport',
    tool,
    startedAt,
    durationMs: Date.now() - Date.parse(startedAt),
    mode: 'live',
    status: statusOf(exitCode),
    exitCode,
    ...(error && { error }),
    ...run,
    ...(journal && { id: journal.id, journal: journal.path }),
    repairs: [...repairs],
    next: [...next],
    notes: [...notes],
    before,
    after,
  }
}
