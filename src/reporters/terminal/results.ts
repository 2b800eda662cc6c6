import type { CheckResult, Report } from '../../model/report.ts'
import { padded, shortened, width } from '../layout.ts'
import { entry, indented, marked, paintMark, type Mark, type Style } from './style.ts'

interface Unjudged {
  readonly status: CheckResult['status']
  readonly reason: string
  /** Subjects by the title of the check that could not judge them. */
  readonly subjects: Map<string, Set<string>>
}

/** What could not be judged, by reason: one unreachable thing usually blocks several checks. */
export function unjudged(report: Report, style: Style): string[][] {
  const groups = new Map<string, Unjudged>()
  for (const check of report.checks) {
    for (const { status, reason = 'no reason was given', subject } of check.results) {
      if (status !== 'blocked' && status !== 'error') continue
      const group = groups.get(status + reason) ?? { status, reason, subjects: new Map() }
      groups.set(status + reason, group)
      group.subjects.set(check.title, (group.subjects.get(check.title) ?? new Set()).add(subject.name))
    }
  }
  return [...groups.values()].map(({ status, reason, subjects }) => [
    ...marked(style, status, headline(status, reason, report.error?.message), style.paint.bold),
    ...[...subjects].flatMap(([title, names]) =>
      style.prose(`${title} [${[...names].join(', ')}]`, style.columns - 6).map((line, nth) => indented(line, nth === 0 ? 4 : 6)),
    ),
  ])
}

function headline(status: CheckResult['status'], reason: string, said: string | undefined): string {
  if (status === 'error') return `a check went wrong, which is a fault of registry-doctor: ${reason}`
  return reason === said ? 'could not be judged for this reason:' : `could not be judged: ${reason}`
}

/** What checks say of their own judgement, each once. */
export function notes(report: Report, style: Style): string[] {
  const all = new Set(report.checks.flatMap((check) => check.results.flatMap((one) => one.notes ?? [])))
  return [...all].flatMap((note) => entry(style, 'note', note))
}

/** Every check and subject with its status, reason and time. */
export function allResults(report: Report, style: Style): string[] {
  return report.checks.flatMap((check) => {
    const names = check.results.map(({ subject }) => shortened(style.line(subject.name), style.columns - 24, style.ellipsis))
    const nameColumns = Math.min(Math.max(0, ...names.map(width)), 32)
    return [
      ...style.prose(check.title, style.columns - 2).map((line) => indented(style.paint.bold(line), 2)),
      indented(style.paint.dim(style.line(check.id)), 2),
      ...check.results.flatMap((result, nth) => resultLines(result, padded(names[nth] ?? '', nameColumns), report, style)),
    ]
  })
}

function resultLines(result: CheckResult, name: string, report: Report, style: Style): string[] {
  const isWarning =
    result.status === 'pass' &&
    result.findings.some((id) => report.findings.some((finding) => finding.id === id && finding.severity === 'warning'))
  const mark: Mark = isWarning ? 'warning' : result.status
  const reason = result.reason === undefined ? [] : style.prose(result.reason, style.columns - 6)
  return [
    `    ${paintMark(style, mark)} ${name}  ${style.paint.dim(`${result.status}, ${Math.round(result.durationMs)} ms`)}`,
    ...reason.map((line) => indented(style.paint.dim(line), 6)),
  ]
}
