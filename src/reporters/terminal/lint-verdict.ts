import type { LintReport } from '../../model/lint-report.ts'
import { count } from '../text.ts'
import type { Style } from './style.ts'

/** The last line: how many problems of which severity. */
export function lintVerdict({ status, files, error }: LintReport, style: Style): string {
  const color = { healthy: style.paint.green, unhealthy: style.paint.red, incomplete: style.paint.magenta }[status]
  const severities = files.flatMap(({ problems }) => problems.map((one) => one.severity))
  const of = (severity: string): number => severities.filter((one) => one === severity).length
  const counts = [
    ...(of('error') > 0 ? [count(of('error'), 'error')] : []),
    ...(of('warning') > 0 ? [count(of('warning'), 'warning')] : []),
    `${count(files.length, 'file')} read`,
  ]
  const said = error === undefined ? counts.join(` ${style.dot} `) : style.line(error.code)
  return `${style.paint.bold(color(status))}: ${said}`
}
