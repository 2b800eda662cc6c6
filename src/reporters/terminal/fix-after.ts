import type { ReportedFinding } from '../../model/finding.ts'
import type { FixReport } from '../../model/fix-report.ts'
import type { Report } from '../../model/report.ts'
import { groupAlike, overviewOf, type Symptom } from '../overview.ts'
import { indented, labelColumns, labelled, paintMark, type Mark, type Style } from './style.ts'

/** A root cause of before or afterwards, and what has become of it. */
export interface Outcome {
  readonly became: 'gone' | 'still there' | 'new'
  readonly finding: ReportedFinding
}

/** What has become of every root cause; nothing where nobody looked again. */
export function outcomes({ before, after }: Pick<FixReport, 'before' | 'after'>): Outcome[] {
  if (after === null) return []
  const [old, now] = [before === null ? [] : rootsOf(before), rootsOf(after)]
  const found = (findings: readonly ReportedFinding[], one: ReportedFinding): boolean => findings.some((other) => isSame(one, other))
  return [
    ...old.filter((one) => !found(after.findings, one)).map((finding) => ({ became: 'gone' as const, finding })),
    ...now.map((finding) => ({ became: found(before?.findings ?? [], finding) ? ('still there' as const) : ('new' as const), finding })),
    // It has become a consequence of another.
    ...old.filter((one) => found(after.findings, one) && !found(now, one)).map((finding) => ({ became: 'still there' as const, finding })),
  ]
}

function rootsOf(report: Report): ReportedFinding[] {
  const { causes, warnings } = overviewOf(report)
  return [...causes, ...warnings].map(({ finding }) => finding)
}

/** One fault, also where it was one of all nodes of a cluster and now is of some, or the other way round. */
function isSame(one: ReportedFinding, other: ReportedFinding): boolean {
  if (one.id === other.id) return true
  const [a, b] = [one.subject, other.subject]
  return one.code === other.code && a.kind !== b.kind && (a.cluster ?? a.name) === (b.cluster ?? b.name)
}

/** A line per root cause that is gone, still there or new, and one of the pods that waited. */
export function afterLines(document: FixReport, style: Style): string[] {
  const all = outcomes(document)
  const lines = (['gone', 'still there', 'new'] as const).flatMap((became) =>
    alike(all.filter((one) => one.became === became).map(({ finding }) => finding)).flatMap((group) => {
      const [first] = group
      const mark: Mark = became === 'gone' ? 'pass' : first.severity === 'warning' ? 'warning' : 'fail'
      const names = [...new Set(group.map(({ subject: { kind, name } }) => (kind === 'cluster' ? `cluster ${name}` : name)))].join(', ')
      const isTold = became === 'gone' || isShown(first, document)
      const told = isTold ? ` (${names})` : `: ${first.message || first.title}${group.length > 1 ? ` (${names})` : ''}`
      return line(`${became}: ${first.code}${told}`, mark, style)
    }),
  )
  return labelled(style, 'after', [...lines, ...podsLine(document, style)])
}

/** Whether its repair tells what it is: its words are the same as before. */
const isShown = ({ id, message }: ReportedFinding, { repairs, before }: FixReport): boolean =>
  repairs.some((one) => one.finding === id) && (before?.findings.some((one) => one.id === id && one.message === message) ?? false)

const alike = (findings: readonly ReportedFinding[]): [ReportedFinding, ...ReportedFinding[]][] =>
  groupAlike(findings, (one) => one).map(({ all }) => all as [ReportedFinding, ...ReportedFinding[]])

function line(text: string, mark: Mark, style: Style): string[] {
  return style
    .prose(text, style.columns - labelColumns - 2)
    .map((one, nth) => (nth === 0 ? `${paintMark(style, mark)} ${one}` : indented(one, 2)))
}

function podsLine({ before, after }: FixReport, style: Style): string[] {
  const waited = before?.symptoms.some((one) => one.rootCause !== null) ?? false
  return waited && after !== null && !after.symptoms.some(isOfRegistry) ? line('no pod waits for its image any more', 'pass', style) : []
}

/** Whether a pod waits for an image of a local registry; another is no matter of a repair. */
export const isOfRegistry = ({ registry }: Symptom): boolean => registry !== null
