/** The nodes of a cluster by their role and number, as node filters count them. */
export interface K3dNodes {
  readonly servers: number
  readonly agents: number
  /** k3d's load balancer counts as a node where a filter is missing. */
  readonly loadBalancer: boolean
}

export const nodeNames = ({ servers, agents }: K3dNodes): string[] => [
  ...Array.from({ length: servers }, (_, index) => `server:${index}`),
  ...Array.from({ length: agents }, (_, index) => `agent:${index}`),
]

const form = /^(server|servers|agent|agents|loadbalancer|all)(?::(?:((?:\d+,?)+)|(\d*)-(\d*)|\*))?$/

/**
 * The nodes that filters choose.
 * Source: k3d v5.8.3, pkg/util/filter.go (FilterNodes) and pkg/config/transform.go.
 * @returns why k3d refuses them, where it does
 */
export function filteredNodes(nodes: K3dNodes, filters: readonly string[]): readonly string[] | { readonly refused: string } {
  const all = nodeNames(nodes)
  if (filters.length === 0 || filters[0] === '')
    return all.length + (nodes.loadBalancer ? 1 : 0) > 1 ? { refused: "it lacks a node filter, but there's more than one node" } : all
  const chosen = new Set<string>()
  for (const filter of filters) {
    // `@server[0]` is the form of k3d before 5.
    const found = form.exec(filter)
    if (!found) return { refused: `"${filter}" is no node filter: they are like server:*, agent:0, all` }
    const [, group = '', list, from, to] = found
    if (group === 'all') return all
    if (group === 'loadbalancer') return nodes.loadBalancer ? [...chosen] : { refused: 'there is no load balancer' }
    const role = group.startsWith('server') ? 'server' : 'agent'
    const count = role === 'server' ? nodes.servers : nodes.agents
    const numbers = chosenNumbers(count, list, from, to)
    const outside = numbers.find((one) => one < 0 || one >= count)
    if (outside !== undefined) return { refused: `"${filter}" is about ${role} ${outside}, and there are ${count}` }
    for (const one of numbers) chosen.add(`${role}:${one}`)
  }
  return [...chosen]
}

/** More nodes than any machine has are not counted. */
const mostNodes = 1000

function chosenNumbers(count: number, list: string | undefined, from: string | undefined, to: string | undefined): number[] {
  if (list !== undefined) return list.split(',').filter(Boolean).slice(0, mostNodes).map(Number)
  const [first, last] = from === undefined ? [0, count - 1] : [Number(from || 0), to === '' || to === undefined ? count - 1 : Number(to)]
  return Array.from({ length: Math.max(0, Math.min(last - first + 1, mostNodes)) }, (_, index) => first + index)
}
