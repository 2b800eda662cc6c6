import { parseTOML, type AST } from 'toml-eslint-parser'
import { configTables, valueIn } from './config-tables.ts'
import { honoursOldTable } from './cri-plugin.ts'
import { pullPath } from './pull-path.ts'
import { pullSettingsOf } from './pull-settings.ts'
import { atLeast, type ContainerdVersion } from './versions.ts'

/**
 * A config.toml with `config_path` set for the CRI plugin of this version; everything else stays byte for byte.
 * @param withoutMirrors takes the tables of legacy mirrors out, which exclude config_path
 * @returns null where that cannot be done safely: no TOML, legacy mirrors that stay, or the registry settings are written in
 * a form that is not edited here
 */
export function setConfigPath(before: string, version: ContainerdVersion, root: string, withoutMirrors = false): string | null {
  const text = withoutMirrors ? cutMirrors(before) : before
  let tables: AST.TOMLTable[]
  let configVersion: unknown
  try {
    tables = tablesIn(text)
    configVersion = valueIn(configTables(text, ''), 'version')?.value
  } catch {
    return null
  }
  const [oldName, newName] = ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images']
  const tablesOf = (name: string): AST.TOMLTable[] =>
    tables.filter((one) => one.resolvedKey[0] === 'plugins' && one.resolvedKey[1] === name && one.resolvedKey[2] === 'registry')
  const migrated = version.major < 2 || honoursOldTable(typeof configVersion === 'number' ? configVersion : 1, version)
  // Where the old name is honoured, its table replaces that of the new one.
  const plugin = version.major < 2 || (migrated && tablesOf(oldName).length > 0) ? oldName : newName
  const registryTables = tablesOf(plugin)
  if (registryTables.some((one) => one.resolvedKey.length > 3 && ['mirrors', 'configs'].includes(String(one.resolvedKey[3])))) return null
  if (!atLeast(version, 1, 5)) return null
  const edited = withLine(
    text,
    registryTables.find((one) => one.resolvedKey.length === 3),
    plugin,
    `config_path = ${JSON.stringify(root)}`,
  )
  return takesEffect(edited, version, root) ? edited : null
}

const tablesIn = (text: string): AST.TOMLTable[] => parseTOML(text).body[0].body.filter((node) => node.type === 'TOMLTable')

/** Without each table of mirrors, from its header to the next one's. */
function cutMirrors(text: string): string {
  let tables: AST.TOMLTable[]
  try {
    tables = tablesIn(text)
  } catch {
    return text
  }
  const isOfMirrors = ({ resolvedKey }: AST.TOMLTable): boolean =>
    resolvedKey[0] === 'plugins' && resolvedKey[2] === 'registry' && resolvedKey[3] === 'mirrors'
  const startOf = (table: AST.TOMLTable): number => text.lastIndexOf('\n', table.range[0]) + 1
  const kept = tables.map((table, index) => {
    const next = tables[index + 1]
    return isOfMirrors(table) ? '' : text.slice(startOf(table), next ? startOf(next) : text.length)
  })
  return (tables[0] ? text.slice(0, startOf(tables[0])) : text) + kept.join('')
}

function withLine(text: string, table: AST.TOMLTable | undefined, plugin: string, line: string): string {
  if (!table) return `${text.replace(/\n*$/, text.trim() === '' ? '' : '\n')}\n[plugins."${plugin}".registry]\n  ${line}\n`
  const present = table.body.find((one) => one.key.keys.length === 1 && keyName(one.key.keys[0]!) === 'config_path')
  if (present) return text.slice(0, present.range[0]) + line + text.slice(present.range[1])
  const headerEnd = text.indexOf('\n', table.key.range[1])
  const at = headerEnd < 0 ? text.length : headerEnd + 1
  return `${text.slice(0, at)}${headerEnd < 0 ? '\n' : ''}${' '.repeat(table.loc.start.column + 2)}${line}\n${text.slice(at)}`
}

/** Settings can be written in forms that the edit does not see: inline tables, dotted keys, names of version 1. */
function takesEffect(text: string, version: ContainerdVersion, root: string): boolean {
  const read = (file: string): string | null => (file === 'config.toml' ? text : null)
  const { settings, unreadable } = pullSettingsOf(version, 'config.toml', read, () => [])
  const path = pullPath(version, settings)
  return unreadable.length === 0 && settings.configPath === root && path.path !== 'none' && path.roots.join() === root
}

const keyName = (key: AST.TOMLBare | AST.TOMLQuoted): string => (key.type === 'TOMLBare' ? key.name : key.value)
