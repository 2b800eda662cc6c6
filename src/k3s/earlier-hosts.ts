import { parseGoUrl } from '../containerd/go/url.ts'
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
import type { Registries } from './registries-yaml.ts'

type Read = Pick<Registries, 'mirrors' | 'configs'>

const plainDefault = (url: string): HostConfig['default'] =>
  url === '' ? null : { url, overridePath: false, tls: null, hasAuth: false, rewrites: {} }

/**
 * The files of the first version, of January 2024: endpoints are copied as they are written.
 * Source: k3s v1.29.1+k3s1, pkg/agent/containerd/config.go (writeContainerdHosts).
 */
export function firstHostsOf({ mirrors, configs }: Read, settings: HostSettings): Hosts {
  const hosts = new Map<string, HostConfig>()
  const passedBy: PassedBy[] = []
  for (const [registryHost, { endpoints, rewrites }] of Object.entries(mirrors)) {
    const withoutDefault = registryHost === '' || registryHost === '*' || settings.disableDefaultRegistryEndpoint
    const made = endpoints.flatMap(({ value }): HostEndpoint[] => {
      const parsed = parseGoUrl(value, settings.strictColons)
      if ('error' in parsed) {
        passedBy.push({ registryHost, endpoint: value, reason: parsed.error })
        return []
      }
      const overridePath = parsed.path !== '' && parsed.path !== '/' && !parsed.path.endsWith('/v2')
      return [{ url: value, overridePath, ...settingsOf(configs[parsed.host]), rewrites }]
    })
    const last = plainDefault(withoutDefault ? '' : `https://${defaultHost(registryHost)}`)
    hosts.set(folderOf(registryHost), { default: last, endpoints: made })
  }
  for (const [registryHost, config] of Object.entries(configs)) {
    const present = hosts.get(registryHost) ?? { default: null, endpoints: [] }
    const own: HostEndpoint = { url: `https://${registryHost}`, overridePath: false, ...settingsOf(config), rewrites: {} }
    hosts.set(registryHost, present.endpoints.length > 0 ? present : { ...present, endpoints: [own] })
  }
  return { hosts, passedBy }
}

/**
 * The files of the second version, of February 2024: endpoints are made complete, and what says nothing is left out.
 * Source: k3s v1.29.1+k3s2, pkg/agent/containerd/config.go (getHostConfigs).
 */
export function secondHostsOf({ mirrors, configs }: Read, settings: HostSettings): Hosts {
  const hosts = new Map<string, HostConfig>()
  const passedBy: PassedBy[] = []
  const complete = (endpoint: string): ReturnType<typeof endpointUrl> => endpointUrl(endpoint, settings.embedded, settings.strictColons)
  const urlOf = (registryHost: string): string => {
    const found = complete(registryHost)
    return 'error' in found ? '' : found.url
  }
  for (const [registryHost, { endpoints, rewrites }] of Object.entries(mirrors)) {
    const made = endpoints.flatMap(({ value }): HostEndpoint[] => {
      const found = complete(value)
      if (!('error' in found)) return [hostEndpoint(found, configs[found.host], rewrites, settings)]
      passedBy.push({ registryHost, endpoint: value, reason: found.error })
      return []
    })
    hosts.set(folderOf(registryHost), { default: plainDefault(urlOf(registryHost)), endpoints: made })
  }
  for (const [registryHost, config] of Object.entries(configs)) {
    const present = hosts.get(registryHost) ?? { default: plainDefault(urlOf(registryHost)), endpoints: [] }
    const own = complete(registryHost)
    if (present.endpoints.length > 0) hosts.set(folderOf(registryHost), present)
    else if ('error' in own) passedBy.push({ registryHost, reason: own.error })
    else {
      const endpoint = { ...hostEndpoint(own, config, {}, settings), overridePath: false }
      hosts.set(folderOf(registryHost), { ...present, endpoints: [endpoint] })
    }
  }
  for (const [folder, { default: named, endpoints }] of hosts) {
    const last = endpoints.at(-1)
    const byDefault = settings.disableDefaultRegistryEndpoint || folder === '_default' ? null : named
    if (!last) hosts.delete(folder)
    else if (last.url !== (byDefault?.url ?? '')) hosts.set(folder, { default: byDefault, endpoints })
    else if (last.tls !== null || last.hasAuth || Object.keys(last.rewrites).length > 0) hosts.set(folder, { default: null, endpoints })
    else hosts.delete(folder)
  }
  return { hosts, passedBy }
}
