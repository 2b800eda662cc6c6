import type { Place } from './rejected.ts'
import { isBare, isSpace } from './v1-scanner.ts'

/** A table, with the line by which containerd orders the hosts: 0 where the library keeps none. */
export class Table {
  readonly values = new Map<string, Value>()
  /** Where its keys stand: for people, the library does not ask. */
  readonly places = new Map<string, Place>()
  readonly line: number
  readonly place: Place
  inline: boolean
  constructor(line: number, place: Place, inline = false) {
    this.line = line
    this.place = place
    this.inline = inline
  }
}

/** `[[name]]`, or an array of nothing but inline tables, which is the same to the library. */
export class Tables {
  readonly tables: Table[]
  constructor(tables: Table[]) {
    this.tables = tables
  }
}

/** A value that no key of hosts.toml takes. */
export class Other {
  readonly type: 'int64' | 'uint64' | 'float64' | 'time'
  constructor(type: Other['type']) {
    this.type = type
  }
}

export type Value = string | boolean | Other | readonly Value[] | Table | Tables

/** Source: go-toml v1.9.5, toml.go (Tree.GetPath). */
export function getPath(from: Table, keys: readonly string[]): Value | undefined {
  let table = from
  for (const key of keys.slice(0, -1)) {
    const next = inner(table.values.get(key))
    if (!next) return undefined
    table = next
  }
  return keys.length === 0 ? from : table.values.get(keys.at(-1)!)
}

/** Makes the tables on a path that are missing. Source: go-toml v1.9.5, toml.go (createSubTree). */
export function createPath(from: Table, keys: readonly string[], place: Place): { readonly wrong: string } | { readonly table: Table } {
  let table = from
  for (const key of keys) {
    if (!table.values.has(key)) table.values.set(key, new Table(place.line, place, table.inline))
    const next = inner(table.values.get(key))
    if (!next) return { wrong: `unknown type for path ${keys.join('.')} (${key})` }
    table = next
  }
  return { table }
}

/**
 * Puts a value at a path. A value in the way is stepped over: the rest of the path then starts where the value lies.
 * Source: go-toml v1.9.5, toml.go (SetPathWithOptions).
 */
export function setPath(from: Table, keys: readonly string[], value: Value, place: Place): void {
  let table = from
  for (const [index, key] of keys.slice(0, -1).entries()) {
    if (!table.values.has(key)) table.values.set(key, new Table(from.line + index, place))
    table = inner(table.values.get(key)) ?? table
  }
  table.values.set(keys.at(-1)!, value)
}

const inner = (value: Value | undefined): Table | undefined =>
  value instanceof Table ? value : value instanceof Tables ? value.tables.at(-1) : undefined

/**
 * Splits a dotted key. Two quoted parts need no dot between them, and a dot may come first.
 * Source: go-toml v1.9.5, keysparsing.go.
 */
export function splitKey(raw: string): readonly string[] | { readonly wrong: string } {
  const chars = Array.from(raw)
  const parts: string[] = []
  let at = 0
  const skipSpaces = (): void => {
    while (at < chars.length && isSpace(chars[at]!)) at++
  }
  for (skipSpaces(); at < chars.length; skipSpaces()) {
    const char = chars[at]!
    if (isBare(char)) {
      const from = at
      while (at < chars.length && isBare(chars[at]!)) at++
      parts.push(chars.slice(from, at).join(''))
      if (at === chars.length || chars[at] === '.') continue
      if (!isSpace(chars[at]!)) return { wrong: `invalid bare key character: ${chars[at]}` }
      skipSpaces()
      if (at < chars.length && chars[at] !== '.') return { wrong: `invalid key character after whitespace: ${chars[at]}` }
    } else if (char === '"' || char === "'") {
      const closing = chars.indexOf(char, at + 1)
      if (closing < 0) return { wrong: `unclosed ${char === '"' ? 'double' : 'single'}-quoted key` }
      parts.push(chars.slice(at + 1, closing).join(''))
      at = closing + 1
    } else if (char === '.') {
      at++
      if (at >= chars.length) return { wrong: 'unexpected end of key' }
      if (!isBare(chars[at]!) && !`'" `.includes(chars[at]!)) return { wrong: 'expecting key part after dot' }
    } else return { wrong: `invalid key character: ${char}` }
  }
  return parts.length === 0 ? { wrong: 'empty key' } : parts
}
