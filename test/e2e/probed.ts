import type { CheckResult, Report } from '../../src/model/report.ts'
import type { Hop } from '../../src/model/words.ts'
import { validateReport } from '../report-contract.ts'
import { parseXml } from '../reporters/xml.ts'
import { examine, type DoctorRun } from './doctor.ts'

/** What a report tells of a probe. */
export interface Probed {
  /** Of each registry. */
  readonly push: readonly CheckResult[]
  /** Of each node, sorted by name. */
  readonly nodes: readonly CheckResult[]
}

export function probeOf({ checks }: Report): Probed {
  const of = (id: string): CheckResult[] => checks.filter((one) => one.id === id).flatMap((one) => one.results)
  return { push: of('probe/push'), nodes: of('probe/run').toSorted((a, b) => (a.subject.name < b.subject.name ? -1 : 1)) }
}

export const failedHops = ({ hops = [] }: CheckResult): Hop[] => hops.filter((one) => one.status === 'fail').map((one) => one.hop)

/** One `check --probe`, all of whose documents are valid. */
export async function probe(cluster: string, ...args: string[]): Promise<Probed & { readonly run: DoctorRun; readonly report: Report }> {
  const how = args.some((one) => one.startsWith('--probe')) ? [] : ['--probe']
  const { run, report, junit } = await examine('--cluster', cluster, ...how, ...args)
  validateReport(report)
  parseXml(junit)
  return { run, report, ...probeOf(report) }
}

/** What became of each: one word where it is the same of all. */
export const outcome = (results: readonly CheckResult[]): string => [...new Set(results.map((one) => one.status))].join()

/** Why the results are what they are, each reason once. */
export const reasons = (results: readonly CheckResult[]): string[] => [...new Set(results.map((one) => one.reason ?? ''))]

/** Name, status and the leg that failed. */
export const told = (results: readonly CheckResult[]): string[] =>
  results.map((one) => [one.subject.name, one.status, ...failedHops(one)].join(' '))
