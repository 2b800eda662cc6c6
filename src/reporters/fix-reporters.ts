import type { FixReport } from '../model/fix-report.ts'
import type { ReporterEntry } from './index.ts'

/** Every reporter that `--output` of `fix` and `setup` knows. */
export const fixReporters: readonly ReporterEntry<FixReport>[] = [
  {
    name: 'terminal',
    title: 'for people: each repair, what it changes where, what is gone, and how to take it back',
    load: async () => (await import('./fix.ts')).fix,
  },
  {
    name: 'json',
    title: 'one JSON document, described by schema/fix-report.schema.json',
    load: async () => (await import('./json.ts')).json,
  },
  {
    name: 'junit',
    title: 'JUnit XML for CI systems: one test case per check and subject, as it is afterwards',
    load: async () => (await import('./fix-junit.ts')).fixJunit,
  },
]
