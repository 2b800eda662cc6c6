import type { Report } from '../../model/report.ts'
import { width } from '../layout.ts'
import type { Overview } from '../overview.ts'
import { podCount } from '../pods.ts'
import { count } from '../text.ts'
import type { Style } from './style.ts'

/** The last line: the verdict and the counts. Where it does not fit, the lesser counts go first. */
export function verdict(report: Report, overview: Overview, style: Style): string {
  const { causes, warnings, consequences, counts } = overview
  const pods = podCount([...causes, ...warnings].flatMap(({ symptoms }) => symptoms))
  const unjudged = counts.blocked + counts.error
  const some = (n: number, text: string): string[] => (n > 0 ? [text] : [])
  const found = [
    ...(report.error === undefined ? [] : [style.line(report.error.code)]),
    ...some(causes.length, count(causes.length, 'root cause')),
    ...some(warnings.length, count(warnings.length, 'warning')),
  ]
  const caused = [...some(pods, count(pods, 'pod')), ...some(consequences, count(consequences, 'consequence'))]
  const counted = [
    ...some(counts.pass, `${counts.pass} passed`),
    ...some(counts.fail, `${counts.fail} failed`),
    ...some(unjudged, `${unjudged} not judged`),
    ...some(counts.skip, `${counts.skip} skipped`),
  ]
  const candidates = [[...found, ...caused], [...found, ...caused.slice(0, 1)], found, []].map((facts) => {
    const tail = [facts.join(', '), counted.join(', ')]
    return (tail[0] === '' ? '' : `: ${tail[0]}`) + (tail[1] === '' ? '' : ` ${style.dot} ${tail[1]}`)
  })
  const room = style.columns - report.status.length
  const rest = candidates.find((text) => width(text) <= room) ?? `: ${found.join(', ')}`
  const color = { healthy: style.paint.green, unhealthy: style.paint.red, incomplete: style.paint.magenta }[report.status]
  return style.paint.bold(color(report.status)) + rest
}
