import { parseImageReference, type ImageReference } from '../containerd/image-reference.ts'
import { isLoopback, splitHostPort } from '../containerd/registry-host.ts'
import type { Look, PodImages } from '../model/observation.ts'
import type { Cluster } from '../model/topology.ts'
import type { NamedWorkload } from './workloads.ts'

/** An image that a container of a workload names. */
export interface ImageUse {
  readonly workload: NamedWorkload
  readonly container: PodImages['containers'][number]
  readonly reference: ImageReference
}

/** What workloads name, by registry host. Names that are none are left to the pods that wait with them. */
export function imageUses(workloads: readonly NamedWorkload[]): ReadonlyMap<string, readonly ImageUse[]> {
  const byHost = new Map<string, ImageUse[]>()
  for (const workload of workloads)
    for (const container of workload.containers) {
      const reference = parseImageReference(container.image)
      if ('error' in reference) continue
      const uses = byHost.get(reference.registryHost) ?? []
      uses.push({ workload, container, reference })
      byHost.set(reference.registryHost, uses)
    }
  return byHost
}

/**
 * Whether a registry host can only be one of this machine: `localhost:PORT`, a name of one label with a port, `*.localhost`,
 * the name of a container. `localhost/app` is how podman names what it builds, and is none.
 */
export function canOnlyBeLocal(registryHost: string, containers: ReadonlySet<string>): boolean {
  const { host, port } = splitHostPort(registryHost)
  if (isLoopback(registryHost)) return port !== undefined
  return containers.has(host) || host.endsWith('.localhost') || (port !== undefined && /^(?!\d+$)[\w-]+$/.test(host))
}

/**
 * Whether a pod of a workload has to pull an image when it starts next. What every node that it may come to holds, by a
 * pull or by `kind load`, it need not, unless its policy is Always. Control planes are for what belongs to them.
 * @throws ObservationFailure where a node cannot be asked for what it holds
 */
export async function hasToPull(look: Look, { nodes }: Cluster, { workload, container, reference }: ImageUse): Promise<boolean> {
  if (container.pullPolicy === 'Never') return false
  if (container.pullPolicy === 'Always') return true
  const running = nodes.filter((one) => one.running)
  const workers = running.filter((one) => one.role !== 'control-plane')
  const places =
    workload.node === undefined ? (workers.length > 0 ? workers : running) : running.filter((one) => one.name === workload.node)
  const held = await Promise.all(places.map((one) => isHeld(look, one.name, reference)))
  // Of one that chooses its nodes it is enough that it can be meant for one that has it.
  return places.length > 0 && !(workload.pinned ? held.some(Boolean) : held.every(Boolean))
}

async function isHeld(look: Look, node: string, { registryHost, canonical }: ImageReference): Promise<boolean> {
  const { images } = await look('node.images', { node, registryHost })
  return images.some((one) => one.name === canonical)
}
