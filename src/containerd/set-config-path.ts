import { getStaticTOMLValue, parseTOML, type AST } from 'toml-eslint-parser'
import { criRegistryConfig, honoursOldTable } from './cri-registry-config.ts'
import { atLeast, type ContainerdVersion } from './versions.ts'

/**
 * A config.toml with `config_path` set for the CRI plugin of this version; everything else stays byte for byte.
 * @returns null where that cannot be done safely: no TOML, legacy mirrors (containerd refuses both together), or the
 * registry settings are written in a form that is not edited here
 */
export function setConfigPath(text: string, version: ContainerdVersion, root: string): string | null {
  let tables: AST.TOMLTable[]
  let configVersion: unknown
  try {
    const parsed = parseTOML(text)
    tables = parsed.body[0].body.filter((node) => node.type === 'TOMLTable')
    configVersion = getStaticTOMLValue(parsed)['version']
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
  const { roots, source, unreadable } = criRegistryConfig(
    version,
    'config.toml',
    (file) => (file === 'config.toml' ? text : null),
    () => [],
  )
  return unreadable.length === 0 && typeof source === 'object' && roots.join(':') === root
}

const keyName = (key: AST.TOMLBare | AST.TOMLQuoted): string => (key.type === 'TOMLBare' ? key.name : key.value)
