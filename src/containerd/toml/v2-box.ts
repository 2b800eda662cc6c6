import type { Any } from './any.ts'

/** The Go types that a hosts.toml is decoded into; `bool?` is a pointer. */
export type Shape =
  | 'any'
  | 'string'
  | 'strings'
  | 'bool'
  | 'bool?'
  | { readonly fields: ReadonlyMap<string, Shape> }
  | { readonly of: Shape }

/** What an untyped variable holds; a box is a map. */
export type Loose = string | Loose[] | Box | { readonly other: string }

/** A Go variable: a shape, and what was stored in it. */
export class Box {
  readonly shape: Shape
  text = ''
  flag: boolean | undefined
  strings: string[] = []
  loose: Loose | undefined
  /** Fields of a struct, or entries of a map. Made when it is needed: most boxes hold one value. */
  #inner: Map<string, Box> | undefined

  constructor(shape: Shape) {
    this.shape = shape
  }
  /** A field of a struct; an empty one where the struct has none. */
  field(name: string): Box {
    const shape = typeof this.shape === 'object' && 'fields' in this.shape ? (this.shape.fields.get(name) ?? 'string') : 'string'
    const present = this.#inner?.get(name) ?? new Box(shape)
    this.setEntry(name, present)
    return present
  }
  entries(): ReadonlyMap<string, Box> {
    return this.#inner ?? new Map()
  }
  entry(key: string): Box | undefined {
    return this.#inner?.get(key)
  }
  setEntry(key: string, box: Box): void {
    this.#inner ??= new Map()
    this.#inner.set(key, box)
  }
  empty(): void {
    this.#inner = undefined
  }
  get any(): Any | undefined {
    return this.loose === undefined ? undefined : anyOf(this.loose)
  }
}

function anyOf(value: Loose): Any {
  if (typeof value === 'string') return value
  if (value instanceof Box) return { other: 'map' }
  return 'other' in value ? value : value.map(anyOf)
}
