import { connectionError, type ConnectionError } from '../containerd/errors.ts'
import { statusIn } from '../containerd/pull-error/status-forms.ts'
import { hostPortOf } from '../containerd/registry-host.ts'
import { answeredByRegistry, parseTrace, type Trace } from '../containerd/trace.ts'
import type { Evidence } from '../model/finding.ts'
import type { Look, Tried } from '../model/observation.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { absentImage, imageToAsk } from './image-to-ask.ts'
import { notTraced } from './not-traced.ts'
import { registryHostsOf, registryPull, usableEndpoints, type RegistryPull } from './registry-pulls.ts'
import { tried } from './tried.ts'

type Scheme = 'http' | 'https'

/** What a node got from an address that it asked directly. */
export type NodeAnswer =
  | { readonly kind: 'answers'; readonly status: number; readonly isRegistry: boolean }
  /** A server of TLS whose certificate this node's containerd does not trust: it may be whatever it says. */
  | { readonly kind: 'untrusted'; readonly text: string }
  | { readonly kind: 'fails'; readonly error: ConnectionError; readonly text: string }
  /** Nothing came within the time limit. */
  | { readonly kind: 'silent'; readonly seconds: number }

/** Asks an address from a node with containerd's own client, past any hosts.toml. Throws where the node cannot be asked. */
async function askOnce(look: Look, node: string, address: string, scheme: Scheme, image: string): Promise<NodeAnswer> {
  const outcome = await look('node.trace', { node, image: `${address}/${image}`, ...(scheme === 'http' && { plainHttp: true }) })
  if (outcome.exitCode === 0) return { kind: 'answers', status: 200, isRegistry: true }
  const trace = parseTrace(outcome.stderr)
  const answered = trace.attempts.findLast((one) => one.status !== undefined)
  if (answered)
    return {
      kind: 'answers',
      status: answered.status!,
      isRegistry: trace.attempts.every((one) => one.status === undefined || answeredByRegistry(one) !== false),
    }
  if (trace.error?.endsWith(': not found')) return { kind: 'answers', status: 404, isRegistry: true }
  // The dump can have lost the answer; the error tells its status, and who wants credentials is taken for a registry.
  const told = statusIn(trace.error ?? '')?.status
  if (told !== undefined) return { kind: 'answers', status: told, isRegistry: told === 401 || told === 403 }
  if (trace.attempts.length === 0 && trace.error === undefined) throw notTraced(node, outcome)
  if (outcome.timedOut) return { kind: 'silent', seconds: Math.round(outcome.ms / 1000) }
  const text = shortError(trace, outcome.stderr)
  if (/x509: /.test(text)) return { kind: 'untrusted', text }
  return { kind: 'fails', error: connectionError(text), text }
}

/** The same, in the other protocol where the answer shows that the first one is wrong. */
export async function askFromNode(look: Look, node: string, address: string, scheme: Scheme, image: string): Promise<NodeAnswer> {
  const answer = await askOnce(look, node, address, scheme, image)
  if (answer.kind === 'fails' && answer.error === 'http-response-to-https') return askOnce(look, node, address, 'http', image)
  if (scheme === 'https' || answer.kind !== 'answers' || answer.isRegistry || answer.status !== 400) return answer
  // Servers of TLS answer plain HTTP with 400 and words that are no registry's.
  const overTls = await askOnce(look, node, address, 'https', image)
  return overTls.kind === 'fails' ? answer : overTls
}

/** The protocol that a registry speaks on its address, as a node sees it. */
export interface Protocol {
  readonly scheme: Scheme
  /** Whether it answered in that protocol. */
  readonly proven: boolean
  /** What came of asking in each, http first. */
  readonly evidence: readonly Evidence[]
}

/** Asks a registry over HTTP and over TLS from a node; where neither tells, what refers to it is believed. */
export async function protocolFrom(look: Look, node: string, { address, scheme }: Registry): Promise<Protocol> {
  const schemes = ['http', 'https'] as const
  const asked = await Promise.all(schemes.map((one) => tried(askOnce(look, node, address, one, absentImage))))
  const evidence = schemes.flatMap((one, index): Evidence[] => {
    const result = asked[index]!
    return result.ok ? [{ vantage: 'node', asked: `${one}://${address} from ${node}`, saw: describe(result.answer) }] : []
  })
  const speaks = asked.findIndex(
    (one) => one.ok && ((one.answer.kind === 'answers' && one.answer.isRegistry) || one.answer.kind === 'untrusted'),
  )
  return { scheme: schemes[speaks] ?? scheme, proven: speaks >= 0, evidence }
}

function describe(answer: NodeAnswer): string {
  if (answer.kind === 'answers') return `HTTP ${answer.status}${answer.isRegistry ? ', a registry' : ''}`
  return answer.kind === 'silent' ? `no answer within ${answer.seconds} s` : answer.text
}

/** The last part of containerd's error: what happened on the wire. */
function shortError(trace: Trace, stderr: string): string {
  const text = trace.error ?? stderr.trim().split('\n').at(-1) ?? ''
  return text.replace(/^.*?failed to do request: /s, '').trim()
}

/** What the nodes of a cluster get from a registry, or why a node could not be asked. */
export interface AskedNode {
  readonly node: string
  readonly address: string
  readonly scheme: Scheme
  readonly asked: Tried<NodeAnswer>
}

/** Asks from every running node of a cluster at once whether it reaches a registry. */
export function askFromNodes(look: Look, cluster: Cluster, registry: Registry): Promise<AskedNode[]> {
  return look.once(`askFromNodes ${cluster.name} ${registry.name}`, () =>
    Promise.all(cluster.nodes.filter((node) => node.running).map(({ name }) => reachFrom(look, cluster, name, registry))),
  )
}

/**
 * Whether a pull on a node gets to a registry; where none does, what the addresses answer that its plan names for this
 * registry, else the address at which nodes would reach it. What works is not broken: an endpoint that fails before one that
 * serves is no fault of the network.
 */
async function reachFrom(look: Look, cluster: Cluster, node: string, registry: Registry): Promise<AskedNode> {
  const hosts = registryHostsOf(registry, cluster.name)
  const pulls = await Promise.all(hosts.map((host) => tried(registryPull(look, cluster.name, node, registry, host))))
  const known = pulls.flatMap((one) => (one.ok ? [one.answer] : []))
  const targets = [...new Map(known.flatMap(ownTargets).map((one) => [one.address, one])).values()]
  const first = targets[0] ?? { address: registry.address, scheme: registry.scheme }
  const reached = known.find((one) => one.reaches)
  if (reached) return { node, ...first, asked: { ok: true, answer: { kind: 'answers', status: statusOf(reached), isRegistry: true } } }

  const image = await imageToAsk(look, registry)
  let last: AskedNode | undefined
  for (const target of targets.length > 0 ? targets : [first]) {
    const asked = await tried(askFromNode(look, node, target.address, target.scheme, image))
    last ??= { node, ...target, asked }
    if (asked.ok && asked.answer.kind === 'answers' && asked.answer.isRegistry) return { node, ...target, asked }
  }
  return last!
}

/** The last answer to a pull that reached its registry. */
function statusOf({ pull }: RegistryPull): number {
  const answered = pull.attempts.flatMap(({ outcome }) => ('status' in outcome ? [outcome.status] : []))
  return pull.outcome === 'ok' ? 200 : (answered.at(-1) ?? 200)
}

function ownTargets({ pull, isOwn }: RegistryPull): { address: string; scheme: Scheme }[] {
  return usableEndpoints(pull).flatMap((endpoint) => {
    const found = isOwn(endpoint) ? hostPortOf(`${endpoint.scheme}://${endpoint.host}`) : null
    return found ? [{ address: endpoint.host, scheme: endpoint.httpFallback ? 'http' : found.scheme }] : []
  })
}

/** Whether some running node gets an answer from a registry; null where none could be asked, or none that was asked says no. */
export async function someNodeReaches(look: Look, clusters: readonly Cluster[], registry: Registry): Promise<boolean | null> {
  const asked = (await Promise.all(clusters.map((cluster) => askFromNodes(look, cluster, registry)))).flat()
  const answers = asked.flatMap((one) => (one.asked.ok ? [one.asked.answer] : []))
  if (answers.some((one) => one.kind === 'answers' && one.isRegistry)) return true
  return answers.length > 0 ? false : null
}
