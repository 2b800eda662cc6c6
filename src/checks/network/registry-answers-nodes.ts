import { isIpv4 } from '../../containerd/go/net.ts'
import { proxyFor } from '../../containerd/go/proxy.ts'
import { splitHostPort } from '../../containerd/registry-host.ts'
import { askFromNodes, type AskedNode, type NodeAnswer } from '../../derive/ask.ts'
import { absentImage } from '../../derive/image-to-ask.ts'
import { nodeContainerd } from '../../derive/node-containerd.ts'
import { nodeFiles, textOf } from '../../derive/node-files.ts'
import { registryDetail } from '../../derive/registry-detail.ts'
import type { Code } from '../../model/codes.ts'
import type { Evidence, Finding } from '../../model/finding.ts'
import { ObservationFailure, type ContainerDetail, type Look, type NodeRuntime } from '../../model/observation.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'network/registry-answers-nodes',
  per: 'cluster-registry',
  title: 'the registry answers every node',
  why: "Asked from each node with its own containerd's client and environment, past any hosts.toml: the name resolves, the port accepts, and a registry answers. curl in the node would use other names and proxies.",
  finds: [
    'registry-name-unresolvable',
    'registry-unreachable-from-node',
    'registry-hanging',
    'registry-not-answering',
    'node-dns-broken',
    'node-proxy-in-the-way',
  ],
  async run(look, { cluster, registry }) {
    if (registry.role === 'pull-through-cache')
      return { skip: `${registry.name} is a pull-through cache, which would fetch what it is asked for` }
    const asked = await askFromNodes(look, cluster, registry)
    if (asked.length === 0) throw new ObservationFailure('node.trace', 'not-running', `no node of ${cluster.name} is running`)
    const detail = await registryDetail(look, registry)
    const problems = await Promise.all(asked.map((one) => problemOf(look, cluster, one, asked, detail)))
    const failed = asked.flatMap((one, index) => (problems[index] ? [{ ...one, ...problems[index] }] : []))
    const unasked = asked.find((one) => !one.asked.ok)
    if (failed.length === 0 && unasked && !unasked.asked.ok)
      throw new ObservationFailure('node.trace', unasked.asked.code, `${unasked.node}: ${unasked.asked.reason}`)

    // What every node sees is a fault of the registry or its network; what some see is a fault of those nodes.
    const first = failed[0]
    const everywhere =
      first !== undefined &&
      failed.length === asked.length &&
      failed.every((one) => one.code === first.code && one.address === first.address)
    if (everywhere && !ofTheNode.includes(first.code))
      return [finding(cluster, registry, failed, { kind: 'registry', cluster: cluster.name, name: registry.name })]
    return failed.map((one) => finding(cluster, registry, [one], { kind: 'node', cluster: cluster.name, name: one.node }))
  },
})

interface Problem {
  readonly code: Code
  readonly what: string
  readonly saw: string
  readonly data?: Finding['data']
  readonly evidence?: readonly Evidence[]
}

async function problemOf(
  look: Look,
  cluster: Cluster,
  one: AskedNode,
  all: readonly AskedNode[],
  detail: ContainerDetail | null,
): Promise<Problem | null> {
  if (!one.asked.ok) return null
  const { answer } = one.asked
  // Whether a certificate is the right one is for the configuration to answer.
  if (answer.kind === 'untrusted' || (answer.kind === 'answers' && answer.isRegistry)) return null
  const saw = sawOf(answer)
  const { environment } = await nodeContainerd(look, one.node)
  const proxy = proxyFor(environment, { scheme: one.scheme, host: one.address })
  if (proxy !== null) return { ...throughProxy(proxy, environment, one.address), saw }
  if (answer.kind === 'answers') return { code: 'registry-not-answering', what: 'is answered by something that is no registry', saw }
  if (answer.kind === 'silent') {
    if (detail?.state === 'paused') return { code: 'registry-hanging', what: 'accepts connections and never answers', saw }
    const dns = await silentDns(look, cluster, one, all)
    return { ...(dns ?? { code: 'registry-unreachable-from-node', what: `gives no answer within ${answer.seconds} s` }), saw }
  }
  if (answer.error === 'dns-failure') {
    const resolves = all.find((other) => other.address === one.address && other.asked.ok && !isDnsFailure(other.asked.answer))
    if (!resolves && !isKnownThere(detail, cluster.network, one.address))
      return { code: 'registry-name-unresolvable', what: 'does not resolve', saw }
    return { ...(await brokenDns(look, cluster, one.node, resolves?.node)), saw }
  }
  const what = answer.error === 'connection-refused' ? 'refuses the connection' : 'cannot be reached'
  return { code: 'registry-unreachable-from-node', what, saw }
}

function sawOf(answer: Exclude<NodeAnswer, { kind: 'untrusted' }>): string {
  if (answer.kind === 'answers') return `HTTP ${answer.status}`
  return answer.kind === 'silent' ? `no answer within ${answer.seconds} s` : answer.text
}

const isDnsFailure = (answer: NodeAnswer): boolean => answer.kind === 'fails' && answer.error === 'dns-failure'

function throughProxy(proxy: string, environment: NodeRuntime['environment'], address: string): Omit<Problem, 'saw'> {
  const { host } = splitHostPort(address)
  const noProxy = environment['NO_PROXY'] ?? environment['no_proxy'] ?? ''
  return {
    code: 'node-proxy-in-the-way',
    what: `is asked through the proxy ${proxy}, which does not get there`,
    data: { noProxy: [...noProxy.split(',').filter(Boolean), host].join(',') },
    evidence: [{ vantage: 'node', asked: "NO_PROXY of containerd's process", saw: noProxy || 'not set' }],
  }
}

const resolvConf = '/etc/resolv.conf'

const resolvConfOf = async (look: Look, node: string): Promise<string | null> =>
  textOf(await nodeFiles(look, node, [resolvConf]), resolvConf)

/** Asking a name server that never answers is silence too: it is another one than on a node that gets there. */
async function silentDns(
  look: Look,
  cluster: Cluster,
  { node, address }: AskedNode,
  all: readonly AskedNode[],
): Promise<Omit<Problem, 'saw'> | null> {
  const { host } = splitHostPort(address)
  const good = all.find((other) => other.address === address && other.asked.ok && other.asked.answer.kind === 'answers')
  if (!good || isIpv4(host) || host.includes(':')) return null
  const [own, others] = await Promise.all([node, good.node].map((name) => resolvConfOf(look, name)))
  const servers = (text: string | null | undefined): string | undefined => text?.match(/^nameserver\s+\S+/gm)?.join()
  return servers(own) === servers(others) ? null : brokenDns(look, cluster, node, good.node)
}

/** @param good a node on which the same name resolves */
async function brokenDns(look: Look, cluster: Cluster, node: string, good: string | undefined): Promise<Omit<Problem, 'saw'>> {
  const [own, others] = await Promise.all([resolvConfOf(look, node), good === undefined ? null : resolvConfOf(look, good)])
  return {
    code: 'node-dns-broken',
    what: `resolves on ${good ?? `the network ${cluster.network}`}, but not on ${node}`,
    data: { resolvConf: others },
    evidence: [
      {
        vantage: 'node',
        asked: `${resolvConf} of ${node}`,
        saw: own?.trim() ?? 'not there',
        command: `docker exec ${node} cat ${resolvConf}`,
      },
      ...(others === null ? [] : [{ vantage: 'node' as const, asked: `${resolvConf} of ${good}`, saw: others.trim() }]),
    ],
  }
}

/** Whether Docker's DNS answers for a name on a network: of containers that run and are attached. */
function isKnownThere(detail: ContainerDetail | null, network: string, address: string): boolean {
  const { host } = splitHostPort(address)
  if (detail?.state !== 'running' || !detail.networks.some((one) => one.name === network)) return false
  return host === detail.name || (detail.aliases[network] ?? []).includes(host)
}

type Failed = AskedNode & Problem

/** Faults of a node, also where every node has them. */
const ofTheNode: readonly Code[] = ['node-dns-broken', 'node-proxy-in-the-way']

function finding(cluster: Cluster, registry: Registry, failed: readonly Failed[], subject: Finding['subject']): Finding {
  const { code, what, address } = failed[0]!
  const nodes = failed.map((one) => one.node)
  const who = nodes.length > 1 ? `all ${nodes.length} running nodes` : nodes[0]!
  return {
    code,
    subject,
    ...(subject.kind === 'node' && { qualifier: registry.name }),
    hop:
      code === 'registry-name-unresolvable' || code === 'node-dns-broken'
        ? 'name'
        : code === 'registry-hanging' || code === 'registry-not-answering'
          ? 'registry'
          : 'port',
    message: ofTheNode.includes(code) ? `${address} ${what}` : `${address} ${what}, asked from ${who}`,
    data: { ...failed[0]!.data, address, registry: registry.name, container: registry.container ?? null, network: cluster.network, nodes },
    evidence: [
      ...alike(failed).map(({ nodes: some, saw }): Evidence => ({
        vantage: 'node',
        asked: `${address} from ${some.join(', ')}, as containerd asks`,
        saw,
        command: `docker exec ${some[0]} ctr content fetch-object ${registry.scheme === 'http' ? '--plain-http ' : ''}${address}/${absentImage}`,
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
