import type { Look } from '../model/observation.ts'
import type { ApiAccess, Cluster } from '../model/topology.ts'
import { proveContext } from './context.ts'
import { clustersBy, type FoundCluster } from './found-cluster.ts'
import { k3dLabels } from './k3d.ts'
import { kindLabels } from './kind.ts'
import { SelectionError, UnknownNameError, type Selection } from './options.ts'

/** There is no cluster of a provider that this tool knows. */
export class NoClusterError extends Error {
  override readonly name = 'NoClusterError'
}

/**
 * The clusters of the engine that are to be looked at.
 * @throws ObservationFailure where the engine cannot be asked, NoClusterError, SelectionError
 */
export async function chosenClusters(look: Look, selection: Selection): Promise<FoundCluster[]> {
  const containers = await look('docker.containers', {})
  const providers = [kindLabels, k3dLabels].filter(({ provider }) => (selection.provider ?? provider) === provider)
  const existing = distinct(providers.flatMap((labels) => clustersBy(labels, containers)))
  const isNamed = (one: FoundCluster, name: string): boolean => one.name === name || one.usualContext === name
  for (const name of selection.clusters)
    if (!existing.some((one) => isNamed(one, name)))
      throw new UnknownNameError(
        'cluster',
        name,
        existing.map((one) => one.name),
      )
  const chosen = existing.filter((one) => selection.clusters.length === 0 || selection.clusters.some((name) => isNamed(one, name)))
  if (chosen.length === 0) throw new NoClusterError(`no ${providers.map((one) => one.provider).join(' or ')} cluster on this Docker engine`)
  if (selection.context !== undefined) await refuseUnusable(look, chosen, selection.context)
  return chosen
}

/** kind and k3d can each have a cluster of one name: then they go by the names of their contexts, `kind-dev` and `k3d-dev`. */
function distinct(clusters: readonly FoundCluster[]): FoundCluster[] {
  return clusters.map((cluster) => {
    if (!clusters.some((other) => other !== cluster && other.name === cluster.name)) return cluster
    const name = cluster.usualContext
    return { ...cluster, name, nodes: cluster.nodes.map((node) => ({ ...node, cluster: name })) }
  })
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

/** The ways to a cluster's API, with why there is no proven context where there is none. */
export async function apiOf(
  look: Look,
  found: FoundCluster,
  wantedContext: string | undefined,
): Promise<Pick<Cluster, 'context' | 'contextProblem' | 'api'>> {
  const { context, problem } = await proveContext(look, found, wantedContext)
  const controlPlane = found.nodes.find((node) => node.role === 'control-plane' && node.running)
  const api: ApiAccess[] = [
    ...(context === null ? [] : [{ context }]),
    // What the user named is used or nothing; otherwise a node's own credentials lead to this cluster and no other.
    ...(controlPlane && wantedContext === undefined ? [{ node: controlPlane.name }] : []),
  ]
  return { context, api, ...(problem !== undefined && { contextProblem: problem }) }
}
