import type { Hop } from '../../model/words.ts'
import { shortened, width } from '../layout.ts'
import { count } from '../text.ts'
import type { Cause } from '../overview.ts'
import type { Style } from './style.ts'

const stations = ['host', 'engine', 'registry', 'network', 'node', 'pod'] as const
type Station = (typeof stations)[number]

/** Where on the way a fault of that hop sits. */
const stationOf: Readonly<Record<Hop, Station>> = {
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

/** The way of an image from the host to the pod, and below it what is broken, where it is broken. */
export function way(causes: readonly Cause[], style: Style): string[] {
  const broken = new Map<Station, string[]>()
  for (const { finding } of causes) {
    // A node that does not run is broken as a node, whatever its pods then lack.
    const station = finding.subject.kind === 'node' && finding.hop === 'start' ? 'node' : stationOf[finding.hop]
    broken.set(station, [...new Set([...(broken.get(station) ?? []), style.line(finding.subject.name)])])
  }
  if (broken.size === 0) return []

  const firstBroken = stations.findIndex((station) => broken.has(station))
  const path = stations.map((station, nth) => paintStation(station, broken.has(station), nth > firstBroken, style))
  return [`  ${path.join(style.paint.dim(` ${style.arrow} `))}`, ...labelsBelow(broken, style)]
}

function paintStation(station: Station, isBroken: boolean, isBehind: boolean, { paint }: Style): string {
  if (isBroken) return paint.bold(paint.red(station))
  return isBehind ? paint.dim(station) : station
}

/** One label per broken station, below it; on a further line where labels would meet. */
function labelsBelow(broken: ReadonlyMap<Station, readonly string[]>, style: Style): string[] {
  const rows: { text: string; columns: number }[] = []
  let column = 2
  for (const station of stations) {
    const names = broken.get(station)
    if (names !== undefined) {
      const label = `${style.marks.fail} ${named(names, station, style)}`
      const start = Math.max(2, Math.min(column, style.columns - width(label)))
      let row = rows.find(({ columns }) => columns === 0 || columns + 2 <= start)
      if (row === undefined) rows.push((row = { text: '', columns: 0 }))
      row.text += ' '.repeat(start - row.columns) + style.paint.red(label)
      row.columns = start + width(label)
    }
    column += station.length + style.arrow.length + 2
  }
  return rows.map(({ text }) => text)
}

function named(names: readonly string[], station: Station, style: Style): string {
  const room = style.columns - 4
  const all = names.join(', ')
  if (names.length === 1) return shortened(all, room, style.ellipsis)
  return width(all) <= Math.min(room, 36) ? all : count(names.length, station, station === 'registry' ? 'registries' : `${station}s`)
}
