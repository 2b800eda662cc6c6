import { configTables, isTable, tableIn, valueIn, type ConfigTable } from './config-tables.ts'
import { clean, join } from './go/path.ts'
import { atLeast, type ContainerdVersion } from './versions.ts'

/** One file of a containerd configuration. */
export interface ConfigFile {
  readonly file: string
  /** 0 where the file names none. */
  readonly version: number
  readonly plugins: ConfigTable
}

export interface ConfigFiles {
  /** In the order in which containerd reads them. */
  readonly read: readonly ConfigFile[]
  /** The names of all that are there, the main one first. */
  readonly files: readonly string[]
  /** Files with which containerd does not start. */
  readonly unreadable: readonly { readonly file: string; readonly why: string }[]
}

/** The newest `version` of a config.toml that containerd reads. Source: containerd, version/version.go (ConfigVersion), v2.0 to v2.4. */
export const newestConfigVersion = (version: ContainerdVersion): number => (version.major < 2 ? 2 : atLeast(version, 2, 3) ? 4 : 3)

/**
 * The files of a configuration. Imports are read after all that stands beside them, each file once.
 * Sources: containerd v1.7.34, services/server/config/config.go and v2.1.4 to v2.4.2, cmd/containerd/server/config/config.go
 * (LoadConfig, resolveImports).
 * @param text reads a file of the node; null where it is not there
 * @param list the files that match an import pattern, in the order of their names
 */
export function configFiles(
  version: ContainerdVersion,
  main: string,
  text: (path: string) => string | null,
  list: (pattern: string) => readonly string[],
): ConfigFiles {
  const unreadable: { file: string; why: string }[] = []
  const read: ConfigFile[] = []
  const files: string[] = []
  // A set keeps the order in which names came, and may grow while it is gone through.
  const pending = new Set([main])
  for (const file of pending) {
    const content = text(file)
    if (content === null) continue
    files.push(file)
    try {
      const tables = configTables(version.major < 2 ? content.replace(/^\uFEFF/, '') : content, file)
      const own = valueIn(tables, 'version')?.value
      read.push({ file, version: typeof own === 'number' ? own : 0, plugins: tableIn(tables, 'plugins') })
      for (const pattern of importsOf(tables, file)) for (const found of list(pattern)) pending.add(found)
    } catch (error) {
      unreadable.push({ file, why: (error as Error).message })
    }
  }
  return { read, files, unreadable: [...unreadable, ...tooNew(version, read), ...shortNames(version, read)] }
}

function importsOf(tables: ConfigTable, file: string): string[] {
  const imports = tables.get('imports')
  if (imports === undefined || isTable(imports) || !Array.isArray(imports.value)) return []
  return imports.value
    .filter((one): one is string => typeof one === 'string')
    .map((one) => (one.startsWith('/') ? clean(one) : join(file.slice(0, file.lastIndexOf('/') + 1), one)))
}

/** Source: containerd v1.7.34 (ValidateV2), v2.1.4 (ValidateVersion) and v2.3.4 (LoadConfigWithPlugins), config.go as above. */
function tooNew(version: ContainerdVersion, read: readonly ConfigFile[]): { file: string; why: string }[] {
  const versioned = read.filter((one) => one.version !== 0)
  const [first, newest] = [versioned[0], newestConfigVersion(version)]
  // What was read last counts. Since 2.3 each file counts, and none may be newer than the first.
  const counted = atLeast(version, 2, 3) ? versioned : versioned.slice(-1)
  return counted.flatMap(({ file, version: own }) => {
    if (own > newest) return [{ file, why: `version = ${own} is newer than containerd ${version.text} reads` }]
    return atLeast(version, 2, 3) && own > first!.version
      ? [{ file, why: `version = ${own} is newer than that of ${first!.file}, which containerd ${version.text} refuses` }]
      : []
  })
}

/** Source: containerd v1.7.34, services/server/config/config.go (ValidateV2). */
function shortNames(version: ContainerdVersion, read: readonly ConfigFile[]): { file: string; why: string }[] {
  if (version.major >= 2 || read.findLast((one) => one.version !== 0)?.version !== 2) return []
  return read.flatMap(({ file, plugins }) =>
    [...plugins.keys()]
      .filter((name) => !/^io\.containerd\.[^.]*\./.test(name))
      .map((name) => ({ file, why: `plugins."${name}" is no name of version 2 of config.toml` })),
  )
}
