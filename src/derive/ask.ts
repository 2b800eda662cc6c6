import { connectionError, type ConnectionError } from '../containerd/errors.ts'
import { hostPortOf, isLoopback } from '../containerd/registry-host.ts'
import { answeredByRegistry, parseTrace, type Trace } from '../containerd/trace.ts'
import { isHttpFailure, ObservationFailure, type CommandOutcome, type Look, type Tried } from '../model/observation.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { askBase } from './registry-detail.ts'
import { nodeContainerd } from './node-containerd.ts'
import { orNull, tried } from './tried.ts'

/** An image that is asked for only to see who answers: 404 from the registry proves the way as well as 200. */
export const absentImage = 'registry-doctor/absent:none'

/**
 * `REPOSITORY:TAG` that the registry holds, from the first page of its catalog, else one that it does not hold.
 * A cache would fetch what it is asked for, so nothing it might have upstream is ever named.
 */
export function imageToAsk(look: Look, registry: Registry): Promise<string> {
  return look.once(`imageToAsk ${registry.name}`, async () => {
    if (registry.hostAddress === undefined || registry.role === 'pull-through-cache') return absentImage
    // One that does not answer at its base would only let every further question time out.
    if (!(await askBase(look, registry.hostAddress)).isRegistry) return absentImage
    const base = `http://${registry.hostAddress}/v2`
    const repositories = listOf(await getJson(look, `${base}/_catalog?n=100`), 'repositories')
    const first = repositories[0]
    if (first === undefined) return absentImage
    const tag = listOf(await getJson(look, `${base}/${first}/tags/list`), 'tags')[0]
    return tag === undefined ? absentImage : `${first}:${tag}`
  })
}

async function getJson(look: Look, url: string): Promise<unknown> {
  const asked = await look.try('http', { vantage: 'host', method: 'GET', url })
  if (!asked.ok || isHttpFailure(asked.answer) || asked.answer.status !== 200) return null
  try {
    return JSON.parse(asked.answer.body) as unknown
  } catch {
    return null
  }
}

function listOf(body: unknown, key: string): string[] {
  const list = body !== null && typeof body === 'object' ? (body as Record<string, unknown>)[key] : null
  // Names go into command lines and URLs: only what the distribution specification allows.
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string' && /^[\w][\w./-]*$/.test(one)) : []
}

/** What a node got from an address that it asked directly. */
export type NodeAnswer =
  | { readonly kind: 'answers'; readonly status: number; readonly isRegistry: boolean }
  | { readonly kind: 'fails'; readonly error: ConnectionError; readonly text: string }
  /** Nothing came within the time limit. */
  | { readonly kind: 'silent'; readonly seconds: number }

/** Asks an address from a node with containerd's own client, past any hosts.toml. Throws where the node cannot be asked. */
export async function askFromNode(
  look: Look,
  node: string,
  target: { readonly address: string; readonly scheme: 'http' | 'https' },
  image: string,
): Promise<NodeAnswer> {
  const outcome = await look('node.trace', {
    node,
    image: `${target.address}/${image}`,
    ...(target.scheme === 'http' && { plainHttp: true }),
  })
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
  if (trace.attempts.length === 0 && trace.error === undefined) throw notTraced(node, outcome)
  if (outcome.timedOut) return { kind: 'silent', seconds: Math.round(outcome.ms / 1000) }
  const text = shortError(trace, outcome.stderr)
  return { kind: 'fails', error: connectionError(text), text }
}

/** containerd's client did not even make a request: that says nothing of the registry. */
export function notTraced(node: string, { exitCode, timedOut, stdout, stderr }: CommandOutcome): ObservationFailure {
  const said = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? ''
  const why = timedOut ? 'no output within the time limit' : said || `exit code ${exitCode}`
  return new ObservationFailure(
    'node.trace',
    timedOut ? 'timeout' : 'unreadable',
    `containerd's client ctr could not be run on ${node}: ${why}`,
  )
}

/** The last part of containerd's error: what happened on the wire. */
export function shortError(trace: Trace, stderr: string): string {
  const text = trace.error ?? stderr.trim().split('\n').at(-1) ?? ''
  return text.replace(/^.*?failed to do request: /s, '').trim()
}

/** What the nodes of a cluster get from a registry, or why a node could not be asked. */
export interface AskedNode {
  readonly node: string
  readonly address: string
  readonly asked: Tried<NodeAnswer>
}

/** Asks a registry directly from every running node of a cluster at once. */
export function askFromNodes(look: Look, cluster: Cluster, registry: Registry): Promise<AskedNode[]> {
  return look.once(`askFromNodes ${cluster.name} ${registry.name}`, async () => {
    const image = await imageToAsk(look, registry)
    return Promise.all(
      cluster.nodes
        .filter((node) => node.running)
        .map(async ({ name }) => {
          const target = addressFor(registry, cluster.name, name)
          const asked = await tried(askFromNode(look, name, target, image))
          const works = asked.ok && asked.answer.kind === 'fails' && (await pullsReach(look, cluster.name, name, registry, image))
          return { node: name, address: target.address, asked: works ? { ok: true, answer: reached } : asked }
        }),
    )
  })
}

const reached: NodeAnswer = { kind: 'answers', status: 200, isRegistry: true }

/**
 * Whether a pull on a node gets to a registry although the one address does not answer: by a further endpoint, or with the
 * certificate authority that only the hosts.toml names. What works is not broken.
 */
async function pullsReach(look: Look, cluster: string, node: string, registry: Registry, image: string): Promise<boolean> {
  const containerd = await orNull(nodeContainerd(look, node))
  const hostsDir = containerd?.config.roots[0]
  if (hostsDir === undefined) return false
  const hosts = new Set(registry.references.filter((one) => one.cluster === cluster).map((one) => one.registryHost))
  const pulls = await Promise.all([...hosts].map((host) => look.try('node.trace', { node, image: `${host}/${image}`, hostsDir })))
  return pulls.some((one) => one.ok && servedByRegistry(one.answer))
}

/** Whether a registry answered one of the requests of a trace. */
export function servedByRegistry({ exitCode, stderr }: CommandOutcome): boolean {
  return exitCode === 0 || parseTrace(stderr).attempts.some((one) => one.status !== undefined && answeredByRegistry(one) !== false)
}

/** Whether some running node gets an answer from a registry; null where none could be asked, or none that was asked says no. */
export async function someNodeReaches(look: Look, clusters: readonly Cluster[], registry: Registry): Promise<boolean | null> {
  const asked = (await Promise.all(clusters.map((cluster) => askFromNodes(look, cluster, registry)))).flat()
  const answers = asked.flatMap((one) => (one.asked.ok ? [one.asked.answer] : []))
  if (answers.some((one) => one.kind === 'answers' && one.isRegistry)) return true
  return answers.length > 0 ? false : null
}

/** Where a node asks for a registry: as its own hosts.toml says, else where the others ask. */
function addressFor(registry: Registry, cluster: string, node: string): { address: string; scheme: 'http' | 'https' } {
  const own = registry.references.find((one) => one.cluster === cluster && one.nodes.includes(node) && one.endpoints.length > 0)
  const endpoints = (own?.endpoints ?? []).flatMap((url) => hostPortOf(url) ?? [])
  // Of a container a loopback address of the node is none.
  const usable = registry.container === undefined ? endpoints : endpoints.filter((one) => !isLoopback(one.hostPort))
  const { hostPort, scheme } = usable.find((one) => one.hostPort === registry.address) ??
    usable[0] ?? { ...registry, hostPort: registry.address }
  return { address: hostPort, scheme }
}
