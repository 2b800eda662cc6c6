import { noFields, type HostFields, type HostsFields } from './hosts-fields.ts'
import type { Any } from './toml/any.ts'
import { Rejected, type Place } from './toml/rejected.ts'
import { Other, Table, Tables, type Value } from './toml/v1-tree.ts'
import { parseTomlV1 } from './toml/v1.ts'

/** What differs between the versions that use go-toml 1.x. */
export interface V1Rules {
  /** A file without a `host` table is rejected: before 1.7.32. */
  readonly needsHostTable: boolean
  /** `rewrite` is a key: in k3s' fork. */
  readonly rewrite: boolean
}

/**
 * A hosts.toml as containerd 1.x decodes it.
 * Sources: containerd v1.7.34, remotes/docker/config/hosts.go (parseHostsFile, getSortedHosts); go-toml v1.9.5, marshal.go (valueFromTree).
 * @throws Rejected
 */
export function decodeV1(text: string, rules: V1Rules): HostsFields {
  const root = parseTomlV1(text.replace(/^\uFEFF/, ''))
  const sorted = sortedHosts(root, rules)
  const embedded = field(root, 'HostFileConfig')
  const fields = embedded === undefined ? root : tableOf(embedded, root, 'HostFileConfig')
  const server = field(root, 'server')
  const serverPlace = root.places.get('server')
  return {
    ...sorted,
    hosts: mapOf(field(root, 'host'), root, 'host', (one, key) => hostFields(tableOf(one, root, key), rules)),
    root: hostFields(fields, rules),
    server: server === undefined ? '' : stringOf(server, root, 'server'),
    ...(serverPlace && { serverPlace }),
    hasServer: root.values.has('server'),
  }
}

function sortedHosts(root: Table, { needsHostTable }: V1Rules): Pick<HostsFields, 'order' | 'unordered'> {
  const hosts = root.values.get('host')
  if (!(hosts instanceof Table)) {
    if (needsHostTable) throw new Rejected('invalid `host` tree', { line: 1, column: 1 })
    return { order: [], unordered: false }
  }
  const entries = [...hosts.values].map(([key, value]) => ({ key, value }))
  // Two of them are compared by a field that only tables have.
  const broken = entries.find(({ value }) => !(value instanceof Table))
  if (broken && entries.length > 1) throw new Rejected(`host ${broken.key} is no table`, placeOf(hosts, broken.key), true)
  const tables = entries.filter((one): one is { key: string; value: Table } => one.value instanceof Table)
  tables.sort((a, b) => a.value.line - b.value.line)
  return {
    order: tables.map(({ key, value }) => ({ key, place: value.place })),
    unordered: tables.some(({ value }, index) => index > 0 && tables[index - 1]!.value.line === value.line),
  }
}

function hostFields(table: Table, { rewrite }: V1Rules): HostFields {
  const [capabilities, ca, client] = [field(table, 'capabilities'), field(table, 'ca'), field(table, 'client')]
  const [skipVerify, overridePath] = [field(table, 'skip_verify'), field(table, 'override_path')]
  if (rewrite) mapOf(field(table, 'rewrite'), table, 'rewrite', (one, key) => stringOf(one, table, key))
  return {
    ...noFields,
    capabilities: capabilities === undefined ? [] : stringsOf(capabilities, table),
    ...(ca !== undefined && { ca: anyOf(ca) }),
    ...(client !== undefined && { client: anyOf(client) }),
    ...(skipVerify !== undefined && { skipVerify: boolOf(skipVerify, table, 'skip_verify') }),
    header: mapOf(field(table, 'header'), table, 'header', anyOf),
    overridePath: overridePath !== undefined && boolOf(overridePath, table, 'override_path'),
  }
}

/** The library also takes a key in lower case, in upper case, and with a small first letter. */
function field(table: Table, name: string): Value | undefined {
  for (const key of [name, name.toLowerCase(), name.toUpperCase(), name[0]!.toLowerCase() + name.slice(1)]) {
    const value = table.values.get(key)
    if (value !== undefined) return value
  }
  return undefined
}

const placeOf = (table: Table, key: string): Place => {
  const value = table.values.get(key)
  return value instanceof Table ? value.place : (table.places.get(key) ?? table.place)
}

function mismatch(table: Table, key: string, type: string): never {
  throw new Rejected(`can't convert ${key} to ${type}`, placeOf(table, key))
}

const tableOf = (value: Value, parent: Table, key: string): Table => (value instanceof Table ? value : mismatch(parent, key, 'a tree'))

function mapOf<T>(value: Value | undefined, parent: Table, key: string, each: (value: Value, key: string) => T): ReadonlyMap<string, T> {
  if (value === undefined) return new Map()
  return new Map([...tableOf(value, parent, key).values].map(([name, one]) => [name, each(one, name)]))
}

function stringOf(value: Value, parent: Table, key: string): string {
  if (typeof value === 'string') return value
  // Go makes the character of that number from it, and none has one so high.
  return value instanceof Other && value.type === 'uint64' ? '\uFFFD' : mismatch(parent, key, 'string')
}

const boolOf = (value: Value, parent: Table, key: string): boolean => (typeof value === 'boolean' ? value : mismatch(parent, key, 'bool'))

function stringsOf(value: Value, parent: Table): string[] {
  return Array.isArray(value) ? value.map((one) => stringOf(one, parent, 'capabilities')) : mismatch(parent, 'capabilities', '[]string')
}

function anyOf(value: Value): Any {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return { other: 'bool' }
  if (value instanceof Table || value instanceof Tables) return { other: 'map' }
  return value instanceof Other ? { other: value.type } : value.map(anyOf)
}
