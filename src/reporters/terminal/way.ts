import type { ReportedFinding } from '../../model/finding.ts'
import type { Hop } from '../../model/words.ts'
import { shortened, width } from '../layout.ts'
import { count } from '../text.ts'
import { indented, type Style } from './style.ts'

const stations = ['host', 'engine', 'registry', 'network', 'node', 'pod'] as const
type Station = (typeof stations)[number]

/** Where on the way a fault of that hop sits. */
const stationOfHop: Readonly<Record<Hop, Station>> = {
  push: 'host',
  publish: 'engine',
  registry: 'registry',
  network: 'network',
  name: 'network',
  port: 'network',
  resolve: 'node',
  manifest: 'registry',
  blob: 'registry',
  unpack: 'node',
  start: 'pod',
}

/** The way of an image from the host to the pod, and below it what is broken, where it is broken, of findings of one kind. */
export function way(findings: readonly ReportedFinding[], style: Style): string[] {
  const broken = new Map<Station, ReportedFinding[]>()
  for (const finding of findings) {
    const station = stationOf(finding)
    broken.set(station, [...(broken.get(station) ?? []), finding])
  }
  const firstBroken = stations.findIndex((station) => broken.has(station))
  const path = stations.map((station, nth) => paintStation(station, broken.has(station), nth > firstBroken, style))
  return [
    `  ${path.join(style.paint.dim(` ${style.arrow} `))}`,
    ...stations.flatMap((station) => {
      const own = broken.get(station)
      return own === undefined ? [] : [labelBelow(station, own, style)]
    }),
  ]
}

/** A node that does not run is broken as a node, whatever its pods then lack. */
const stationOf = ({ subject, hop }: ReportedFinding): Station => (subject.kind === 'node' && hop === 'start' ? 'node' : stationOfHop[hop])

function paintStation(station: Station, isBroken: boolean, isBehind: boolean, { paint }: Style): string {
  if (isBroken) return paint.bold(paint.red(station))
  return isBehind ? paint.dim(station) : station
}

/** What is broken, below its station, or further left where it would leave the screen. */
function labelBelow(station: Station, findings: readonly ReportedFinding[], style: Style): string {
  const before = stations.slice(0, stations.indexOf(station))
  const column = before.reduce((sum, one) => sum + one.length + style.arrow.length + 2, 2)
  const label = `${style.marks.fail} ${named(findings, style)}`
  return indented(style.paint.red(label), Math.max(2, Math.min(column, style.columns - width(label))))
}

function named(findings: readonly ReportedFinding[], style: Style): string {
  const names = [...new Set(findings.map(({ subject }) => style.line(subject.name)))]
  const room = style.columns - 4
  const all = names.join(', ')
  if (names.length === 1) return shortened(all, room, style.ellipsis)
  const { kind } = findings[0]!.subject
  return width(all) <= Math.min(room, 36) ? all : count(names.length, kind, kind === 'registry' ? 'registries' : `${kind}s`)
}
