import type { ReportedFinding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { overviewOf } from './overview.ts'
import { explained, podGroups, podText, unexplainedKinds, type PodGroup } from './pods.ts'
import { linesOf, oneLine } from './text.ts'

/** The first finding in one line, and how many more there are. */
export function headline(findings: readonly ReportedFinding[]): string {
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  return findings.length === 0 ? '' : `${findings[0]?.code}: ${findings[0]?.message}${more}`
}

/** A finding as the text of a failure: the pods that it keeps waiting, what is wrong, what was seen, what repairs it, where to read on. */
export function failureText(finding: ReportedFinding, report: Report, prefix = ''): string {
  const lines = [
    ...causesOf(finding, report).flatMap((cause) => labelled('caused by', `${cause.code}: ${cause.message}`)),
    ...finding.evidence.filter(({ saw }) => speaksForItself(saw)).flatMap(({ saw }) => labelled('saw', saw)),
    ...finding.remedies.flatMap(({ show }, nth) => show.flatMap((command) => labelled(nth === 0 ? 'repair' : 'or', command))),
    ...labelled('see', finding.docs),
  ]
  return [...podsOf(finding, report), ...linesOf(prefix + finding.message), ...lines].join('\n')
}

/** The pods of a cluster that no root cause explains: a line per group, below it what is to be said of it. */
export function unexplainedPods(report: Report, cluster: string): string[] {
  const { unasked, stale, elsewhere } = unexplainedKinds(overviewOf(report).otherSymptoms.filter((one) => one.cluster === cluster))
  return podGroups([...unasked, ...stale, ...elsewhere]).flatMap((group) => {
    const { told, commands } = explained(group)
    return [
      podLine(group, report),
      ...(told === '' ? [] : linesOf(told).map((line) => `  ${line}`)),
      ...commands.flatMap((command) => labelled('at once', command)),
      // What it said before the image could be had is of no use any more.
      ...(stale.includes(group.first) ? [] : labelled('kubelet', group.first.message)),
    ]
  })
}

function podsOf({ id }: ReportedFinding, report: Report): string[] {
  const symptoms = new Set(report.rootCauses.filter((cause) => cause.finding === id).flatMap((cause) => cause.symptoms))
  return podGroups(report.symptoms.filter((one) => symptoms.has(one.id))).map((group) => podLine(group, report))
}

const podLine = (group: PodGroup, { clusters }: Report): string => oneLine(podText(group, clusters.length > 1))

/** Without the question, `(empty)` or `(none)` says nothing. */
const speaksForItself = (saw: string): boolean => !/^(?:\([^()]*\))?$/.test(saw.trim())

function causesOf(finding: ReportedFinding, report: Report): ReportedFinding[] {
  const ids = report.rootCauses.filter((cause) => cause.explains.includes(finding.id)).map((cause) => cause.finding)
  return report.findings.filter(({ id }) => ids.includes(id))
}

/** The label before the first line, further lines below it. */
function labelled(label: string, text: string): string[] {
  return linesOf(text).map((line, nth) => (nth === 0 ? `  ${label}: ${line}` : `    ${line}`))
}
