import type { PullPlanDocument } from '../model/pull-plan.ts'
import type { Report } from '../model/report.ts'
import type { Reporter } from '../model/reporter.ts'
import type { TraceDocument } from '../model/trace.ts'

export interface ReporterEntry<Document = Report> {
  readonly name: string
  /** What `list reporters` says of it. */
  readonly title: string
  readonly load: () => Promise<Reporter<Document>>
}

/** Every reporter that `--output` of `check` knows. Loaded on demand, so that no run pays for a format that it does not write. */
export const reporters: readonly ReporterEntry[] = [
  {
    name: 'terminal',
    title: 'for people: the verdict, each root cause, its proof and its repair',
    load: async () => (await import('./terminal.ts')).terminal,
  },
  {
    name: 'json',
    title: 'one JSON document, described by schema/check-report.schema.json',
    load: async () => (await import('./json.ts')).json,
  },
  {
    name: 'junit',
    title: 'JUnit XML for CI systems: one test case per check and subject',
    load: async () => (await import('./junit.ts')).junit,
  },
]

/** The same for `explain`. */
export const planReporters: readonly ReporterEntry<PullPlanDocument>[] = [
  {
    name: 'terminal',
    title: 'for people: the endpoints in order, and what each answered',
    load: async () => (await import('./pull-plan.ts')).pullPlan,
  },
  {
    name: 'json',
    title: 'one JSON document, described by schema/pull-plan.schema.json',
    load: async () => (await import('./json.ts')).json,
  },
]

/** The same for `trace`. */
export const traceReporters: readonly ReporterEntry<TraceDocument>[] = [
  {
    name: 'terminal',
    title: 'for people: what every place has of the image, and where it first is another',
    load: async () => (await import('./trace.ts')).traceTerminal,
  },
  {
    name: 'json',
    title: 'one JSON document, described by schema/trace.schema.json',
    load: async () => (await import('./json.ts')).json,
  },
]

/** The reporter of that name, or undefined: what to say then is the caller's matter. */
export const reporterNamed = (name: string): ReporterEntry | undefined => reporters.find((entry) => entry.name === name)
