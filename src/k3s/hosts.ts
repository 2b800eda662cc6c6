import { defaultHost, endpointUrl } from './endpoint-url.ts'
import {
  folderOf,
  hostEndpoint,
  settingsOf,
  type HostConfig,
  type HostEndpoint,
  type Hosts,
  type HostSettings,
  type PassedBy,
} from './host-config.ts'
import type { Registries, RegistryConfig } from './registries-yaml.ts'

/**
 * The hosts.toml files that follow from mirrors and configs, as k3s makes them since March 2024.
 * Source: k3s v1.29.3 to v1.36, pkg/agent/containerd/config.go (getHostConfigs).
 */
export function hostsOf({ mirrors, configs }: Pick<Registries, 'mirrors' | 'configs'>, settings: HostSettings): Hosts {
  const { embedded, strictColons } = settings
  const hosts = new Map<string, HostConfig>()
  const passedBy: PassedBy[] = []

  const byDefault = (registryHost: string, config: RegistryConfig | undefined): HostConfig | null => {
    const found = endpointUrl(registryHost, embedded, strictColons)
    if (!('error' in found)) {
      const url = registryHost === '*' ? null : found.url
      return { default: { url, overridePath: false, rewrites: {}, ...settingsOf(config) }, endpoints: [] }
    }
    passedBy.push({ registryHost, reason: found.error })
    return null
  }

  for (const [registryHost, config] of Object.entries(configs)) {
    const made = byDefault(registryHost, config)
    if (made) hosts.set(folderOf(registryHost), made)
  }

  for (const [registryHost, { endpoints, rewrites }] of Object.entries(mirrors)) {
    // Whoever has settings of its own keeps the default endpoint, whatever k3s was told of it. `*` is not looked up here by
    // the name under which its settings were kept, and so loses them.
    const own = hosts.get(registryHost)
    const made = own ?? byDefault(registryHost, configOf(configs, registryHost))
    if (made === null) continue
    let last = made.default
    if (!own && settings.disableDefaultRegistryEndpoint) last = null
    else if (!own && registryHost === '*') last = anywhere
    const kept = new Map<string, HostEndpoint>()
    for (const [index, { value }] of endpoints.entries()) {
      const found = endpointUrl(value, embedded, strictColons)
      if ('error' in found) passedBy.push({ registryHost, endpoint: value, reason: found.error })
      else if (kept.has(found.url)) passedBy.push({ registryHost, endpoint: value, reason: 'it is there already' })
      else {
        const endpoint = hostEndpoint(found, configOf(configs, found.name), rewrites, settings)
        if (index === endpoints.length - 1 && found.url === (last?.url ?? '')) last = endpoint
        else kept.set(found.url, endpoint)
      }
    }
    hosts.set(folderOf(registryHost), { default: last, endpoints: [...kept.values()] })
  }

  for (const [folder, { default: last, endpoints }] of hosts) if (endpoints.length === 0 && !hasSettings(last)) hosts.delete(folder)
  return { hosts, passedBy }
}

/** The registry itself, whichever it is. */
const anywhere: HostConfig['default'] = { url: '', overridePath: false, tls: null, hasAuth: false, rewrites: {} }

/** Settings of Docker Hub may stand under either of its names. Source: as above (configForHost). */
function configOf(configs: Registries['configs'], registryHost: string): RegistryConfig | undefined {
  return configs[defaultHost(registryHost)] ?? configs[registryHost]
}

const hasSettings = (last: HostConfig['default']): boolean =>
  last !== null && (last.overridePath || last.hasAuth || last.tls !== null || Object.keys(last.rewrites).length > 0)
