import type { Place, TraceDocument } from '../../model/trace.ts'
import { width } from '../layout.ts'
import { count, oneLine } from '../text.ts'
import type { Style } from './style.ts'

/** The last line: whether it is the same everywhere, else where it first is not. */
export function traceVerdict(document: TraceDocument, style: Style): string {
  const { status, error, rootCauses, traces } = document
  const color = { healthy: style.paint.green, unhealthy: style.paint.red, incomplete: style.paint.magenta }[status]
  const firsts = traces.flatMap(({ places, first }) => (first === undefined ? [] : [places[first]!]))
  const facts = {
    healthy: [healthyText(traces.flatMap((one) => one.places))],
    unhealthy: [...firsts.slice(0, 1).map((one) => `first difference at ${whereOf(one)}`), count(rootCauses.length, 'root cause')],
    incomplete: error === undefined ? [] : [error.code],
  }[status].map(style.line)
  const tails = facts.map((_, index) => `: ${facts.slice(0, facts.length - index).join(` ${style.dot} `)}`)
  // Where not all fits, the last facts go first.
  const fits = tails.find((tail) => width(status + tail) <= style.columns) ?? tails.at(-1) ?? ''
  return style.paint.bold(color(status)) + fits
}

function healthyText(places: readonly Place[]): string {
  const differs = places.some((one) => one.same === false)
  const runs = places.some((one) => one.place === 'pod' && one.since !== undefined)
  if (differs) return runs ? 'the pods run what they should' : 'nothing wrong, and no pod runs it'
  return runs ? 'the same everywhere' : 'the same everywhere, and no pod runs it'
}

function whereOf({ place, name }: Place): string {
  switch (place) {
    case 'engine':
      return 'the Docker engine'
    case 'builder':
      return `builder ${oneLine(name)}`
    case 'registry-from-engine':
    case 'registry-from-host':
      return `the registry ${oneLine(name)}`
    case 'registry-from-node':
      return `what ${oneLine(name)} gets`
    case 'node-store':
      return `the store of ${oneLine(name)}`
    case 'pod':
      return `pod ${oneLine(name)}`
    default:
      return oneLine(`${place as string} ${name}`)
  }
}
