import { splitHostPort } from '../containerd/registry-host.ts'
import type { Json } from '../model/json.ts'
import type { Look } from '../model/observation.ts'
import type { Choice, Cluster, Gap, RegistryReference, Topology } from '../model/topology.ts'
import { namesBesideClusters } from '../derive/cluster-container.ts'
import { dig, kubeObject } from '../derive/kube.ts'
import { nodeContainerd } from '../derive/node-containerd.ts'
import { orNull } from '../derive/tried.ts'
import { apiOf, chosenClusters } from './clusters.ts'
import type { FoundCluster } from './found-cluster.ts'
import type { Selection } from './options.ts'
import { clusterReferences } from './references.ts'
import type { ClusterAccess } from './node-references.ts'
import { findRegistries } from './registries.ts'
import { withHostUrl } from './registry-url.ts'

/**
 * Finds clusters and the registries they use. Nothing has to be named; what the user names is only a selection.
 * @throws ObservationFailure where the engine cannot be asked, NoClusterError, SelectionError
 */
export async function discover(look: Look, selection: Selection): Promise<Topology> {
  const containers = await look('docker.containers', {})
  const chosen = await chosenClusters(look, selection)
  const names = namesBesideClusters(containers)
  const isLocal = (registryHost: string): boolean => names.has(splitHostPort(registryHost).host)
  const found = await Promise.all(chosen.map((cluster) => examineCluster(look, cluster, selection.context, isLocal)))
  const only = selection.registry === undefined ? {} : { onlyRegistry: selection.registry }
  const clusters = found.map((one) => ({ ...one.cluster, ...only }))
  const references = found.flatMap((one) => one.references)
  const named = clusters.map(({ name }) => referenceByOption(name, selection.registry ?? ''))
  const asTheyAre = await findRegistries(look, containers, references, selection.registry)
  // Only what no cluster refers to by any of its names is one more registry.
  const isUnknown = selection.registry !== undefined && asTheyAre.registries.length === 0
  const { registries: known, choices } = isUnknown
    ? await findRegistries(look, containers, [...references, ...named], selection.registry)
    : asTheyAre
  const registries = withHostUrl(known, selection.registryUrl)
  const gaps = found.filter((one) => !registries.some(({ clusters: used }) => used.includes(one.cluster.name))).flatMap((one) => one.gaps)
  return { clusters, registries, choices: [...found.flatMap((one) => one.choices), ...choices], gaps }
}

interface Examined {
  readonly cluster: Cluster
  readonly references: readonly RegistryReference[]
  readonly choices: readonly Choice[]
  readonly gaps: readonly Gap[]
}

async function examineCluster(
  look: Look,
  found: FoundCluster,
  wantedContext: string | undefined,
  isLocal: (registryHost: string) => boolean,
): Promise<Examined> {
  const { name, network, nodes } = found
  const { context, ...access } = await apiOf(look, found, wantedContext)
  const [{ references, unread }, described] = await Promise.all([
    clusterReferences(look, found, access, isLocal),
    describeNodes(look, found, access),
  ])
  const inNode = access.api.find((one) => 'node' in one)
  const why =
    context === null
      ? `${access.contextProblem}${inNode ? `; its API is asked on ${inNode.node}` : ''}`
      : `context ${context}: its certificate authority and port are this cluster's`
  return {
    cluster: {
      name,
      provider: found.provider,
      network,
      nodes,
      context,
      ...access,
      ...described,
    },
    references,
    choices: [
      { about: `cluster ${name}`, why },
      ...unread.map(({ reason }) => ({ about: `cluster ${name}`, why: `could not be read: ${reason}` })),
    ],
    gaps: unread.map(({ code, reason }) => ({ code, message: `whether ${name} refers to a local registry could not be seen: ${reason}` })),
  }
}

const referenceByOption = (cluster: string, registryHost: string): RegistryReference => ({
  cluster,
  registryHost,
  source: 'option',
  endpoints: [],
  nodes: [],
})

/** What runs on the nodes: from the API where it answers, else from the nodes themselves. */
async function describeNodes(
  look: Look,
  cluster: FoundCluster,
  access: ClusterAccess,
): Promise<Pick<Cluster, 'containerRuntime' | 'kubelet' | 'platform'>> {
  const containerRuntime: Record<string, string> = {}
  const kubelet: Record<string, string> = {}
  const platform: Record<string, string> = {}
  const list = await orNull(kubeObject(look, access, '/api/v1/nodes'))
  const items = dig(list, 'items')
  for (const item of Array.isArray(items) ? items : []) {
    const name = dig(item, 'metadata', 'name')
    const info = (key: string): Json | undefined => dig(item, 'status', 'nodeInfo', key)
    const [runtime, version, os, architecture] = [
      info('containerRuntimeVersion'),
      info('kubeletVersion'),
      info('operatingSystem'),
      info('architecture'),
    ]
    if (typeof name !== 'string') continue
    if (typeof runtime === 'string') containerRuntime[name] = runtime
    if (typeof version === 'string') kubelet[name] = version
    if (typeof os === 'string' && typeof architecture === 'string') platform[name] = `${os}/${architecture}`
  }
  // A node tells for itself what runs there; the API still has the old version for a while after a restart.
  await Promise.all(
    cluster.nodes.map(async ({ name, running }) => {
      const containerd = running ? await orNull(nodeContainerd(look, name)) : null
      if (containerd) containerRuntime[name] = `containerd://${containerd.version.text}`
    }),
  )
  return { containerRuntime, kubelet, platform }
}
