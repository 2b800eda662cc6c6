import { parseImageReference, type ImageReference } from '../../containerd/image-reference.ts'
import { isLoopback, splitHostPort } from '../../containerd/registry-host.ts'
import { canOnlyBeLocal } from '../../derive/image-uses.ts'
import { namesBesideClusters } from '../../derive/cluster-container.ts'
import { pushName } from '../../derive/missing-image.ts'
import { registryHostsOf } from '../../derive/registry-pulls.ts'
import { discover } from '../../discover/discover.ts'
import type { Selection } from '../../discover/options.ts'
import type { Look } from '../../model/observation.ts'
import type { Cluster, Registry, Topology } from '../../model/topology.ts'

/** One image on its way: the registry that it is of, and the clusters that get it from there. */
export interface Chain {
  /** As it was asked for. */
  readonly image: string
  readonly reference: ImageReference
  /** Null for an image of no local registry. */
  readonly registry: Registry | null
  readonly clusters: readonly Cluster[]
  /** The name by which the host pushes it, where one is known. */
  readonly pushAs?: string
  /** Without a registry: the local ones that hold a repository of that name, which was not named with its host. */
  readonly elsewhere: readonly Registry[]
  /** What the registry is asked for, a tag or a digest. */
  readonly object: string
}

/** How the nodes of a cluster name the image of a chain. */
export function referenceIn({ reference, registry, object }: Chain, cluster: Cluster): ImageReference {
  const hosts = registry === null ? [] : registryHostsOf(registry, cluster.name)
  const [first] = hosts
  if (first === undefined || hosts.includes(reference.registryHost)) return reference
  const named = parseImageReference(`${first}/${reference.repository}${reference.digest === undefined ? ':' : '@'}${object}`)
  return 'error' in named ? reference : named
}

/** The same as a word: as it was asked for, where the nodes name it so. */
export function nameIn(chain: Chain, cluster: Cluster): string {
  const reference = referenceIn(chain, cluster)
  return reference === chain.reference ? chain.image : reference.canonical
}

/**
 * The ways of an image: one for each local registry that clusters know by its registry host, else one of no registry.
 * @param image a valid reference
 */
export async function chainsOf(look: Look, topology: Topology, selection: Selection, image: string): Promise<Chain[]> {
  const reference = parseImageReference(image)
  if ('error' in reference) throw new Error(reference.error)
  const known = await withRegistryOf(look, topology, selection, reference)
  const named = new Map<Registry | null, Cluster[]>()
  for (const cluster of known.clusters) {
    const registry = known.registries.find((one) => one.clusters.includes(cluster.name) && isOf(one, cluster, reference)) ?? null
    named.set(registry, [...(named.get(registry) ?? []), cluster])
  }
  // Clusters that do not know the registry are no part of the way, unless none does.
  if (named.size > 1) named.delete(null)
  return [...named].map(([registry, clusters]): Chain => chainOf(image, reference, registry, clusters, known.registries))
}

function chainOf(
  image: string,
  reference: ImageReference,
  registry: Registry | null,
  clusters: readonly Cluster[],
  registries: readonly Registry[],
): Chain {
  const object = reference.digest ?? reference.tag!
  const name = `${reference.repository}${reference.digest === undefined ? ':' : '@'}${object}`
  const pushAs = registry === null ? undefined : pushName(registry.hostAddress, reference.registryHost, name)
  const elsewhere = registry === null && reference.registryHost === 'docker.io' ? registries.filter((one) => one.role === 'registry') : []
  return { image, reference, registry, clusters, object, elsewhere, ...(pushAs !== undefined && { pushAs }) }
}

/** Whether an image is of a registry: as the cluster names it, or as the host pushes it. */
function isOf(registry: Registry, { name }: Cluster, { registryHost }: ImageReference): boolean {
  if (registry.role !== 'registry') return false
  return registryHostsOf(registry, name).includes(registryHost) || isPushHost(registry, registryHost)
}

/** Whether the host pushes to a registry by this name. */
export const isPushHost = ({ hostAddress }: Registry, registryHost: string): boolean =>
  hostAddress !== undefined && isLoopback(registryHost) && splitHostPort(hostAddress).port === splitHostPort(registryHost).port

/** A registry to which nothing refers yet is examined all the same where its images are named. */
async function withRegistryOf(look: Look, topology: Topology, selection: Selection, reference: ImageReference): Promise<Topology> {
  const { registryHost } = reference
  if (topology.clusters.some((cluster) => topology.registries.some((one) => isOf(one, cluster, reference)))) return topology
  const names = namesBesideClusters(await look('docker.containers', {}))
  if (!canOnlyBeLocal(registryHost, names)) return topology
  const { registries } = await discover(look, { ...selection, registry: registryHost })
  return { ...topology, registries }
}

/** The repository of a chain as pods and the engine name it, without a registry host: Docker Hub's own also without its folder. */
export const familiarRepository = ({ reference: { repository, registryHost } }: Pick<Chain, 'reference'>): string =>
  registryHost === 'docker.io' ? repository.replace(/^library\//, '') : repository

/** Why a registry is not asked. */
export const noLocalRegistry = ({ reference }: Chain): string => `${reference.registryHost} is no local registry`
