import type { ContainerSummary } from '../model/observation.ts'
import type { Provider } from '../model/report.ts'
import type { Node } from '../model/topology.ts'

/** A cluster as its containers show it. */
export interface FoundCluster {
  readonly name: string
  readonly provider: Provider
  readonly network: string
  readonly nodes: readonly Node[]
  /** Containers through which its API is reached from the host: the control-plane nodes and the load balancer. */
  readonly apiContainers: readonly ContainerSummary[]
  /** The kubeconfig context that its provider makes. */
  readonly usualContext: string
  /** Where its control-plane nodes keep the certificate authority of the API. */
  readonly authorityFile: string
}

/** How a provider's containers tell which cluster and what they are. */
export interface ClusterLabels {
  readonly provider: Provider
  readonly cluster: string
  readonly role: string
  /** What its roles are called here; containers of other roles are no nodes. */
  readonly roles: { readonly [role: string]: Node['role'] }
  /** Roles whose containers lead to the API. */
  readonly api: readonly string[]
  readonly authorityFile: string
  /** Its own network. */
  network(cluster: string, nodes: readonly ContainerSummary[]): string
}

/** The clusters of a provider among an engine's containers. */
export function clustersBy(labels: ClusterLabels, containers: readonly ContainerSummary[]): FoundCluster[] {
  const labelled = containers.filter((one) => one.labels[labels.cluster])
  const names = [...new Set(labelled.map((one) => one.labels[labels.cluster]!))].sort()
  return names.flatMap((name) => {
    const own = labelled.filter((one) => one.labels[labels.cluster] === name)
    const roleOf = (one: ContainerSummary): string => one.labels[labels.role] ?? ''
    const nodes = own.filter((one) => labels.roles[roleOf(one)] !== undefined)
    if (nodes.length === 0) return []
    const network = sharedNetwork(nodes, labels.network(name, nodes))
    return [
      {
        name,
        provider: labels.provider,
        network,
        usualContext: `${labels.provider}-${name}`,
        authorityFile: labels.authorityFile,
        apiContainers: own.filter((one) => labels.api.includes(roleOf(one))),
        nodes: nodes.map((one) => {
          const address = one.networks.find((attached) => attached.name === network)?.address
          return {
            name: one.name,
            cluster: name,
            role: labels.roles[roleOf(one)]!,
            running: one.state === 'running',
            state: one.state,
            ...(address && { address }),
          }
        }),
      },
    ]
  })
}

/** The network that all nodes are on: the provider's own where there are several. */
function sharedNetwork(nodes: readonly ContainerSummary[], own: string): string {
  const [first = [], ...others] = nodes.map((node) => node.networks.map((one) => one.name).filter((name) => name !== 'bridge'))
  const shared = first.filter((name) => others.every((names) => names.includes(name)))
  return shared.includes(own) ? own : (shared[0] ?? first[0] ?? own)
}
