import { absentImage, askFromNodes, type AskedNode, type NodeAnswer } from '../../derive/ask.ts'
import { registryDetail } from '../../derive/registry-detail.ts'
import type { Code } from '../../model/codes.ts'
import type { Finding } from '../../model/finding.ts'
import { ObservationFailure } from '../../model/observation.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'network/registry-answers-nodes',
  per: 'cluster-registry',
  title: 'the registry answers every node',
  why: "Asked from each node with its own containerd's client and environment, past any hosts.toml: the name resolves, the port accepts, and a registry answers. curl in the node would use other names and proxies.",
  finds: ['registry-name-unresolvable', 'registry-unreachable-from-node', 'registry-hanging', 'registry-not-answering'],
  async run(look, { cluster, registry }) {
    if (registry.role === 'pull-through-cache')
      return { skip: `${registry.name} is a pull-through cache, which would fetch what it is asked for` }
    const asked = await askFromNodes(look, cluster, registry)
    if (asked.length === 0) throw new ObservationFailure('node.trace', 'not-running', `no node of ${cluster.name} is running`)
    const detail = await registryDetail(look, registry)
    const failed = asked.flatMap((one) => {
      const problem = one.asked.ok ? problemOf(one.asked.answer, detail?.state === 'paused') : null
      return problem ? [{ ...one, ...problem }] : []
    })
    const unasked = asked.find((one) => !one.asked.ok)
    if (failed.length === 0 && unasked && !unasked.asked.ok)
      throw new ObservationFailure('node.trace', unasked.asked.code, `${unasked.node}: ${unasked.asked.reason}`)

    // What every node sees is a fault of the registry or its network; what some see is a fault of those nodes.
    const first = failed[0]
    const everywhere =
      first !== undefined &&
      failed.length === asked.length &&
      failed.every((one) => one.code === first.code && one.address === first.address)
    if (everywhere) return [finding(cluster, registry, failed, { kind: 'registry', cluster: cluster.name, name: registry.name })]
    return failed.map((one) => finding(cluster, registry, [one], { kind: 'node', cluster: cluster.name, name: one.node }))
  },
})

interface Problem {
  readonly code: Code
  readonly what: string
  readonly saw: string
}

function problemOf(answer: NodeAnswer, paused: boolean): Problem | null {
  if (answer.kind === 'answers')
    return answer.isRegistry
      ? null
      : { code: 'registry-not-answering', what: 'is answered by something that is no registry', saw: `HTTP ${answer.status}` }
  if (answer.kind === 'silent') {
    const saw = `no answer within ${answer.seconds} s`
    return paused
      ? { code: 'registry-hanging', what: 'accepts connections and never answers', saw }
      : { code: 'registry-unreachable-from-node', what: `gives no answer within ${answer.seconds} s`, saw }
  }
  if (answer.error === 'dns-failure') return { code: 'registry-name-unresolvable', what: 'does not resolve', saw: answer.text }
  return {
    code: 'registry-unreachable-from-node',
    what: answer.error === 'connection-refused' ? 'refuses the connection' : 'cannot be reached',
    saw: answer.text,
  }
}

type Failed = AskedNode & Problem

function finding(cluster: Cluster, registry: Registry, failed: readonly Failed[], subject: Finding['subject']): Finding {
  const { code, what, address } = failed[0]!
  const nodes = failed.map((one) => one.node)
  const who = nodes.length > 1 ? `all ${nodes.length} running nodes` : nodes[0]!
  return {
    code,
    subject,
    ...(subject.kind === 'node' && { qualifier: registry.name }),
    hop:
      code === 'registry-name-unresolvable'
        ? 'name'
        : code === 'registry-hanging' || code === 'registry-not-answering'
          ? 'registry'
          : 'port',
    message: `${address} ${what}, asked from ${who}`,
    data: { address, registry: registry.name, container: registry.container ?? null, network: cluster.network, nodes },
    evidence: alike(failed).map(({ nodes: some, saw }) => ({
      vantage: 'node',
      asked: `${address} from ${some.join(', ')}, as containerd asks`,
      saw,
      command: `docker exec ${some[0]} ctr content fetch-object ${registry.scheme === 'http' ? '--plain-http ' : ''}${address}/${absentImage}`,
    })),
  }
}

/** Nodes that saw the same are told of once. */
function alike(failed: readonly Failed[]): { nodes: string[]; saw: string }[] {
  const groups = new Map<string, string[]>()
  for (const { node, saw } of failed) groups.set(saw, [...(groups.get(saw) ?? []), node])
  return [...groups].map(([saw, nodes]) => ({ nodes, saw }))
}
