import { splitHostPort } from '../containerd/registry-host.ts'
import type { Look } from '../model/observation.ts'
import type { ApiAccess, Choice, Cluster, Gap, RegistryReference, Topology } from '../model/topology.ts'
import { dig, kubeObject } from '../derive/kube.ts'
import { nodeContainerd } from '../derive/node-containerd.ts'
import { orNull } from '../derive/tried.ts'
import { proveContext } from './context.ts'
import { kindClusterLabel, kindClusters, type FoundCluster } from './kind.ts'
import { SelectionError, UnknownNameError, type Selection } from './options.ts'
import { clusterReferences, type ClusterAccess } from './references.ts'
import { findRegistries } from './registries.ts'

/** There is no cluster of a provider that this tool knows. */
export class NoClusterError extends Error {
  override readonly name = 'NoClusterError'
}

/**
 * Finds clusters and the registries they use. Nothing has to be named; what the user names is only a selection.
 * @throws ObservationFailure where the engine cannot be asked, NoClusterError, SelectionError
 */
export async function discover(look: Look, selection: Selection): Promise<Topology> {
  const containers = await look('docker.containers', {})
  const existing = selection.provider === 'k3d' ? [] : kindClusters(containers)
  for (const name of selection.clusters)
    if (!existing.some((one) => one.name === name))
      throw new UnknownNameError(
        'cluster',
        name,
        existing.map((one) => one.name),
      )
  const chosen = existing.filter((one) => selection.clusters.length === 0 || selection.clusters.includes(one.name))
  if (chosen.length === 0) throw new NoClusterError('no kind cluster on this Docker engine')

  if (selection.context !== undefined) await refuseUnusable(look, chosen, selection.context)
  const names = new Set(containers.filter((one) => one.labels[kindClusterLabel] === undefined).map((one) => one.name))
  const isLocal = (registryHost: string): boolean => names.has(splitHostPort(registryHost).host)
  const found = await Promise.all(chosen.map((cluster) => examineCluster(look, cluster, selection.context, isLocal)))
  const clusters = found.map((one) => one.cluster)
  const references = found.flatMap((one) => one.references)
  const named = clusters.map(({ name }) => referenceByOption(name, selection.registry ?? ''))
  const asTheyAre = await findRegistries(look, containers, references, selection.registry)
  // Only what no cluster refers to by any of its names is one more registry.
  const isUnknown = selection.registry !== undefined && asTheyAre.registries.length === 0
  const { registries, choices } = isUnknown
    ? await findRegistries(look, containers, [...references, ...named], selection.registry)
    : asTheyAre
  const gaps = found.filter((one) => !registries.some(({ clusters: used }) => used.includes(one.cluster.name))).flatMap((one) => one.gaps)
  return { clusters, registries, choices: [...found.flatMap((one) => one.choices), ...choices], gaps }
}

/** A context that the user names is used, or refused: never passed over. */
async function refuseUnusable(look: Look, clusters: readonly FoundCluster[], context: string): Promise<void> {
  const { contexts } = await look('kube.contexts', {})
  if (!contexts.some((one) => one.name === context))
    throw new UnknownNameError(
      'kubeconfig context',
      context,
      contexts.map((one) => one.name),
    )
  const proven = await Promise.all(clusters.map((cluster) => proveContext(look, cluster, context)))
  if (proven.every((one) => one.context === null))
    throw new SelectionError(proven[0]!.problem ?? `the context ${context} leads to none of these clusters`)
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
  const proven = await proveContext(look, found, wantedContext)
  const controlPlane = nodes.find((node) => node.role === 'control-plane' && node.running)
  const api: ApiAccess[] = [
    ...(proven.context === null ? [] : [{ context: proven.context }]),
    // What the user named is used or nothing; otherwise a node's own credentials lead to this cluster and no other.
    ...(controlPlane && wantedContext === undefined ? [{ node: controlPlane.name }] : []),
  ]
  const access = { api, ...(proven.problem !== undefined && { contextProblem: proven.problem }) }
  const [{ references, unread }, described] = await Promise.all([
    clusterReferences(look, found, access, isLocal),
    describeNodes(look, found, access),
  ])
  const why =
    proven.context === null
      ? `${proven.problem}${controlPlane && wantedContext === undefined ? `; its API is asked on ${controlPlane.name}` : ''}`
      : `context ${proven.context}: its certificate authority and port are this cluster's`
  return {
    cluster: {
      name,
      provider: 'kind',
      network,
      nodes,
      context: proven.context,
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
): Promise<Pick<Cluster, 'containerRuntime' | 'kubelet'>> {
  const containerRuntime: Record<string, string> = {}
  const kubelet: Record<string, string> = {}
  const list = await orNull(kubeObject(look, access, '/api/v1/nodes'))
  const items = dig(list, 'items')
  for (const item of Array.isArray(items) ? items : []) {
    const [name, runtime, version] = [
      dig(item, 'metadata', 'name'),
      dig(item, 'status', 'nodeInfo', 'containerRuntimeVersion'),
      dig(item, 'status', 'nodeInfo', 'kubeletVersion'),
    ]
    if (typeof name !== 'string') continue
    if (typeof runtime === 'string') containerRuntime[name] = runtime
    if (typeof version === 'string') kubelet[name] = version
  }
  // A node tells for itself what runs there; the API still has the old version for a while after a restart.
  await Promise.all(
    cluster.nodes.map(async ({ name, running }) => {
      const containerd = running ? await orNull(nodeContainerd(look, name)) : null
      if (containerd) containerRuntime[name] = `containerd://${containerd.version.text}`
    }),
  )
  return { containerRuntime, kubelet }
}
