import { isLoopback, splitHostPort } from '../containerd/registry-host.ts'
import { isOfCluster } from '../derive/cluster-container.ts'
import { registryPort } from '../derive/registry-detail.ts'
import { isAbsent, type ContainerDetail, type ContainerSummary, type Look } from '../model/observation.ts'

const registryImage = /(?:^|\/)(?:registry|distribution|docker-registry|zot(?:-[\w-]+)?)(?:[:@]|$)/

/** Whether an image is one of the programs that serve as a registry, by its name. */
export const isRegistryImage = (image: string): boolean => registryImage.test(image)

/** A container that may be a registry, with what only an inspect tells. */
export interface RegistryContainer {
  readonly summary: ContainerSummary
  readonly detail: ContainerDetail
}

/**
 * Containers that may serve as a registry: by image, by port, or because something refers to their name.
 * @param names host names that references mention
 */
export async function registryContainers(
  look: Look,
  containers: readonly ContainerSummary[],
  names: ReadonlySet<string>,
): Promise<RegistryContainer[]> {
  const candidates = containers.filter(
    (one) =>
      !isOfCluster(one) && (registryImage.test(one.image) || names.has(one.name) || one.ports.some((port) => port.port === registryPort)),
  )
  const details = await Promise.all(candidates.map((one) => look('docker.container', { name: one.name })))
  return candidates.flatMap((summary, index) => {
    const detail = details[index]!
    return isAbsent(detail) ? [] : [{ summary, detail }]
  })
}

/**
 * The container that is meant by an endpoint or registry host: by its name or alias, by its address on a network, or, for a
 * loopback host, by the host port that it publishes.
 * @param hostPort `kind-registry:5000`, `172.18.0.4:5000`, `localhost:5001`
 */
export function containerAt(hostPort: string, containers: readonly RegistryContainer[]): RegistryContainer | undefined {
  const { host, port } = splitHostPort(hostPort)
  if (isLoopback(hostPort)) {
    const publishing = containers.filter(
      ({ summary, detail }) =>
        detail.published.some((binding) => String(binding.hostPort) === port) &&
        (registryImage.test(summary.image) || detail.published.some((binding) => binding.port === registryPort)),
    )
    // Several can ask for a port; one that runs has it.
    return publishing.find(isUp) ?? publishing[0]
  }
  return (
    containers.find((one) => one.summary.name === host) ??
    containers.find((one) => Object.values(one.detail.aliases).some((aliases) => aliases.includes(host))) ??
    containers.find((one) => one.summary.networks.some((network) => network.address !== '' && network.address === host))
  )
}

/** Whether a container holds its addresses and ports; a paused one does. */
export const isUp = ({ summary }: RegistryContainer): boolean => summary.state === 'running' || summary.state === 'paused'

/** A cache of another registry (distribution's `proxy.remoteurl`). */
export const proxyOf = (detail: ContainerDetail): string | undefined => detail.env['REGISTRY_PROXY_REMOTEURL']

/** Where the host reaches a container's port: `127.0.0.1:5001`; undefined where it is not published. */
export function hostAddressOf(detail: ContainerDetail, port: number): string | undefined {
  const published = detail.published.filter((one) => one.hostPort !== undefined)
  // Where another port is published than the one it listens on, that is where pushes go, and fail.
  const binding = published.find((one) => one.port === port) ?? published[0]
  if (!binding) return undefined
  const ip = binding.hostIp ?? ''
  if (ip === '' || ip === '0.0.0.0' || ip === '::') return `127.0.0.1:${binding.hostPort}`
  return ip.includes(':') ? `[${ip}]:${binding.hostPort}` : `${ip}:${binding.hostPort}`
}
