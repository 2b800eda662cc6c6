import { fixDocument } from '../effects/fix/document.ts'
import type { FixReport } from '../model/fix-report.ts'

/** The document of a run that could not start, or was ended before it changed anything. */
export const fixError = (
  command: FixReport['command'],
  startedAt: string,
  exitCode: number,
  error: { code: string; message: string },
): FixReport => fixDocument(startedAt, { command, dryRun: false, repairs: [], exitCode, error })
