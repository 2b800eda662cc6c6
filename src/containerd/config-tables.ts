import { parseTOML, type AST } from 'toml-eslint-parser'

/** A table of a containerd configuration. A map, as names come from the files: `__proto__` is one like any other. */
export type ConfigTable = ReadonlyMap<string, ConfigTable | ConfigValue>

/** What a file sets; a list of tables is one value. */
export interface ConfigValue {
  readonly value: unknown
  readonly file: string
}

type Table = Map<string, Table | ConfigValue>

/** Nothing that decides how images are pulled lies deeper. */
const deepest = 12

/**
 * The tables of a file.
 * @throws whatever the parser says of a file that is no TOML
 */
export function configTables(text: string, file: string): ConfigTable {
  const root: Table = new Map()
  for (const node of parseTOML(text).body[0].body) {
    if (node.type === 'TOMLKeyValue') put(root, node, file)
    else {
      const table = inside(root, namesOf(node.key), node.kind === 'array', file)
      for (const one of node.body) put(table, one, file)
    }
  }
  return root
}

export const isTable = (node: ConfigTable | ConfigValue | undefined): node is ConfigTable => node instanceof Map

/** A table in a table; an empty one where there is none. */
export function tableIn(table: ConfigTable, name: string): ConfigTable {
  const found = table.get(name)
  return isTable(found) ? found : new Map()
}

/** The value that a table sets, with the file that says it. */
export function valueIn(table: ConfigTable, name: string): ConfigValue | undefined {
  const found = table.get(name)
  return isTable(found) ? undefined : found
}

/** What the second says counts; only tables are merged. Source: mergo v1.0.2, merge.go (deepMerge), as containerd 2.x calls it. */
export function mergedTables(first: ConfigTable, second: ConfigTable): ConfigTable {
  const merged = new Map(first)
  for (const [name, node] of second) {
    const present = merged.get(name)
    merged.set(name, isTable(present) && isTable(node) ? mergedTables(present, node) : node)
  }
  return merged
}

/** While a file is read its tables are filled. */
const isOpen = (node: Table | ConfigValue | undefined): node is Table => node instanceof Map

function put(into: Table, { key, value }: AST.TOMLKeyValue, file: string): void {
  const names = namesOf(key)
  inside(into, names.slice(0, -1), false, file).set(names.at(-1)!, valueOf(value, names.length, file))
}

/** The table of a name, made where it is missing. What goes into a list of tables is not kept. */
function inside(from: Table, names: readonly string[], list: boolean, file: string): Table {
  let table = from
  for (const [depth, name] of names.entries()) {
    const present = table.get(name)
    const last = depth === names.length - 1
    if (depth >= deepest) return new Map()
    if (list && last) table.set(name, { value: [], file })
    if ((list && last) || (present && !isOpen(present))) return new Map()
    const next = isOpen(present) ? present : new Map<string, Table | ConfigValue>()
    table.set(name, next)
    table = next
  }
  return table
}

function valueOf(node: AST.TOMLContentNode, depth: number, file: string): Table | ConfigValue {
  if (node.type === 'TOMLInlineTable') {
    const table: Table = new Map()
    if (depth < deepest) for (const one of node.body) put(table, one, file)
    return table
  }
  const value = node.type === 'TOMLArray' ? node.elements.map((one) => (one.type === 'TOMLValue' ? one.value : null)) : node.value
  return { value, file }
}

const namesOf = ({ keys }: AST.TOMLKey): string[] => keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))
