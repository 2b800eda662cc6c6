import type { FixReport } from '../model/fix-report.ts'
import { schemaVersion } from '../model/report.ts'
import { tool } from '../model/tool.ts'

/** The document of a run that could not start, or was ended before it changed anything. */
export const fixError = (
  command: FixReport['command'],
  startedAt: string,
  exitCode: number,
  error: { code: string; message: string },
): FixReport => ({
  schemaVersion,
  kind: 'FixReport',
  tool,
  startedAt,
  durationMs: Date.now() - Date.parse(startedAt),
  mode: 'live',
  status: 'incomplete',
  exitCode,
  error,
  command,
  dryRun: false,
  repairs: [],
  next: [],
  notes: [],
  before: null,
  after: null,
})
