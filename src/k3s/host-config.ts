import type { EndpointUrl } from './endpoint-url.ts'
import type { RegistryConfig, Tls } from './registries-yaml.ts'

/** One place to ask, as a hosts.toml has it. */
export interface HostEndpoint {
  readonly url: string
  readonly overridePath: boolean
  readonly tls: Tls | null
  readonly hasAuth: boolean
  readonly rewrites: { readonly [pattern: string]: string }
}

/** What a hosts.toml is written from. */
export interface HostConfig {
  /** Asked last. A url of null gives the settings alone, an empty one leaves the address to containerd. */
  readonly default: (Omit<HostEndpoint, 'url'> & { readonly url: string | null }) | null
  readonly endpoints: readonly HostEndpoint[]
}

/** A key or an endpoint that k3s logs and passes by. */
export interface PassedBy {
  readonly registryHost: string
  /** The key itself, where none is given. */
  readonly endpoint?: string
  readonly reason: string
}

/** By the folder below certs.d as k3s names it: the registry host, `_default` for `*`. */
export interface Hosts {
  readonly hosts: ReadonlyMap<string, HostConfig>
  readonly passedBy: readonly PassedBy[]
}

/** How k3s was started, and by what rules it goes. */
export interface HostSettings {
  readonly disableDefaultRegistryEndpoint: boolean
  /** `host:port` of k3s' own registry; `:` where it has none, since both are empty then. */
  readonly embedded: string
  readonly strictColons: boolean
}

export const folderOf = (registryHost: string): string => (registryHost === '*' ? '_default' : registryHost)

/** @param rewrites of the mirror: they are not for k3s' own registry */
export function hostEndpoint(
  { url, host, overridePath }: EndpointUrl,
  config: RegistryConfig | undefined,
  rewrites: HostEndpoint['rewrites'],
  settings: HostSettings,
): HostEndpoint {
  return { url, overridePath, ...settingsOf(config), rewrites: host === settings.embedded ? {} : rewrites }
}

export const settingsOf = (config: RegistryConfig | undefined): Pick<HostEndpoint, 'tls' | 'hasAuth'> => ({
  tls: config?.tls ?? null,
  hasAuth: (config?.auth ?? null) !== null,
})
