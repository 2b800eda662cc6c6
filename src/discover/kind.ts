import type { ContainerSummary } from '../model/observation.ts'
import type { Node } from '../model/topology.ts'

export const kindClusterLabel = 'io.x-k8s.kind.cluster'
const kindRoleLabel = 'io.x-k8s.kind.role'
const nodeRoles = ['control-plane', 'worker']

/** A cluster as its containers show it. */
export interface FoundCluster {
  readonly name: string
  readonly network: string
  readonly nodes: readonly Node[]
  /** Containers through which its API is reached from the host: the control-plane nodes and the load balancer. */
  readonly apiContainers: readonly ContainerSummary[]
}

/**
 * The kind clusters of an engine. The load balancer of a cluster with several control planes carries the label and is no node.
 * Labels: kind, pkg/cluster/constants and pkg/cluster/internal/providers/docker (v0.20 to v0.33).
 */
export function kindClusters(containers: readonly ContainerSummary[]): FoundCluster[] {
  const names = [...new Set(containers.flatMap((one) => one.labels[kindClusterLabel] ?? []))].sort()
  return names.map((name) => {
    const own = containers.filter((one) => one.labels[kindClusterLabel] === name)
    const nodes = own.filter((one) => nodeRoles.includes(one.labels[kindRoleLabel] ?? ''))
    const network = sharedNetwork(nodes)
    return {
      name,
      network,
      apiContainers: own.filter((one) => one.labels[kindRoleLabel] !== 'worker'),
      nodes: nodes.map((one) => {
        const address = one.networks.find((attached) => attached.name === network)?.address
        return {
          name: one.name,
          cluster: name,
          role: one.labels[kindRoleLabel]!,
          running: one.state === 'running',
          state: one.state,
          ...(address && { address }),
        }
      }),
    }
  })
}

/** The network that all nodes are on: kind's own where there are several. */
function sharedNetwork(nodes: readonly ContainerSummary[]): string {
  const [first = [], ...others] = nodes.map((node) => node.networks.map((one) => one.name).filter((name) => name !== 'bridge'))
  const shared = first.filter((name) => others.every((names) => names.includes(name)))
  return shared.includes('kind') ? 'kind' : (shared[0] ?? first[0] ?? 'kind')
}
