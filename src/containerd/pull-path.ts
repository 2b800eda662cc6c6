import type { ContainerdVersion } from './versions.ts'
import { has, newestProven, rulesOf } from './version-rules.ts'

/** The settings of the CRI's image plugin that decide how it pulls, as they stand in the files: what is not set is absent. */
export interface PullSettings {
  readonly configPath?: string
  readonly mirrors?: { readonly [registryHost: string]: readonly string[] }
  /** Names under `registry.configs` and `registry.auths`. */
  readonly configs?: readonly string[]
  readonly auths?: readonly string[]
  /** Whether one of `registry.configs` has `tls`: a key of 1.x. */
  readonly configsHaveTls?: boolean
  readonly useLocalImagePull?: boolean
  readonly disableSnapshotAnnotations?: boolean
  readonly discardUnpackedLayers?: boolean
  readonly maxConcurrentDownloads?: number
  readonly imagePullWithSyncFs?: boolean
}

export type PullPath =
  | {
      readonly path: 'local' | 'transfer'
      /** The setting that forbids the transfer service, in containerd's words. */
      readonly because?: string
      /** The roots in which registry hosts are looked up. */
      readonly roots: readonly string[]
      /** config_path is a list, and this path takes it for one name: no directory is ever found. */
      readonly listIgnored: boolean
      /** Endpoints come from certs.d, or from the legacy mirrors and the CRI's own default. */
      readonly endpointsFrom: 'certs.d' | 'mirrors'
      /** The version whose rules are used, where the node's is newer than any that was proven. */
      readonly rulesOf?: string
    }
  /** The plugin does not load, and the node gets no images and no pods. */
  | { readonly path: 'none'; readonly text: string }

/**
 * How the CRI pulls, and in which directories it then looks registry hosts up.
 * Sources: containerd v1.7.34, pkg/cri/config/config.go; v2.1.4 to v2.4.2, internal/cri/config/config.go
 * (ValidateImageConfig, CheckLocalImagePullConfigs), plugins/cri/images/plugin.go, internal/cri/server/images/image_pull.go.
 */
export function pullPath(version: ContainerdVersion, settings: PullSettings): PullPath {
  const rules = rulesOf(version)
  const mirrors = Object.keys(settings.mirrors ?? {}).length
  const configPath = effectiveConfigPath(version, settings, mirrors)
  if (configPath !== '' && mirrors > 0) return { path: 'none', text: '`mirrors` cannot be set when `config_path` is provided' }
  if (configPath !== '' && version.major < 2 && settings.configsHaveTls)
    return { path: 'none', text: '`configs.tls` cannot be set when `config_path` is provided' }

  const because = rules.transferService ? localBecause(settings, mirrors) : undefined
  const local = !rules.transferService || because !== undefined
  const list = configPath.split(':').filter(Boolean)
  const roots = local ? list : configPath === '' ? [] : [configPath]
  return {
    path: local ? 'local' : 'transfer',
    ...(because !== undefined && { because }),
    roots,
    listIgnored: !local && configPath.includes(':'),
    endpointsFrom: local && roots.length === 0 ? 'mirrors' : 'certs.d',
    ...(isNewer(version) && { rulesOf: newestProven }),
  }
}

/**
 * 2.2.0 and 2.2.1 have the default in their default configuration: an empty string in a file replaces it, and mirrors
 * alone collide with it. From 2.2.2 on it is filled in where the value is empty and there are no mirrors.
 */
function effectiveConfigPath(version: ContainerdVersion, { configPath }: PullSettings, mirrors: number): string {
  const { defaultConfigPath } = rulesOf(version)
  if (!has(version, ['2.2.2'])) return configPath ?? defaultConfigPath
  return configPath !== undefined && configPath !== '' ? configPath : mirrors > 0 ? '' : defaultConfigPath
}

function localBecause(settings: PullSettings, mirrors: number): string | undefined {
  if (settings.useLocalImagePull) return 'use_local_image_pull'
  const reasons: readonly (readonly [string, boolean])[] = [
    ['DisableSnapshotAnnotations', settings.disableSnapshotAnnotations === false],
    ['DiscardUnpackedLayers', settings.discardUnpackedLayers === true],
    ['Registry.Mirrors', mirrors > 0],
    ['Registry.Configs', (settings.configs ?? []).length > 0],
    ['Registry.Auths', (settings.auths ?? []).length > 0],
    ['MaxConcurrentDownloads', (settings.maxConcurrentDownloads ?? 3) !== 3],
    ['ImagePullWithSyncFs', settings.imagePullWithSyncFs === true],
  ]
  return reasons.find(([, present]) => present)?.[0]
}

function isNewer({ major, minor }: ContainerdVersion): boolean {
  const [provenMajor, provenMinor] = newestProven.split('.').map(Number) as [number, number]
  return major > provenMajor || (major === provenMajor && minor > provenMinor)
}
