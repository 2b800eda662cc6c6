import type { CheckResult, Report } from '../../model/report.ts'
import type { Hop } from '../../model/words.ts'
import { endOf, padded, width } from '../layout.ts'
import { oneLine } from '../text.ts'
import { labelColumns, labelled, paintMark, type Style } from './style.ts'

type ProbedHop = NonNullable<CheckResult['hops']>[number]

/** The legs that every probe takes, with the word for each. Legs between them are only named where one fails. */
const legs = [
  ['push', 'push'],
  ['unpack', 'pull'],
  ['start', 'start'],
] as const satisfies readonly (readonly [Hop, string])[]

interface Row {
  readonly name: string
  readonly host: string
  readonly hops: readonly ProbedHop[]
}

/**
 * How far a probe came: a line per node with the time of each leg, and the slowest of all. Where there are several registry
 * hosts, a line for each of them below the node's.
 */
export function probeTable(report: Report, style: Style): string[] {
  const results = report.checks.filter((one) => one.id === 'probe/run').flatMap((one) => one.results)
  const rows = results.flatMap(({ subject, hops = [] }): Row[] => {
    const hosts = [...new Set(hops.map((one) => one.registryHost))]
    return hosts.map((host) => ({
      name: oneLine(subject.name),
      host: oneLine(host),
      hops: hops.filter((one) => one.registryHost === host),
    }))
  })
  if (rows.length === 0) return []
  const severalHosts = new Set(rows.map((one) => one.host)).size > 1
  const room = style.columns - labelColumns - 3 * timeColumns
  const names = rows.map(({ name, host }) =>
    severalHosts ? `  ${endOf(host, room - 2, style.ellipsis)}` : endOf(name, room, style.ellipsis),
  )
  const nameColumns = Math.max(4, ...names.map(width))
  const head = padded('', nameColumns) + legs.map(([, word]) => word.padStart(timeColumns)).join('')
  const lines = rows.flatMap(({ name, hops }, nth) => [
    ...(severalHosts && rows[nth - 1]?.name !== name ? [endOf(name, style.columns - labelColumns, style.ellipsis)] : []),
    padded(names[nth]!, nameColumns) + cells(hops, style),
  ])
  return labelled(style, 'probe', [style.paint.dim(head), ...lines, ...slowest(rows, style)])
}

const timeColumns = 9

function cells(hops: readonly ProbedHop[], style: Style): string {
  const failed = hops.find((one) => one.status === 'fail')
  const passed = legs.flatMap(([hop]) => {
    const one = hops.find((each) => each.hop === hop && each.status === 'pass')
    return one ? [(one.ms === undefined ? 'done' : duration(one.ms)).padStart(timeColumns)] : []
  })
  const mark = failed ? `${' '.repeat(2)}${paintMark(style, 'fail')} ${style.paint.bold(failed.hop)}` : ''
  return passed.join('') + mark
}

const duration = (ms: number): string => (ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`)

function slowest(rows: readonly Row[], style: Style): string[] {
  const all = rows.flatMap(({ name, hops }) => hops.flatMap(({ hop, ms }) => (ms === undefined ? [] : [{ name, hop, ms }])))
  const most = all.toSorted((a, b) => b.ms - a.ms)[0]
  if (!most || rows.some(({ hops }) => hops.some((one) => one.status === 'fail'))) return []
  const word = legs.find(([hop]) => hop === most.hop)?.[1] ?? most.hop
  const where = most.hop === 'push' ? '' : ` on ${most.name}`
  return style.prose(`slowest: ${word}${where}, ${duration(most.ms)}`, style.columns - labelColumns).map((line) => style.paint.dim(line))
}
