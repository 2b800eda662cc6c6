import { isLoopback, splitHostPort } from '../containerd/registry-host.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { toldHosts } from './hosting-configmap.ts'
import { orNull } from './tried.ts'

/** What kind's and k3d's guides publish a registry at, and what follows it. */
const usualPorts = Array.from({ length: 10 }, (_, nth) => 5001 + nth)

/**
 * The port of this machine at which a registry should be published: the one by which images or ConfigMaps of its clusters
 * name it, else a usual one; of these the first that no other container has.
 * @returns null where the engine does not tell, or none is free
 */
export async function portToPublish(look: Look, registry: Registry, clusters: readonly Cluster[]): Promise<number | null> {
  const containers = await orNull(look('docker.containers', {}))
  if (containers === null) return null
  const others = containers.filter((one) => one.name !== registry.container)
  const taken = new Set(others.flatMap(({ ports }) => ports.map((one) => one.hostPort)))
  const named = [...registry.registryHosts, ...(await toldHosts(look, clusters))].flatMap((host) => {
    const port = isLoopback(host) ? Number(splitHostPort(host).port) : 0
    return port > 0 ? [port] : []
  })
  return [...named, ...usualPorts].find((port) => !taken.has(port)) ?? null
}
