import type { ImageTrace, Place } from '../../model/trace.ts'
import { oneLine } from '../text.ts'

/** Places that have the same, told as one. */
export interface PlaceGroup {
  readonly first: Place
  readonly all: readonly Place[]
  /** Among them is the first place at which something is wrong. */
  readonly differs: boolean
  /** `registry by all 3 nodes`. */
  readonly label: string
  /** The nodes or pods of the group, where the label does not name them. */
  readonly named?: string
}

/** What must be equal to be told as one. Since when a pod runs, and on which node, is its own. */
function keyOf({ name: _name, node: _node, since: _since, asked: _asked, ...rest }: Place): string {
  return JSON.stringify(rest)
}

/** The places of an image, those that agree as one, in the order of their first ones. */
export function groupPlaces({ places, first, registry }: ImageTrace): PlaceGroup[] {
  const groups = new Map<string, [Place, ...Place[]]>()
  for (const place of places) {
    // Of an image of no local registry nobody is asked, for one reason.
    const isUnasked = registry === null && place.place.startsWith('registry-')
    const key = isUnasked ? 'registry' : keyOf(place)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [place])
    else group.push(place)
  }
  const isFirst = (place: Place): boolean => first !== undefined && places[first] === place
  return [...groups].map(([key, all]) => {
    const told = key === 'registry' ? { first: longest(all), label: 'registry' } : { first: all[0], ...labelOf(all, places) }
    return { ...told, all, differs: all.some(isFirst) }
  })
}

/** The one that tells most of why nobody was asked. */
const longest = (all: readonly [Place, ...Place[]]): Place =>
  all.reduce((one, other) => ((other.detail ?? '').length > (one.detail ?? '').length ? other : one))

/** Names of nodes longer than this stand below. */
const widest = 28

function labelOf(all: readonly [Place, ...Place[]], places: readonly Place[]): Pick<PlaceGroup, 'label' | 'named'> {
  const [{ place, name, owner }] = all
  const names = all.map((one) => oneLine(one.name))
  const ofNodes = (what: string): Pick<PlaceGroup, 'label' | 'named'> => {
    const every = places.filter((one) => one.place === place).length
    if (all.length > 1 && all.length === every) return { label: `${what} ${every === 2 ? 'both' : `all ${every}`} nodes` }
    const label = `${what} ${names.join(', ')}`
    if (label.length <= widest || all.length === 1) return { label }
    return { label: `${what} ${all.length} of ${every} nodes`, named: names.join(', ') }
  }
  switch (place) {
    case 'engine':
      return { label: oneLine(name) }
    case 'builder':
      return all.length === 1 ? { label: `builder ${oneLine(name)}` } : { label: `${all.length} builders`, named: names.join(', ') }
    case 'registry-from-engine':
      return { label: 'registry by engine' }
    case 'registry-from-host':
      return { label: 'registry by host' }
    case 'registry-from-node':
      return ofNodes('registry by')
    case 'node-store':
      return ofNodes('store of')
    case 'pod': {
      if (name === 'pods') return { label: 'pods' }
      if (all.length === 1) return { label: `pod ${oneLine(name)}` }
      const what = owner === undefined ? `${all.length} pods` : `${all.length} pods of ${oneLine(owner)}`
      return { label: what, named: names.join(', ') }
    }
    // A reader of documents takes kinds of places that are not known yet.
    default:
      return { label: oneLine(`${place as string} ${name}`) }
  }
}
