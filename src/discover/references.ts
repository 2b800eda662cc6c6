import { isLoopback } from '../containerd/registry-host.ts'
import { hostingConfigMap } from '../derive/hosting-configmap.ts'
import { waitingPods } from '../derive/pods.ts'
import { registryHostNamed } from '../derive/symptoms.ts'
import { ObservationFailure, type Look } from '../model/observation.ts'
import type { RegistryReference } from '../model/topology.ts'
import type { FoundCluster } from './found-cluster.ts'
import { nodeReferences, type ClusterAccess } from './node-references.ts'

export interface ClusterReferences {
  readonly references: readonly RegistryReference[]
  /** Why something could not be read: it may refer to a registry that is not known. */
  readonly unread: readonly { readonly code: string; readonly reason: string }[]
}

/**
 * What a cluster says of the registries it uses: its ConfigMap, the images that its pods wait for, the hosts.toml files of its nodes whether or not their
 * containerd reads them, and legacy mirrors.
 * @param access ways to its API
 * @param isLocal whether a container of this engine goes by the name of a registry host
 */
export async function clusterReferences(
  look: Look,
  cluster: FoundCluster,
  access: ClusterAccess,
  isLocal: (registryHost: string) => boolean,
): Promise<ClusterReferences> {
  const unread: { code: string; reason: string }[] = []
  const tell = (error: unknown): void => {
    if (!(error instanceof ObservationFailure)) throw error
    unread.push({ code: error.code, reason: error.message })
  }
  const references: RegistryReference[] = []
  const add = (registryHost: string, source: RegistryReference['source'], endpoints: readonly string[], node?: string): void => {
    const same = references.find(
      (one) => one.registryHost === registryHost && one.source === source && one.endpoints.join() === endpoints.join(),
    )
    if (same && node !== undefined) (same.nodes as string[]).push(node)
    else references.push({ cluster: cluster.name, registryHost, source, endpoints, nodes: node === undefined ? [] : [node] })
  }

  const [configMap, pods, ...nodes] = await Promise.all([
    hostingConfigMap(look, access).catch((error: unknown) => (tell(error), null)),
    waitingPods(look, access).catch((error: unknown) => (tell(error), [])),
    ...cluster.nodes.map((node) => nodeReferences(look, cluster, access, node).catch((error: unknown) => (tell(error), []))),
  ])
  // KEP-1755: hostFromContainerRuntime is the host of images as nodes pull them; where it is not set, `host` is.
  if (configMap?.state === 'read') {
    const pulled = configMap.hostFromContainerRuntime ?? configMap.host
    if (pulled) add(pulled.replace(/^https?:\/\//, '').split('/', 1)[0]!, 'configmap', [])
  }
  nodes.forEach((found, index) => {
    for (const { registryHost, source, endpoints } of found) add(registryHost, source, endpoints, cluster.nodes[index]!.name)
  })
  // `localhost:PORT` of an image can only be meant for a local registry; `localhost/app` is how podman names what it builds.
  // Of other hosts their containers must tell.
  const images = pods.flatMap((pod) => pod.containers.map((one) => one.image))
  for (const registryHost of new Set(images.map(registryHostNamed)))
    if ((isLoopback(registryHost) && /:\d+$/.test(registryHost)) || isLocal(registryHost)) add(registryHost, 'pod', [])
  return { references, unread }
}
