import { schemaVersion, type ListDocument } from '../model/report.ts'
import { tool } from '../model/tool.ts'

/** What `list` and `fix --history` print as JSON. */
export const listDocument = (of: ListDocument['of'], items: ListDocument['items']): ListDocument => ({
  schemaVersion,
  kind: 'List',
  tool,
  startedAt: new Date().toISOString(),
  durationMs: 0,
  mode: 'live',
  status: 'healthy',
  exitCode: 0,
  of,
  items,
})
