import { askFromNodes, type AskedNode } from '../../derive/ask.ts'
import { absentImage } from '../../derive/image-to-ask.ts'
import { reachProblem, type ReachProblem } from '../../derive/reach-problem.ts'
import { repositoriesOf } from '../../derive/registry-content.ts'
import { registryDetail } from '../../derive/registry-detail.ts'
import type { Code } from '../../model/codes.ts'
import type { Evidence, Finding } from '../../model/finding.ts'
import { ObservationFailure } from '../../model/observation.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'network/registry-answers-nodes',
  per: 'cluster-registry',
  title: 'the registry answers every node',
  why: "Asked from each node with its own containerd's client and environment, for an image that the registry holds: the name resolves, the port accepts, and a registry answers. curl in the node would use other names and proxies. `check --probe` goes on from there, to a pod that runs.",
  finds: [
    'registry-name-unresolvable',
    'registry-unreachable-from-node',
    'registry-hanging',
    'registry-not-answering',
    'node-dns-broken',
    'node-proxy-in-the-way',
    'registry-rate-limits',
    'registry-server-error',
  ],
  async run(look, { cluster, registry }) {
    if (registry.role === 'pull-through-cache')
      return { skip: `${registry.name} is a pull-through cache, which would fetch what it is asked for` }
    const asked = await askFromNodes(look, cluster, registry)
    if (asked.length === 0) throw new ObservationFailure('node.trace', 'not-running', `no node of ${cluster.name} is running`)
    const detail = await registryDetail(look, registry)
    const problems = await Promise.all(asked.map((one) => reachProblem(look, cluster, one, asked, detail, registry)))
    const failed = asked.flatMap((one, index) => (problems[index] ? [{ ...one, ...problems[index] }] : []))
    const unasked = asked.find((one) => !one.asked.ok)
    if (failed.length === 0 && unasked && !unasked.asked.ok)
      throw new ObservationFailure('node.trace', unasked.asked.code, `${unasked.node}: ${unasked.asked.reason}`)

    if (failed.length === 0 && (await repositoriesOf(look, registry))?.length === 0)
      return {
        findings: [],
        leftToProbe: `${registry.name} is empty: nodes reach it, and whether they can pull from it is not seen`,
      }

    // What every node sees is a fault of the registry or its network; what some see is a fault of those nodes.
    const first = failed[0]
    const everywhere =
      first !== undefined &&
      failed.length === asked.length &&
      failed.every((one) => one.code === first.code && one.address === first.address)
    const ofRegistry = { kind: 'registry', cluster: cluster.name, name: registry.name } as const
    if (everywhere && !ofTheNode.includes(first.code)) return [finding(cluster, registry, failed, ofRegistry)]
    const refused = failed.filter((one) => ofTheRegistry.includes(one.code))
    return [
      ...(refused.length > 0 ? [finding(cluster, registry, refused, ofRegistry)] : []),
      ...failed
        .filter((one) => !refused.includes(one))
        .map((one) => finding(cluster, registry, [one], { kind: 'node', cluster: cluster.name, name: one.node })),
    ]
  },
})

type Failed = AskedNode & ReachProblem

/** Faults of a node, also where every node has them. */
const ofTheNode: readonly Code[] = ['node-dns-broken', 'node-proxy-in-the-way']

/** What the registry says is no matter of who is told. */
const ofTheRegistry: readonly Code[] = ['registry-rate-limits', 'registry-server-error']

function finding(cluster: Cluster, registry: Registry, failed: readonly Failed[], subject: Finding['subject']): Finding {
  const { code, what, address, hint = '' } = failed[0]!
  const nodes = failed.map((one) => one.node)
  const who = nodes.length > 1 ? `all ${nodes.length} running nodes` : nodes[0]!
  return {
    code,
    subject,
    ...(subject.kind === 'node' && { qualifier: registry.name }),
    hop:
      code === 'registry-name-unresolvable' || code === 'node-dns-broken'
        ? 'name'
        : code === 'registry-hanging' || code === 'registry-not-answering' || ofTheRegistry.includes(code)
          ? 'registry'
          : 'port',
    message: ofTheNode.includes(code) ? `${address} ${what}` : `${address} ${what}, asked from ${who}${hint}`,
    data: {
      ...failed[0]!.data,
      provider: cluster.provider,
      address,
      registry: registry.name,
      container: registry.container ?? null,
      network: cluster.network,
      nodes,
    },
    evidence: [
      ...alike(failed).map(({ nodes: some, saw }): Evidence => ({
        vantage: 'node',
        asked: `${address} from ${some.join(', ')}, as containerd asks`,
        saw,
        // A ctr that the reader starts has not the proxy of containerd's environment.
        ...(code !== 'node-proxy-in-the-way' && {
          command: `docker exec ${some[0]} ctr content fetch-object ${registry.scheme === 'http' ? '--plain-http ' : ''}${address}/${absentImage}`,
        }),
      })),
      ...failed.flatMap((one) => one.evidence ?? []),
    ],
  }
}

/** Nodes that saw the same are told of once. */
function alike(failed: readonly Failed[]): { nodes: string[]; saw: string }[] {
  const groups = new Map<string, string[]>()
  for (const { node, saw } of failed) groups.set(saw, [...(groups.get(saw) ?? []), node])
  return [...groups].map(([saw, nodes]) => ({ nodes, saw }))
}
