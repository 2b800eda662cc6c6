import type { ReportedFinding } from '../model/finding.ts'
import type { Report, ResultStatus } from '../model/report.ts'
import type { Subject } from '../model/words.ts'

export type Symptom = Report['symptoms'][number]

/** A finding that no other explains, with all that it explains. */
export interface Cause {
  readonly finding: ReportedFinding
  readonly explains: readonly ReportedFinding[]
  readonly symptoms: readonly Symptom[]
}

/** A report with its ids resolved: what every reporter for people starts from. */
export interface Overview {
  /** Root causes of severity error, in the report's order. */
  readonly causes: readonly Cause[]
  readonly warnings: readonly Cause[]
  /** Symptoms without a root cause: they could not be asked after, are over, or are no matter of a local registry. */
  readonly otherSymptoms: readonly Symptom[]
  readonly consequences: number
  readonly counts: Readonly<Record<ResultStatus, number>>
}

/** The same fault on several subjects. */
export interface Alike<T> {
  readonly first: T
  readonly all: readonly T[]
  /** On what else it is than on the first: `the same on dev-worker, dev-worker2`; empty where it is on nothing else. */
  readonly same: string
}

/** Groups findings that say the same of different subjects: one missing file on each of five nodes is told once. */
export function groupAlike<T>(items: readonly T[], findingOf: (item: T) => ReportedFinding): Alike<T>[] {
  const groups = new Map<string, [T, ...T[]]>()
  for (const item of items) {
    const { code, subject, message } = findingOf(item)
    const key = JSON.stringify([code, subject.kind, subject.name === '' ? message : message.replaceAll(subject.name, '\u0000')])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()].map((all) => ({ first: all[0], all, same: sameOn(all.slice(1).map((item) => findingOf(item).subject)) }))
}

/** On what else it is: `the same on dev-worker, dev-worker2`; empty where it is on nothing else. */
export const sameOn = (others: readonly Subject[]): string =>
  others.length === 0 ? '' : `the same ${others[0]?.kind === 'image' ? 'for' : 'on'} ${others.map(({ name }) => name).join(', ')}`

/** Resolves the ids of a report. Findings that nothing explains count as causes even where `rootCauses` does not list them. */
export function overviewOf(report: Pick<Report, 'findings' | 'rootCauses' | 'symptoms' | 'checks'>): Overview {
  const findings = new Map(report.findings.map((finding) => [finding.id, finding]))
  const explained = new Set(report.rootCauses.flatMap((cause) => cause.explains))
  const listed = new Set(report.rootCauses.map((cause) => cause.finding))
  const unlisted = report.findings.filter((finding) => !explained.has(finding.id) && !listed.has(finding.id))
  const roots = [...report.rootCauses, ...unlisted.map((finding) => ({ finding: finding.id, explains: [], symptoms: [] }))]

  const causes = roots.flatMap((root): Cause[] => {
    const finding = findings.get(root.finding)
    if (finding === undefined) return []
    const caused = new Set(root.symptoms)
    return [
      {
        finding,
        explains: root.explains.flatMap((id) => findings.get(id) ?? []),
        symptoms: report.symptoms.filter((symptom) => caused.has(symptom.id)),
      },
    ]
  })

  const claimed = new Set(causes.flatMap((cause) => cause.symptoms))
  return {
    causes: causes.filter((cause) => cause.finding.severity === 'error'),
    warnings: causes.filter((cause) => cause.finding.severity === 'warning'),
    otherSymptoms: report.symptoms.filter((symptom) => !claimed.has(symptom)),
    consequences: new Set(causes.flatMap((cause) => cause.explains)).size,
    counts: countResults(report),
  }
}

function countResults(report: Pick<Report, 'checks'>): Record<ResultStatus, number> {
  const counts: Record<ResultStatus, number> = { pass: 0, fail: 0, skip: 0, blocked: 0, error: 0 }
  for (const check of report.checks) for (const result of check.results) counts[result.status] += 1
  return counts
}
