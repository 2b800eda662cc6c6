import type { ReportedFinding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { linesOf } from './text.ts'

/** The first finding in one line, and how many more there are. */
export function headline(findings: readonly ReportedFinding[]): string {
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  return findings.length === 0 ? '' : `${findings[0]?.code}: ${findings[0]?.message}${more}`
}

/** A finding as the text of a failure: what is wrong, what was seen, what repairs it, where to read on. */
export function failureText(finding: ReportedFinding, report: Report): string {
  const lines = [
    ...causesOf(finding, report).flatMap((cause) => labelled('caused by', `${cause.code}: ${cause.message}`)),
    ...finding.evidence.filter(({ saw }) => speaksForItself(saw)).flatMap(({ saw }) => labelled('saw', saw)),
    ...finding.remedies.flatMap(({ show }, nth) => show.flatMap((command) => labelled(nth === 0 ? 'repair' : 'or', command))),
    ...labelled('see', finding.docs),
  ]
  return [...linesOf(finding.message), ...lines].join('\n')
}

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
