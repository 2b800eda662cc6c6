import { Rejected, type Place } from './rejected.ts'
import type { Header, KeyValue, Node } from './v2-parser.ts'

interface Entry {
  /** What is below an entry is found by this: a new one forgets all that. */
  id: number
  kind: 'value' | 'table' | 'array-table'
  explicit: boolean
}

/**
 * What a file has defined so far, to find what it defines twice.
 * Source: pelletier/go-toml v2.2.4, internal/tracker/seen.go.
 */
export class Seen {
  readonly #entries = new Map<string, Entry>()
  #ids = 1
  readonly #root: Entry = { id: 0, kind: 'table', explicit: false }
  #current = this.#root
  /** Tables that dotted keys made below the current table: the next header closes them. */
  #dotted: Entry[] = []

  /** @throws Rejected */
  check(expression: KeyValue | Header): void {
    if (expression.kind === 'key-value') this.#keyValue(this.#current, expression)
    else this.#header(expression)
  }

  #entry(kind: Entry['kind'], explicit: boolean): Entry {
    return { id: this.#ids++, kind, explicit }
  }
  #below(parent: Entry, name: string): Entry | undefined {
    return this.#entries.get(`${parent.id} ${name}`)
  }
  #add(parent: Entry, name: string, child: Entry): Entry {
    this.#entries.set(`${parent.id} ${name}`, child)
    return child
  }

  #header({ kind, key, line, column }: Header): void {
    for (const one of this.#dotted) one.explicit = true
    this.#dotted = []
    const place = { line, column }
    let parent = this.#root
    for (const part of key.slice(0, -1)) {
      const present = this.#below(parent, part)
      if (present?.kind === 'value') throw new Rejected(`expected ${part} to be a table, not a value`, place)
      parent = present ?? this.#add(parent, part, this.#entry('table', false))
    }
    const name = key.at(-1)!
    const present = this.#below(parent, name)
    if (!present) {
      this.#current = this.#add(parent, name, this.#entry(kind, true))
      return
    }
    if (present.kind !== kind) throw new Rejected(`key ${name} should be a ${kind}, not a ${present.kind}`, place)
    if (kind === 'array-table') present.id = this.#ids++
    else if (present.explicit) throw new Rejected(`table ${name} already exists`, place)
    else present.explicit = true
    this.#current = present
  }

  #keyValue(from: Entry, { key, value, line, column }: KeyValue): void {
    const place: Place = { line, column }
    let parent = from
    for (const [index, part] of key.entries()) {
      const present = this.#below(parent, part)
      if (!present) {
        parent = this.#add(parent, part, this.#entry('table', false))
        this.#dotted.push(parent)
        continue
      }
      if (index === key.length - 1) throw new Rejected(`key ${part} is already defined`, place)
      if (present.kind !== 'table') throw new Rejected(`expected ${part} to be a table, not a ${present.kind}`, place)
      if (present.explicit) throw new Rejected(`cannot redefine table ${part} that has already been explicitly defined`, place)
      parent = present
    }
    parent.kind = 'value'
    this.#value(value)
  }

  /** Inline tables define their keys on their own. */
  #value(value: Node): void {
    if (value.kind === 'array') for (const item of value.items) this.#value(item)
    if (value.kind !== 'inline-table') return
    const table = this.#entry('table', false)
    for (const one of value.entries) this.#keyValue(table, one)
  }
}
