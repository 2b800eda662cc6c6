import type { Mapping, Node, Scalar } from './node.ts'
import { Refusal, type Place } from './refusal.ts'
import { resolve, shortTag, tags } from './resolve.ts'

/** A Go type that a file is read into, as far as k3s has them. `go` is its name in errors. */
export type Shape =
  | { readonly kind: 'string' | 'bool' | 'strings'; readonly go: string }
  | { readonly kind: 'map'; readonly go: string; readonly of: Shape }
  | { readonly kind: 'struct'; readonly go: string; readonly fields: { readonly [name: string]: Shape }; readonly pointer?: true }

export const string = { kind: 'string', go: 'string' } as const
export const bool = { kind: 'bool', go: 'bool' } as const
export const strings = { kind: 'strings', go: '[]string' } as const

/** A value, and where it stands or, in a map, its key. */
export interface Entry {
  value: Value
  place: Place
}
/** The entries of a struct are its fields that the file sets; null is a pointer to nothing. */
export type Value = string | boolean | null | readonly { readonly value: string; readonly place: Place }[] | Map<string, Entry>

/** A key that its struct does not have. The library passes it by without a word. */
interface UnknownKey extends Place {
  readonly path: readonly string[]
  /** The keys that there are in its place. */
  readonly known: readonly string[]
}

/**
 * Reads a tree into a type, also over what was read before.
 * Source: go-yaml v2.4.0, decode.go (decoder), not strict.
 * @throws Refusal
 */
export function decode(root: Node, shape: Shape): { readonly value: Value; readonly unknown: readonly UnknownKey[] } {
  const decoder = new Decoder()
  // The library counts the document as well.
  decoder.count()
  const value = decoder.read(root, shape, zero(shape), []).value
  if (decoder.errors.length > 0) throw new Refusal(`unmarshal errors: ${decoder.errors.join('; ')}`, decoder.firstError)
  return { value, unknown: decoder.unknown }
}

/** @returns false for `read` where the node does not fit: the value is what it was */
interface Read {
  readonly value: Value
  readonly read: boolean
}

function zero(shape: Shape): Value {
  if (shape.kind === 'string') return ''
  if (shape.kind === 'bool') return false
  if (shape.kind === 'strings') return []
  return shape.kind === 'struct' && shape.pointer ? null : new Map()
}

class Decoder {
  readonly errors: string[] = []
  firstError: Place | null = null
  readonly unknown: UnknownKey[] = []
  readonly #within = new Set<Node>()
  #read = 0
  #readByAlias = 0

  count(): void {
    this.#read++
    if (this.#within.size > 0) this.#readByAlias++
    if (this.#readByAlias <= 100 || this.#read <= 1000) return
    const beyond = Math.min(Math.max(this.#read - 400_000, 0), 3_600_000) / 3_600_000
    if (this.#readByAlias / this.#read > 0.99 - 0.89 * beyond) throw new Refusal('document contains excessive aliasing')
  }

  read(node: Node, shape: Shape, present: Value, path: readonly string[]): Read {
    this.count()
    if (node.kind === 'alias') return this.#aliased(node, () => this.read(node.target, shape, present, path))
    if (node.kind === 'scalar') return this.#scalar(node, shape, present)
    if (node.kind === 'sequence') {
      if (shape.kind !== 'strings') return this.#mismatch(node, shortTag(tags.sequence), shape.go, present)
      const items = node.items.map((item) => ({ ...this.read(item, string, '', path), place: item.place })).filter((item) => item.read)
      return { value: items.map(({ value, place }) => ({ value: value as string, place })), read: true }
    }
    if (shape.kind !== 'map' && shape.kind !== 'struct') return this.#mismatch(node, shortTag(tags.mapping), shape.go, present)
    const entries = present instanceof Map ? present : new Map<string, Entry>()
    this.#mapping(node, shape, entries, path)
    return { value: entries, read: true }
  }

  #aliased(node: Node & { kind: 'alias' }, read: () => Read): Read {
    if (this.#within.has(node)) throw new Refusal(`anchor '${node.name}' value contains itself`, node.place)
    this.#within.add(node)
    const result = read()
    this.#within.delete(node)
    return result
  }

  #scalar(node: Scalar, shape: Shape, present: Value): Read {
    const { tag, value } = resolve(node)
    // Of the ways to write null only some leave a pointer alone, and these do also in quotes.
    const isNull = node.tag === tags.null || (node.tag === '' && looksNull(node))
    if (value === null) return { value: shape.kind === 'struct' && !isNull ? new Map() : zero(shape), read: true }
    if (shape.kind === 'string') return { value: typeof value === 'string' && tag === tags.binary ? value : node.value, read: true }
    if (shape.kind === 'bool' && typeof value === 'boolean') return { value, read: true }
    const shown = node.tag === '' ? tag : node.tag
    // An explicit tag of a list or a map hides the value.
    const isCollection = shown === tags.sequence || shown === tags.mapping
    const what = `${shortTag(shown)}${isCollection ? '' : ` \`${shortened(node.value)}\``}`
    return this.#mismatch(node, what, isNull && shape.kind === 'struct' && shape.pointer ? `*${shape.go}` : shape.go, present)
  }

  #mapping(node: Mapping, shape: Shape & { kind: 'map' | 'struct' }, entries: Map<string, Entry>, path: readonly string[]): void {
    for (const [key, value] of node.entries) {
      if (isMerge(key)) {
        this.#merge(value, shape, entries, path)
        continue
      }
      const name = this.read(key, string, '', path)
      if (!name.read) continue
      const field = name.value as string
      const below = [...path, field]
      if (shape.kind === 'map') {
        // An entry that is there already is not read over, but replaced.
        const found = this.read(value, shape.of, zero(shape.of), below)
        if (found.read) entries.set(field, { value: found.value, place: key.place })
      } else if (Object.hasOwn(shape.fields, field)) {
        const of = shape.fields[field]!
        entries.set(field, { value: this.read(value, of, entries.get(field)?.value ?? zero(of), below).value, place: key.place })
      } else this.unknown.push({ path: below, ...key.place, known: Object.keys(shape.fields) })
    }
  }

  #merge(node: Node, shape: Shape, entries: Map<string, Entry>, path: readonly string[]): void {
    const isMapping = (one: Node): boolean => one.kind === 'mapping' || (one.kind === 'alias' && one.target.kind === 'mapping')
    // Of several the first counts, so it is read last.
    const nodes = node.kind === 'sequence' ? node.items.toReversed() : [node]
    for (const one of nodes) {
      if (!isMapping(one)) throw new Refusal('map merge requires map or sequence of maps as the value', one.place)
      this.read(one, shape, entries, path)
    }
  }

  #mismatch(node: Node, what: string, type: string, present: Value): Read {
    this.errors.push(`line ${node.place.line}: cannot unmarshal ${what} into ${type}`)
    this.firstError ??= node.place
    return { value: present, read: false }
  }
}

const looksNull = ({ value, implicit }: Scalar): boolean => value === 'null' || value === '~' || (value === '' && implicit)

const isMerge = (key: Node): boolean => key.kind === 'scalar' && key.value === '<<' && (key.implicit || key.tag === tags.merge)

/** At most ten bytes of a value, as errors show it. */
function shortened(value: string): string {
  const bytes = new TextEncoder().encode(value)
  return bytes.length > 10 ? `${new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, 7))}...` : value
}
