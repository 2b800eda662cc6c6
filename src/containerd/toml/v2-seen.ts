import { Rejected, type Place } from './rejected.ts'
import type { Header, KeyValue, Node } from './v2-parser.ts'

interface Entry {
  kind: 'value' | 'table' | 'array-table'
  explicit: boolean
  /** Made by a dotted key: the next header closes it. */
  dotted: boolean
  readonly below: Map<string, Entry>
}

const entry = (kind: Entry['kind'], explicit: boolean, dotted: boolean): Entry => ({ kind, explicit, dotted, below: new Map() })

/**
 * What a file has defined so far, to find what it defines twice.
 * Source: pelletier/go-toml v2.2.4, internal/tracker/seen.go.
 */
export class Seen {
  readonly #root = entry('table', false, false)
  #current = this.#root

  /** @throws Rejected */
  check(expression: KeyValue | Header): void {
    if (expression.kind === 'key-value') checkKeyValue(this.#current, expression)
    else this.#header(expression)
  }

  #header({ kind, key, line, column }: Header): void {
    close(this.#current)
    const place = { line, column }
    let parent = this.#root
    for (const part of key.slice(0, -1)) {
      const present = parent.below.get(part) ?? entry('table', false, false)
      if (present.kind === 'value') throw new Rejected(`expected ${part} to be a table, not a value`, place)
      parent.below.set(part, present)
      parent = present
    }
    const name = key.at(-1)!
    const present = parent.below.get(name)
    if (!present) {
      this.#current = entry(kind, true, false)
      parent.below.set(name, this.#current)
      return
    }
    if (present.kind !== kind) throw new Rejected(`key ${name} should be a ${kind}, not a ${present.kind}`, place)
    if (kind === 'array-table') present.below.clear()
    else if (present.explicit) throw new Rejected(`table ${name} already exists`, place)
    else present.explicit = true
    this.#current = present
  }
}

/** Without recursion: a dotted key may have any number of parts. */
function close(table: Entry): void {
  const open = [table]
  for (let one = open.pop(); one; one = open.pop()) {
    for (const below of one.below.values()) {
      if (below.dotted) {
        below.explicit = true
        below.dotted = false
      }
      open.push(below)
    }
  }
}

function checkKeyValue(from: Entry, { key, value, line, column }: KeyValue): void {
  const place: Place = { line, column }
  let parent = from
  for (const [index, part] of key.entries()) {
    let present = parent.below.get(part)
    if (!present) {
      present = entry('table', false, true)
      parent.below.set(part, present)
    } else if (index === key.length - 1) throw new Rejected(`key ${part} is already defined`, place)
    else if (present.kind !== 'table') throw new Rejected(`expected ${part} to be a table, not a ${present.kind}`, place)
    else if (present.explicit) throw new Rejected(`cannot redefine table ${part} that has already been explicitly defined`, place)
    parent = present
  }
  parent.kind = 'value'
  checkValue(value)
}

/** Inline tables define their keys on their own. */
function checkValue(value: Node): void {
  if (value.kind === 'array') value.items.forEach(checkValue)
  if (value.kind !== 'inline-table') return
  const table = entry('table', false, false)
  for (const one of value.entries) checkKeyValue(table, one)
}
