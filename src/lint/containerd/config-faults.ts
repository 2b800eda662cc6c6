import { mirrorEndpoints } from '../../containerd/endpoints.ts'
import { pullPath, type PullPath } from '../../containerd/pull-path.ts'
import { pullSettingsOf, type FoundPullSettings } from '../../containerd/pull-settings.ts'
import { rulesOf } from '../../containerd/version-rules.ts'
import type { ContainerdVersion } from '../../containerd/versions.ts'
import type { LintCode } from '../../model/lint-codes.ts'
import type { Severity } from '../../model/words.ts'
import { asks, askedOverHttps, meantEndpoint } from './endpoint-faults.ts'

export interface ConfigFault {
  readonly code: LintCode
  readonly severity: Severity
  readonly message: string
  /** What comes of it on this version. */
  readonly effect: string
  /** The setting that it is about: the last name of its key. */
  readonly about: string
}

const main = '/etc/containerd/config.toml'

/** What containerd of this version makes of a config.toml, without what it imports. */
export const settingsOf = (version: ContainerdVersion, text: string): FoundPullSettings =>
  pullSettingsOf(
    version,
    main,
    (path) => (path === main ? text : null),
    () => [],
  )

/**
 * What keeps a node with this config.toml from reading hosts.toml files and from using its mirrors.
 * @param certsDMatters whether a node without certs.d is at fault
 */
export function configFaults(version: ContainerdVersion, text: string, certsDMatters: boolean): ConfigFault[] {
  const found = settingsOf(version, text)
  const [unreadable] = found.unreadable
  if (unreadable) {
    const effect = `does not start: ${unreadable.why}`
    return [
      {
        code: 'cri-not-available',
        severity: 'error',
        message: `containerd does not start with this: ${unreadable.why}`,
        effect,
        about: 'version',
      },
    ]
  }
  const path = pullPath(version, found.settings)
  const fault = path.path === 'none' ? notLoaded(path.text, found) : ignored(path, found, certsDMatters)
  return [...(fault ? [fault] : mirrorFaults(version, found, path)), ...tlsWithoutEffect(version, found)]
}

function notLoaded(text: string, { settings }: FoundPullSettings): ConfigFault {
  const why = settings.configPath === undefined ? `${text}; it is by default` : text
  const message = `containerd refuses the settings of its CRI plugin (${why}): the node can neither pull nor start anything`
  const about = text.includes('configs.tls') ? 'configs' : 'mirrors'
  return {
    code: 'mirrors-and-config-path',
    severity: 'error',
    message,
    effect: 'the CRI plugin does not load, and the node never becomes Ready',
    about,
  }
}

function ignored(
  path: PullPath & { path: 'local' | 'transfer' },
  { settings }: FoundPullSettings,
  certsDMatters: boolean,
): ConfigFault | null {
  if (path.listIgnored) {
    const own = settings.configPath !== undefined && settings.configPath !== ''
    const list = own ? `config_path "${settings.configPath}"` : 'the default of config_path'
    const message = `${list} is a list of directories, and the transfer service, through which this containerd pulls, takes it for the name of one: hosts.toml files are not read`
    return {
      code: 'config-path-list-ignored',
      severity: own || certsDMatters ? 'error' : 'warning',
      message,
      effect: 'reads no hosts.toml: the list is taken for one name',
      about: 'config_path',
    }
  }
  const legacy = Object.keys(settings.mirrors ?? {}).length > 0
  if (path.roots.length > 0 || legacy) return null
  const whose =
    settings.configPath === ''
      ? 'is empty'
      : 'is not set for the plugin that pulls, and containerd before 2.2 (kind before v0.31) has no default for it'
  const message = `config_path ${whose}: hosts.toml files are not read, and images of localhost:PORT are asked from the node itself`
  return {
    code: 'config-path-missing',
    severity: certsDMatters ? 'error' : 'warning',
    message,
    effect: 'reads no hosts.toml',
    about: 'config_path',
  }
}

/** Legacy mirrors whose endpoints are asked in another way than they are meant. */
function mirrorFaults(version: ContainerdVersion, { settings }: FoundPullSettings, path: PullPath): ConfigFault[] {
  if (path.path === 'none' || path.endpointsFrom !== 'mirrors') return []
  return Object.entries(settings.mirrors ?? {}).flatMap(([registryHost, endpoints]): ConfigFault[] => {
    const plan = mirrorEndpoints(registryHost, settings.mirrors!, rulesOf(version))
    const meant = endpoints.map(meantEndpoint)
    const https = meant.find((one) => one.scheme === undefined && askedOverHttps(plan, one))
    if (!https || meant.some((one) => asks(plan, one))) return []
    const message = `the endpoint "${https.written}" has no scheme, so it is asked over HTTPS; a local registry speaks HTTP`
    return [{ code: 'http-registry-asked-over-https', severity: 'error', message, effect: 'asks over HTTPS', about: registryHost }]
  })
}

/** 2.x has no `tls` in `registry.configs` any more. */
function tlsWithoutEffect({ major }: ContainerdVersion, { settings }: FoundPullSettings): ConfigFault[] {
  if (major < 2 || !settings.configsHaveTls) return []
  const message = 'containerd 2 does not know `tls` in registry.configs and passes over it: what it says belongs into a hosts.toml'
  return [{ code: 'setting-without-effect', severity: 'warning', message, effect: 'passes over `tls`', about: 'configs' }]
}
