import { Rejected, type Place } from './rejected.ts'
import type { Header, KeyValue, Node } from './v2-parser.ts'

interface Entry {
  /** What is below an entry is found by this: a new one forgets all that. */
  id: number
  readonly kind: 'value' | 'dotted' | 'table' | 'array-table'
  /** Made by a header of its own. */
  explicit: boolean
}

/**
 * What a file has defined so far, to find what it defines twice.
 * Source: pelletier/go-toml v2.4.3, internal/tracker/seen.go.
 */
export class SeenV24 {
  readonly #entries = new Map<string, Entry>()
  #ids = 1
  readonly #root: Entry = { id: 0, kind: 'table', explicit: true }
  #current = this.#root

  /**
   * @returns whether the table of a header was not there before
   * @throws Rejected
   */
  check(expression: KeyValue | Header): boolean {
    if (expression.kind !== 'key-value') return this.#header(expression)
    this.#keyValue(this.#current, expression)
    return false
  }

  #below(parent: Entry, name: string): Entry | undefined {
    return this.#entries.get(`${parent.id} ${name}`)
  }
  #add(parent: Entry, name: string, kind: Entry['kind'], explicit = false): Entry {
    const child = { id: this.#ids++, kind, explicit }
    this.#entries.set(`${parent.id} ${name}`, child)
    return child
  }

  #header({ kind, key, line, column }: Header): boolean {
    const place = { line, column }
    let parent = this.#root
    for (const part of key.slice(0, -1)) {
      const present = this.#below(parent, part)
      if (present?.kind === 'value') throw new Rejected(`key ${part} already exists as a value`, place)
      parent = present ?? this.#add(parent, part, 'table')
    }
    const name = key.at(-1)!
    const present = this.#below(parent, name)
    this.#current = present ?? this.#add(parent, name, kind, true)
    if (!present) return true
    if (present.kind !== kind) throw new Rejected(`${kind} ${name} already exists as a ${present.kind}`, place)
    if (kind === 'array-table') present.id = this.#ids++
    else if (present.explicit) throw new Rejected(`table ${name} already exists`, place)
    present.explicit = true
    return false
  }

  /** A dotted key goes through tables that dotted keys made, and through no others. */
  #keyValue(from: Entry, { key, value, line, column }: KeyValue): void {
    const place: Place = { line, column }
    let parent = from
    for (const [index, part] of key.entries()) {
      const present = this.#below(parent, part)
      const last = index === key.length - 1
      if (present && (last || present.kind !== 'dotted')) throw new Rejected(`key ${part} is already defined`, place)
      parent = present ?? this.#add(parent, part, last ? 'value' : 'dotted')
    }
    this.#value(value)
  }

  /** Inline tables define their keys on their own. */
  #value(value: Node): void {
    if (value.kind === 'array') for (const item of value.items) this.#value(item)
    if (value.kind !== 'inline-table') return
    const table: Entry = { id: this.#ids++, kind: 'value', explicit: false }
    for (const one of value.entries) this.#keyValue(table, one)
  }
}
