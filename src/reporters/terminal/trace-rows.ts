import { shortDigest } from '../../model/image-name.ts'
import type { ImageTrace, Place } from '../../model/trace.ts'
import { age, upTime } from '../age.ts'
import { padded, width } from '../layout.ts'
import { oneLine } from '../text.ts'
import { indented, paintMark, type Mark, type Style } from './style.ts'
import { groupPlaces, type PlaceGroup } from './trace-groups.ts'

/** Where text stands beside the names of places, at least and at most. */
const narrowest = 22
const widest = 28
const gap = 2

/** The table of an image: a line per place, or per places that agree. */
export function traceRows(trace: ImageTrace, now: string, style: Style): string[] {
  const groups = groupPlaces(trace).map((group) => ({ ...group, label: style.line(group.label) }))
  const most = Math.min(widest, Math.floor(style.columns / 2) - gap)
  const column = Math.max(narrowest, ...groups.map(({ label }) => Math.min(width(label), most))) + gap
  const at = trace.registry === null ? 'engine' : 'registry-from-host'
  const registry = trace.places.find((one) => one.place === at)?.digest
  return groups.flatMap((group) => rowLines(group, registry, column, now, style))
}

function rowLines(group: PlaceGroup, registry: string | undefined, column: number, now: string, style: Style): string[] {
  const { first, label, named, differs } = group
  const mark = paintMark(style, markOf(first))
  const at = column + 2
  const room = style.columns - at
  const roomBelow = room - width(style.arrow) - 1
  const paint = first.finding === undefined ? (line: string): string => line : style.paint.bold
  const facts = style.prose(factsOf(group, registry, now), room)
  const detail = first.detail === undefined || isTold(first) ? [] : style.prose(first.detail, roomBelow)
  const told = differs ? style.prose(`first difference${first.detail === undefined ? '' : `: ${first.detail}`}`, roomBelow) : detail
  const below = [
    ...told.map(
      (line, nth) =>
        `${nth === 0 ? style.paint.dim(style.arrow) : ' '.repeat(width(style.arrow))} ${differs ? style.paint.bold(line) : line}`,
    ),
    ...(named === undefined ? [] : style.prose(named, room).map(style.paint.dim)),
  ]
  // What does not fit beside its name stands below it.
  const beside = width(label) < column
  const head = `${mark} ${paint(beside ? padded(label, column) : label)}`
  const lines = facts.filter((line) => line !== '')
  return [
    beside ? `${head}${lines[0] ?? ''}` : head,
    ...(beside ? lines.slice(1) : lines).map((line) => indented(line, at)),
    ...below.map((line) => indented(line, at)),
  ]
}

function markOf({ finding, state, same }: Place): Mark {
  if (finding !== undefined) return 'fail'
  if (same === false) return 'warning'
  if (state === 'holds') return 'pass'
  return state === 'missing' || state === 'not-asked' ? 'skip' : 'blocked'
}

/** Why no pod runs it is all that is to be told of it. */
const isTold = ({ place, state, detail }: Place): boolean => place === 'pod' && state === 'missing' && detail !== undefined

const words: { readonly [S in Exclude<Place['state'], 'holds'>]: string } = {
  missing: 'not there',
  incomplete: 'not complete',
  fails: 'fails',
  unknown: 'not known',
  'not-asked': 'not asked',
}

/** Where the platforms of an image are told; of a node it is its own. */
const tellsPlatforms: readonly Place['place'][] = ['engine', 'builder', 'registry-from-host']

/** What a place has, in one line. One image has several digests: what is the registry's is told by the registry's. */
function factsOf({ first, all }: PlaceGroup, registry: string | undefined, now: string): string {
  const { state, digest, same, platforms = [], created, place, pullPolicy, node } = first
  const shown = same === true ? (registry ?? digest) : digest
  const made = created === undefined ? [] : [age(created, now)]
  // A group runs since its last one does.
  const started = all
    .flatMap((one) => one.since ?? [])
    .toSorted()
    .at(-1)
  const running = started === undefined ? [] : [upTime(started, now)]
  const nodes = [...new Set(all.flatMap((one) => one.node ?? []))]
  return [
    ...(state === 'holds' ? (shown === undefined ? ['there'] : []) : [isTold(first) ? first.detail! : words[state]]),
    ...(shown === undefined ? [] : [shortDigest(oneLine(shown))]),
    ...(tellsPlatforms.includes(place) ? [platforms.map(oneLine).join(' ')].filter(Boolean) : []),
    ...made,
    ...running,
    ...(place === 'pod' && node !== undefined ? [`on ${nodes.map(oneLine).join(', ')}`] : []),
    ...(place === 'pod' && same === false && pullPolicy !== undefined ? [`pull policy ${oneLine(pullPolicy)}`] : []),
  ].join(', ')
}
