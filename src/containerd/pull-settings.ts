import { configFiles } from './config-files.ts'
import { isTable, tableIn, valueIn, type ConfigTable, type ConfigValue } from './config-tables.ts'
import { criImagePlugin } from './cri-plugin.ts'
import { lower } from './go/lower.ts'
import type { PullSettings } from './pull-path.ts'
import type { ContainerdVersion } from './versions.ts'

/** The pull settings of a node, with what they were read from. */
export interface FoundPullSettings {
  readonly settings: PullSettings
  /** The file that has the last word on a setting. */
  readonly sources: { readonly [setting in keyof PullSettings]?: string }
  /** Files that the configuration consists of, the main one first. */
  readonly files: readonly string[]
  /** Files with which containerd does not start. */
  readonly unreadable: readonly { readonly file: string; readonly why: string }[]
}

/**
 * The settings that decide how the CRI pulls images, as this version of containerd reads them from its configuration: without
 * its defaults, for which see pull-path.ts. fixtures/config-toml holds what real ones make of it.
 * Sources: containerd v1.7.34, pkg/cri/config/config.go (PluginConfig); v2.1.4 to v2.4.2, internal/cri/config/config.go
 * (ImageConfig, Registry); config-files.ts and cri-plugin.ts say how the files become one.
 * @param main the configuration that containerd was started with
 * @param text reads a file of the node; null where it is not there
 * @param list the files that match an import pattern, in the order of their names
 */
export function pullSettingsOf(
  version: ContainerdVersion,
  main: string,
  text: (path: string) => string | null,
  list: (pattern: string) => readonly string[],
): FoundPullSettings {
  const { read, files, unreadable } = configFiles(version, main, text, list)
  const fields = version.major < 2 ? fieldsV1 : fieldsV2
  const plugin = fields(criImagePlugin(version, read))
  const snapshots = version.major < 2 ? fields(tableIn(plugin, 'containerd')) : plugin
  const registry = fields(tableIn(plugin, 'registry'))
  const configs = [...tableIn(registry, 'configs').values()].flatMap((one) => (isTable(one) ? [fields(one)] : []))
  const tls = configs.flatMap((one) => one.get('tls') ?? [])
  const found: { readonly [setting in keyof PullSettings]: Found<PullSettings[setting]> } = {
    configPath: scalar(registry, 'config_path', 'string'),
    mirrors: tableOf(registry, 'mirrors', (mirrors) =>
      Object.fromEntries([...mirrors].map(([host, one]) => [host, isTable(one) ? endpointsOf(fields(one)) : []])),
    ),
    configs: tableOf(registry, 'configs', namesOf),
    auths: tableOf(registry, 'auths', namesOf),
    configsHaveTls: tls.length > 0 ? { value: true, file: fileOf(tls.at(-1)!) } : undefined,
    useLocalImagePull: version.major < 2 ? undefined : scalar(plugin, 'use_local_image_pull', 'boolean'),
    disableSnapshotAnnotations: scalar(snapshots, 'disable_snapshot_annotations', 'boolean'),
    discardUnpackedLayers: scalar(snapshots, 'discard_unpacked_layers', 'boolean'),
    maxConcurrentDownloads: scalar(plugin, 'max_concurrent_downloads', 'number'),
    imagePullWithSyncFs: scalar(plugin, 'image_pull_with_sync_fs', 'boolean'),
  }
  const set = Object.entries(found).filter((entry) => entry[1] !== undefined)
  return {
    settings: Object.fromEntries(set.map(([setting, one]) => [setting, one!.value])),
    sources: Object.fromEntries(set.flatMap(([setting, one]) => (one!.file === undefined ? [] : [[setting, one!.file]]))),
    files,
    unreadable,
  }
}

/** Fields are also found in capitals. Source: go-toml v1.9.5, marshal.go (valueFromTree). */
const fieldsV1 = (table: ConfigTable): ConfigTable =>
  new Map([...[...table].filter(([name]) => name === name.toUpperCase()).map(([name, node]) => [lower(name), node] as const), ...table])

/** Fields are found in any case. Source: go-toml v2.2.4, unmarshaler.go (structField). */
const fieldsV2 = (table: ConfigTable): ConfigTable => new Map([...[...table].map(([name, node]) => [lower(name), node] as const), ...table])

type Found<Value> = { readonly value: Value & {}; readonly file: string | undefined } | undefined

interface Scalars {
  readonly string: string
  readonly boolean: boolean
  readonly number: number
}

function scalar<Type extends keyof Scalars>(table: ConfigTable, name: string, type: Type): Found<Scalars[Type]> {
  const found = valueIn(table, name)
  // Of another type it keeps containerd from starting: no node runs with it.
  return found && typeof found.value === type ? { value: found.value as Scalars[Type], file: found.file } : undefined
}

function tableOf<Value>(parent: ConfigTable, name: string, read: (table: ConfigTable) => Value & {}): Found<Value> {
  const table = parent.get(name)
  return isTable(table) ? { value: read(table), file: fileOf(table) } : undefined
}

const namesOf = (table: ConfigTable): readonly string[] => [...table.keys()]

function endpointsOf(mirror: ConfigTable): readonly string[] {
  const endpoints = valueIn(mirror, 'endpoint')?.value
  return Array.isArray(endpoints) ? endpoints.filter((one): one is string => typeof one === 'string') : []
}

/** The file of the last value in a table; none where it is empty. */
function fileOf(node: ConfigTable | ConfigValue): string | undefined {
  if (!isTable(node)) return node.file
  return [...node.values()].map(fileOf).findLast((file) => file !== undefined)
}
