import { hostPortOf, isLoopback, splitHostPort } from '../containerd/registry-host.ts'
import type { Look } from '../model/observation.ts'
import type { Registry } from '../model/topology.ts'
import { innerPorts, registryDetail } from './registry-detail.ts'

/**
 * Every `host:port` under which the nodes of a cluster can mean a registry: names, aliases and addresses of its container
 * with the ports on which it listens. Of one that is no container, what refers to it.
 */
export async function registryAddresses(look: Look, registry: Registry, cluster: string): Promise<ReadonlySet<string>> {
  const detail = await registryDetail(look, registry)
  if (detail === null) {
    const referred = registry.references.filter((one) => one.cluster === cluster).flatMap((one) => one.endpoints.flatMap(toHostPort))
    return new Set([registry.address, ...referred])
  }
  const hosts = [
    detail.name,
    ...Object.values(detail.aliases).flat(),
    ...detail.networks.flatMap(({ address, addressV6 = '' }) => [address, addressV6 === '' ? '' : `[${addressV6}]`]),
  ].filter(Boolean)
  const own = hosts.flatMap((host) => innerPorts(detail).map((port) => `${host}:${port}`))
  // Of a container a loopback address of the node is none.
  return new Set([...own, ...(isLoopback(registry.address) ? [] : [registry.address])])
}

/**
 * Whether a registry host is a name of a registry's container with the port that it publishes on the host. Nobody listens
 * there on its network, so only a mirror leads to it: k3d writes one for its own registries.
 */
export async function isByHostPort(look: Look, registry: Registry, cluster: string, registryHost: string): Promise<boolean> {
  const addresses = await registryAddresses(look, registry, cluster)
  const { host, port } = splitHostPort(registryHost)
  const { hostAddress } = registry
  if (addresses.has(registryHost) || hostAddress === undefined || splitHostPort(hostAddress).port !== port) return false
  return [...addresses].some((one) => splitHostPort(one).host === host)
}

/** The `host:port` of a URL base; none where it is no URL. */
export const toHostPort = (url: string): string[] => {
  const found = hostPortOf(url)
  return found ? [found.hostPort] : []
}
