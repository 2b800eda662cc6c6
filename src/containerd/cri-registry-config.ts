import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser'
import { atLeast, type ContainerdVersion } from './versions.ts'

/** What the CRI plugin of a node goes by when it resolves an image. */
export interface CriRegistryConfig {
  /** Roots in which `<registry host>/hosts.toml` is looked up, in order; empty: hosts.toml files are not read. */
  readonly roots: readonly string[]
  /** Where the roots come from: a file's config_path, or the default of this version. */
  readonly source: { readonly file: string } | 'default' | 'none'
  /** Legacy `registry.mirrors`: registry host → endpoints. */
  readonly mirrors: { readonly [registryHost: string]: readonly string[] }
  /** Files that the configuration consists of, the main one first. */
  readonly files: readonly string[]
  /** Files that could not be parsed; containerd would not start with them. */
  readonly unreadable: readonly { readonly file: string; readonly why: string }[]
}

/** Since 2.2.0 the default of config_path on Linux (containerd, internal/cri/config/config_unix.go; set in the plugin's InitFn since 2.2.2). */
export const defaultRoots = ['/etc/containerd/certs.d', '/etc/docker/certs.d'] as const

const [oldPlugin, newPlugin] = ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images'] as const

interface RegistryTable {
  readonly config_path?: unknown
  readonly mirrors?: unknown
}

interface ConfigFile {
  readonly file: string
  readonly version: number
  readonly plugins: { readonly [name: string]: { readonly registry?: RegistryTable } | undefined }
}

/** What a table says, with the file that says it. */
interface Settings {
  readonly path?: { readonly value: string; readonly file: string }
  readonly mirrors: { readonly [registryHost: string]: readonly string[] }
}

/**
 * The CRI's registry configuration as this version of containerd reads it. fixtures/config-toml holds what real ones make of it.
 * Sources: containerd, cmd/containerd/server/config/config.go, internal/cri/config/config.go and plugins/cri/images/plugin.go
 * (configMigration), v1.7 to v2.3.
 * @param text reads a file of the node; null where it is not there
 * @param list the files that match an import pattern, in the order of their names
 */
export function criRegistryConfig(
  version: ContainerdVersion,
  main: string,
  text: (path: string) => string | null,
  list: (pattern: string) => readonly string[],
): CriRegistryConfig {
  const unreadable: { file: string; why: string }[] = []
  const read: ConfigFile[] = []
  // Imports are read after all that stands beside them, so that the deepest counts last.
  const files: string[] = [main]
  for (const file of files) {
    const content = text(file)
    if (content === null) continue
    try {
      const { version: own, plugins, imports } = getStaticTOMLValue(parseTOML(content)) as Record<string, unknown>
      read.push({
        file,
        version: typeof own === 'number' ? own : (read[0]?.version ?? 1),
        plugins: (plugins ?? {}) as ConfigFile['plugins'],
      })
      const patterns = Array.isArray(imports) ? imports.filter((one): one is string => typeof one === 'string') : []
      for (const found of patterns.flatMap((one) => list(absolute(one, file)))) if (!files.includes(found)) files.push(found)
    } catch (error) {
      unreadable.push({ file, why: (error as Error).message })
    }
  }
  const there = files.filter((file) => text(file) !== null)
  // containerd 1.x goes by the version of what it read last.
  for (const { file, version: own } of version.major < 2 ? read.slice(-1) : read)
    if (own > newestConfigVersion(version))
      unreadable.push({ file, why: `version = ${own} is newer than containerd ${version.text} reads` })

  const { path, mirrors } = effective(version, read)
  const common = { mirrors, files: there, unreadable }
  if (path && path.value !== '') return { ...common, roots: path.value.split(':').filter(Boolean), source: { file: path.file } }
  // An explicit empty string is the same as none: the default is filled in where the value is empty and no mirrors are set.
  if (atLeast(version, 2, 2) && Object.keys(mirrors).length === 0) return { ...common, roots: defaultRoots, source: 'default' }
  return { ...common, roots: [], source: 'none' }
}

const newestConfigVersion = (version: ContainerdVersion): number => (version.major < 2 ? 2 : atLeast(version, 2, 3) ? 4 : 3)

/** Whether 2.x reads the plugin's old name in a file of this version: it migrates files of older versions than its own. */
export const honoursOldTable = (configVersion: number, version: ContainerdVersion): boolean =>
  atLeast(version, 2, 3) ? configVersion <= 3 : configVersion === 2

function effective(version: ContainerdVersion, files: readonly ConfigFile[]): Settings {
  const named = (name: string, all = files): Settings | undefined => {
    const tables = all.flatMap(({ file, plugins }) => (plugins[name]?.registry ? [settingsOf(plugins[name].registry, file)] : []))
    return tables.length === 0 ? undefined : merged(tables)
  }
  if (version.major < 2) {
    // A file that has the plugin at all replaces what others say of it. Before version 2 plugins have short names.
    const last = files.findLast((one) => one.plugins[shortOr(oldPlugin, one)] !== undefined)
    return (last && named(shortOr(oldPlugin, last), [last])) ?? { mirrors: {} }
  }
  if (atLeast(version, 2, 3)) {
    // Each file is migrated, then all are merged. What has the old name replaces the whole table of the new one.
    const tables = files.flatMap((one) => {
      const old = honoursOldTable(one.version, version) ? (named(shortOr(oldPlugin, one), [one]) ?? named(oldPlugin, [one])) : undefined
      return old ?? named(newPlugin, [one]) ?? []
    })
    return merged(tables)
  }
  // All are merged, then migrated from the oldest version among them.
  const oldest = Math.min(...files.map((one) => one.version))
  return (honoursOldTable(oldest, version) ? named(oldPlugin) : undefined) ?? named(newPlugin) ?? { mirrors: {} }
}

const shortOr = (plugin: string, { version }: ConfigFile): string => (version === 1 ? 'cri' : plugin)

function merged(all: readonly Settings[]): Settings {
  const path = all.findLast((one) => one.path !== undefined)?.path
  return { ...(path && { path }), mirrors: Object.assign({}, ...all.map((one) => one.mirrors)) as Settings['mirrors'] }
}

function settingsOf({ config_path: value, mirrors }: RegistryTable, file: string): Settings {
  return { ...(typeof value === 'string' && { path: { value, file } }), mirrors: mirrorsOf(mirrors) }
}

function mirrorsOf(value: unknown): Record<string, readonly string[]> {
  if (value === null || typeof value !== 'object') return {}
  return Object.fromEntries(
    Object.entries(value as Record<string, { endpoint?: unknown }>).map(([host, { endpoint }]) => [
      host,
      Array.isArray(endpoint) ? endpoint.filter((one): one is string => typeof one === 'string') : [],
    ]),
  )
}

const absolute = (pattern: string, file: string): string =>
  pattern.startsWith('/') ? pattern : `${file.slice(0, file.lastIndexOf('/'))}/${pattern}`
