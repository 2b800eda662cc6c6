import { isIpv4 } from '../containerd/go/net.ts'
import { proxyFor } from '../containerd/go/proxy.ts'
import { splitHostPort } from '../containerd/registry-host.ts'
import { codeOfStatus } from '../model/answer-codes.ts'
import type { Code } from '../model/codes.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import type { ContainerDetail, Look, NodeRuntime } from '../model/observation.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import type { AskedNode, NodeAnswer } from './ask.ts'
import { nodeContainerd } from './node-containerd.ts'
import { hashOf, nodeFiles, textOf } from './node-files.ts'
import { askBase, askedAt } from './registry-detail.ts'
import { orNull } from './tried.ts'

/** What keeps a node from a registry. */
export interface ReachProblem {
  readonly code: Code
  readonly what: string
  /** What else is known, behind the whole message. */
  readonly hint?: string
  readonly saw: string
  readonly data?: Finding['data']
  readonly evidence?: readonly Evidence[]
}

/**
 * Why a node does not reach a registry, by what it was answered and by what other nodes and the engine know.
 * @param all what every node was answered
 * @param detail the registry's container; null where it is none
 * @returns null where it does, or where that could not be asked
 */
export async function reachProblem(
  look: Look,
  cluster: Cluster,
  one: AskedNode,
  all: readonly AskedNode[],
  detail: ContainerDetail | null,
  registry: Registry,
): Promise<ReachProblem | null> {
  if (!one.asked.ok) return null
  const { answer } = one.asked
  // Whether a certificate is the right one is for the configuration to answer.
  if (answer.kind === 'untrusted' || (answer.kind === 'answers' && answer.isRegistry && refusalOf(answer.status) === null)) return null
  const saw = sawOf(answer)
  const { environment } = await nodeContainerd(look, one.node)
  const proxy = proxyFor(environment, { scheme: one.scheme, host: one.address })
  if (proxy !== null) return { ...(await throughProxy(look, cluster, proxy, environment, one)), saw }
  if (answer.kind === 'answers') return answerProblem(look, registry, answer, saw)
  if (answer.kind === 'silent') {
    if (detail?.state === 'paused')
      return { code: 'registry-hanging', what: 'accepts connections and never answers', saw, data: { paused: true } }
    const dns = await silentDns(look, cluster, one, all)
    return { ...(dns ?? { code: 'registry-unreachable-from-node', what: `gives no answer within ${answer.seconds} s` }), saw }
  }
  if (answer.error === 'dns-failure') {
    const resolves = all.find((other) => other.address === one.address && other.asked.ok && !isDnsFailure(other.asked.answer))
    if (!resolves && !isKnownThere(detail, cluster.network, one.address))
      return {
        code: 'registry-name-unresolvable',
        what: 'does not resolve',
        hint: otherName(detail, cluster.network, one.address),
        data: { aliases: detail?.aliases[cluster.network] ?? [] },
        saw,
      }
    return { ...(await brokenDns(look, cluster, one.node, resolves?.node)), saw }
  }
  const what = answer.error === 'connection-refused' ? 'refuses the connection' : 'cannot be reached'
  return { code: 'registry-unreachable-from-node', what, saw, hint: otherAddress(detail, cluster.network, answer.text) }
}

/** What an answer says of the registry itself; credentials and rights are a matter of who asks. */
function refusalOf(status: number): Code | null {
  const code = codeOfStatus(status)
  return code === 'registry-auth-required' || code === 'registry-forbids' ? null : code
}

/** A registry that refuses need not say that it is one; that it answers the host at its base does. */
async function answerProblem(
  look: Look,
  registry: Registry,
  { status, isRegistry }: { readonly status: number; readonly isRegistry: boolean },
  saw: string,
): Promise<ReachProblem | null> {
  const where = askedAt(registry)
  if (!isRegistry && !(codeOfStatus(status) !== null && where !== undefined && (await askBase(look, where)).isRegistry))
    return { code: 'registry-not-answering', what: 'is answered by something that is no registry', saw }
  const code = refusalOf(status)
  return code && { code, what: `answers ${status}`, saw }
}

function sawOf(answer: Exclude<NodeAnswer, { kind: 'untrusted' }>): string {
  if (answer.kind === 'answers') return `HTTP ${answer.status}`
  return answer.kind === 'silent' ? `no answer within ${answer.seconds} s` : answer.text
}

const isDnsFailure = (answer: NodeAnswer): boolean => answer.kind === 'fails' && answer.error === 'dns-failure'

/** Of several files that set a variable, systemd takes the one whose name sorts last. */
const dropIn = '/etc/systemd/system/containerd.service.d/zz-registry-no-proxy.conf'

async function throughProxy(
  look: Look,
  cluster: Cluster,
  proxy: string,
  environment: NodeRuntime['environment'],
  { node, address }: AskedNode,
): Promise<Omit<ReachProblem, 'saw'>> {
  // Only an earlier repair can have left one there.
  const earlier = cluster.provider === 'k3d' ? null : await orNull(nodeFiles(look, node, [dropIn]))
  const { host } = splitHostPort(address)
  const noProxy = environment['NO_PROXY'] ?? environment['no_proxy'] ?? ''
  return {
    code: 'node-proxy-in-the-way',
    what: `is asked through the proxy ${proxy}, which does not get there`,
    data: {
      noProxy: [...noProxy.split(',').filter(Boolean), host].join(','),
      dropIn: { path: dropIn, expect: earlier && hashOf(earlier, dropIn) },
    },
    evidence: [
      {
        vantage: 'node',
        asked: "NO_PROXY of containerd's process",
        saw: noProxy || 'not set',
        command: `docker exec ${node} sh -c 'tr "\\0" "\\n" < /proc/$(pidof -s containerd)/environ | grep -i proxy'`,
      },
    ],
  }
}

const resolvConf = '/etc/resolv.conf'

const resolvConfOf = async (look: Look, node: string): Promise<{ readonly text: string | null; readonly sha256: string | null }> => {
  const files = await nodeFiles(look, node, [resolvConf])
  return { text: textOf(files, resolvConf), sha256: hashOf(files, resolvConf) }
}

/** Asking a name server that never answers is silence too: it is another one than on a node that gets there. */
async function silentDns(
  look: Look,
  cluster: Cluster,
  { node, address }: AskedNode,
  all: readonly AskedNode[],
): Promise<Omit<ReachProblem, 'saw'> | null> {
  const { host } = splitHostPort(address)
  const good = all.find((other) => other.address === address && other.asked.ok && other.asked.answer.kind === 'answers')
  if (!good || isIpv4(host) || host.includes(':')) return null
  const [own, others] = await Promise.all([node, good.node].map((name) => resolvConfOf(look, name)))
  const servers = (one: typeof own): string | undefined => one?.text?.match(/^nameserver\s+\S+/gm)?.join()
  return servers(own) === servers(others) ? null : brokenDns(look, cluster, node, good.node)
}

/** @param good a node on which the same name resolves */
async function brokenDns(look: Look, cluster: Cluster, node: string, good: string | undefined): Promise<Omit<ReachProblem, 'saw'>> {
  const [own, others] = await Promise.all([resolvConfOf(look, node), good === undefined ? null : resolvConfOf(look, good)])
  return {
    code: 'node-dns-broken',
    what: `resolves on ${good ?? `the network ${cluster.network}`}, but not on ${node}`,
    data: { resolvConf: others?.text ?? null, expect: own.sha256 },
    evidence: [
      {
        vantage: 'node',
        asked: `${resolvConf} of ${node}`,
        saw: own.text?.trim() ?? 'not there',
        command: `docker exec ${node} cat ${resolvConf}`,
      },
      ...(others?.text == null ? [] : [{ vantage: 'node' as const, asked: `${resolvConf} of ${good}`, saw: others.text.trim() }]),
    ],
  }
}

/** A name can lead elsewhere on a node: an entry in its /etc/hosts, a name server of its own. */
function otherAddress(detail: ContainerDetail | null, network: string, text: string): string {
  const [, dialled] = /dial tcp (\[[^\]]+\]|[\d.]+):\d+/.exec(text) ?? []
  const there = detail?.networks.find((one) => one.name === network)
  const own = [there?.address ?? '', `[${there?.addressV6 ?? ''}]`]
  if (detail === null || dialled === undefined || !there?.address || own.includes(dialled)) return ''
  return `; it asks ${dialled}, and ${detail.name} is ${there.address}`
}

/** The container can be there under another name. */
function otherName(detail: ContainerDetail | null, network: string, address: string): string {
  const isThere = detail?.state === 'running' && detail.networks.some((one) => one.name === network)
  return isThere && detail.name !== splitHostPort(address).host ? `; the container on ${network} is called ${detail.name}` : ''
}

/** Whether Docker's DNS answers for a name on a network: of containers that run and are attached. */
function isKnownThere(detail: ContainerDetail | null, network: string, address: string): boolean {
  const { host } = splitHostPort(address)
  if (detail?.state !== 'running' || !detail.networks.some((one) => one.name === network)) return false
  return host === detail.name || (detail.aliases[network] ?? []).includes(host)
}
