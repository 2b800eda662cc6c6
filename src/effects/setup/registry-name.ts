import { isLoopback, splitHostPort } from '../../containerd/registry-host.ts'
import type { Provider } from '../../model/report.ts'
import type { Registry, Topology } from '../../model/topology.ts'
import { SetupRefusal, type SetupOptions } from './options.ts'

/** What kind's documentation calls it, and what k3d does where it is given no name (k3d v5.8.3, cmd/registry/registryCreate.go). */
const usualName = { kind: 'kind-registry', k3d: 'k3d-registry' } as const satisfies Record<Provider, string>

/** Nodes ask for it by this name, so it has to be one of DNS, and one that an image's name can begin with. */
const namePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?$/

/**
 * The name of the container that is, or is to be, the registry: the one that the user names, else the one that the clusters
 * use, also where it is gone, else the usual one.
 * @param provider of clusters that are not there yet
 * @throws SetupRefusal
 */
export function registryNameOf(topology: Topology, { registryName }: SetupOptions, provider?: Provider): string {
  if (registryName !== undefined) {
    if (namePattern.test(registryName)) return registryName
    throw new SetupRefusal(
      'registry-name',
      `"${registryName}" is no name by which nodes could ask for a registry: letters, digits, - and .`,
    )
  }
  const used = usedRegistries(topology)
  const containers = used.flatMap((one) => one.container ?? [])
  if (containers.length > 1)
    throw new SetupRefusal('several-registries', `the clusters use ${containers.join(' and ')}: say which of them is to be set up`)
  const named = containers[0] ?? used.map(({ address }) => splitHostPort(address).host).find(isContainerName)
  if (named !== undefined) return named
  const elsewhere = used.find((one) => one.place === 'elsewhere')
  if (elsewhere)
    throw new SetupRefusal(
      'registry-elsewhere',
      `the clusters use a registry at ${elsewhere.address}, which is no container of this engine: name one to set up another beside it`,
    )
  const providers = [...topology.clusters.map((one) => one.provider), ...(provider ? [provider] : [])]
  return usualName[providers.length > 0 && providers.every((one) => one === 'k3d') ? 'k3d' : 'kind']
}

/** A registry that clusters refer to, and that images are pushed to. */
const usedRegistries = ({ registries }: Topology): Registry[] => registries.filter((one) => one.role === 'registry')

const isContainerName = (host: string): boolean => /^[a-zA-Z][\w-]*$/.test(host) && !isLoopback(host)

/** The registry that goes by this name in what was discovered, where a cluster refers to it. */
export const knownRegistry = (topology: Topology, name: string): Registry | undefined =>
  usedRegistries(topology).find((one) => one.container === name || splitHostPort(one.address).host === name)

/** The ports of this machine by which clusters name a registry: `localhost:5001` in hosts.toml files or a ConfigMap. */
export const referredPorts = (registry: Registry | undefined): number[] =>
  (registry?.registryHosts ?? []).flatMap((one) => (isLoopback(one) ? Number(splitHostPort(one).port ?? NaN) || [] : []))
