import type { LintReport } from '../model/lint-report.ts'
import type { ReporterEntry } from './index.ts'

/** Every reporter that `--output` of `lint` knows. */
export const lintReporters: readonly ReporterEntry<LintReport>[] = [
  {
    name: 'terminal',
    title: 'for people: each problem with its place, what will come of it, and the correction',
    load: async () => (await import('./lint.ts')).lint,
  },
  {
    name: 'json',
    title: 'one JSON document, described by schema/lint-report.schema.json',
    load: async () => (await import('./json.ts')).json,
  },
]
