import { newestConfigVersion, type ConfigFile } from './config-files.ts'
import { isTable, mergedTables, tableIn, type ConfigTable } from './config-tables.ts'
import { atLeast, type ContainerdVersion } from './versions.ts'

const [oldPlugin, newPlugin] = ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images'] as const

/** Before version 2 of config.toml plugins have short names. */
const shortName = 'cri'

/**
 * Whether 2.x reads the plugin's old name in a file of this version: it migrates files of older versions than its own.
 * Source: containerd v2.1.4 and v2.3.4, plugins/cri/images/plugin.go (configMigration).
 */
export const honoursOldTable = (configVersion: number, version: ContainerdVersion): boolean =>
  atLeast(version, 2, 3) ? configVersion <= 3 : configVersion === 2

/**
 * The table of the plugin that pulls images, as this version makes it of its files: `io.containerd.grpc.v1.cri` of 1.x,
 * `io.containerd.cri.v1.images` of 2.x.
 * Sources: containerd v1.7.34, services/server/config/config.go (mergeConfig, Decode); v2.1.4 to v2.4.2,
 * cmd/containerd/server/config/config.go (LoadConfig, mergeConfig, v1Migrate) and plugins/cri/images/plugin.go (configMigration).
 */
export function criImagePlugin(version: ContainerdVersion, files: readonly ConfigFile[]): ConfigTable {
  const last = files.findLast((one) => one.version !== 0)?.version
  if (version.major < 2) {
    // A file that has the plugin at all replaces what others say of it.
    const name = (last ?? 1) === 1 ? shortName : oldPlugin
    const replaced = files.findLast((one) => one.plugins.has(name))
    return replaced ? tableIn(replaced.plugins, name) : new Map()
  }
  // Each file is migrated, then all are merged.
  if (atLeast(version, 2, 3)) return merged(files.map((one) => migrated(named(one), honoursOldTable(one.version, version))))

  // All are merged, then migrated from the version that was read last. Files before version 2 are taken for this version's own.
  const newest = newestConfigVersion(version)
  const final = files.reduce((found, one) => (one.version > 1 ? one.version : found), newest)
  return migrated(merged(files.map(named)), honoursOldTable(final, version))
}

const merged = (all: readonly ConfigTable[]): ConfigTable => all.reduce(mergedTables, new Map())

/** The two plugins of a file, under the names of version 2. */
function named({ version, plugins }: ConfigFile): ConfigTable {
  const names = version < 2 ? [shortName, oldPlugin, newPlugin] : [oldPlugin, newPlugin]
  const tables = names.flatMap((name): [string, ConfigTable][] => {
    const table = plugins.get(name)
    return isTable(table) ? [[name === shortName ? oldPlugin : name, table]] : []
  })
  return new Map(tables)
}

/** What has the old name replaces what has the new one, table by table. */
function migrated(plugins: ConfigTable, applies: boolean): ConfigTable {
  const own = tableIn(plugins, newPlugin)
  const old = plugins.get(oldPlugin)
  if (!applies || !isTable(old)) return own
  const moved = (from: ConfigTable, names: readonly string[]): [string, ReturnType<ConfigTable['get']> & {}][] =>
    [...from].filter(([name]) => names.includes(name))
  const snapshots = tableIn(old, 'containerd')
  return new Map([
    ...own,
    ...moved(old, ['registry', 'max_concurrent_downloads', 'image_pull_with_sync_fs']),
    // The migration ends early where no runtimes are configured, and these settings are lost.
    ...(snapshots.has('runtimes') ? moved(snapshots, ['disable_snapshot_annotations', 'discard_unpacked_layers']) : []),
  ])
}
