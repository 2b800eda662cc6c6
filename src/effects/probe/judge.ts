import { probeFault } from '../../derive/probe-fault.ts'
import { diskFault } from '../../derive/disk-fault.ts'
import { tried } from '../../derive/tried.ts'
import type { SubjectResult } from '../../engine/run-checks.ts'
import type { Cluster } from '../../model/topology.ts'
import type { Hop } from '../../model/words.ts'
import type { RanPod } from './pods.ts'
import { hasImage, type ContainerProgress } from './progress.ts'
import { hopsOf, resultOf, type NodeResult } from './results.ts'
import type { RanOnNode } from './run-nodes.ts'
import { nodeLimitMs, type ProbeTools } from './tools.ts'

/** What there is to say of a container, of a pod, or of all pods of a node. */
type Judged = Pick<NodeResult, 'findings' | 'hops' | 'blocked'>

type Ran = Extract<RanPod, { readonly kind: 'ran' }>

/** Judges what became of the pods, node by node. */
export async function judgeNodes(tools: ProbeTools, cluster: Cluster, ran: readonly RanOnNode[]): Promise<SubjectResult[]> {
  const nodes = [...new Set(ran.map((one) => one.node))]
  return Promise.all(
    nodes.map(async (node) => {
      const pods = ran.filter((one) => one.node === node)
      const judged = together(await Promise.all(pods.map((one) => judgePod(tools, cluster, one))))
      return resultOf(cluster.name, { node, ...judged, durationMs: Math.max(...pods.map((one) => one.durationMs)) })
    }),
  )
}

async function judgePod(tools: ProbeTools, cluster: Cluster, one: RanOnNode): Promise<Judged> {
  const { node, ran, target } = one
  if (ran.kind === 'refused') return blocked('kube-forbidden', `the cluster does not take the pod of the probe: ${ran.why}`)
  const { containers, rejected } = ran.progress
  if (!rejected) return together(await Promise.all(containers.map((_, nth) => judgeContainer(tools, cluster, { ...one, ran }, nth))))
  const { reason, message } = rejected
  const full = await diskFault(tools.look, cluster, node, `${reason} ${message}`)
  if (!full) return blocked('pod-rejected', `${node} does not take the pod of the probe: ${message || reason}`)
  return { findings: [full], hops: target.images.map(({ registryHost }) => ({ registryHost, hop: 'unpack', status: 'fail' })) }
}

async function judgeContainer(
  { look, by }: ProbeTools,
  cluster: Cluster,
  { node, namespace, pod, ran, target }: RanOnNode & { readonly ran: Ran },
  nth: number,
): Promise<Judged> {
  const { containers, uid } = ran.progress
  const container = containers[nth]!
  const { registryHost, reference } = target.images[nth]!
  const legs = (failed: Hop | null) => hopsOf(registryHost, target.pushMs, container, failed)
  if (isPulledOrRan(container, by)) return { findings: [], hops: legs(null) }
  if (!isBegun(container)) return notBegun(node, ran)
  const failure = container.failure ?? undecided(container, ran.lastWarning)
  if (failure.reason === 'Unasked') return blocked('timeout', failure.message)
  const found = await tried(
    probeFault(look, {
      cluster,
      registry: target.registry,
      registryHost,
      node,
      image: reference,
      pod: { namespace, name: pod, ...(uid !== undefined && { uid }) },
      ...failure,
      pulled: hasImage(container),
    }),
  )
  return found.ok ? { findings: [found.answer], hops: legs(found.answer.hop) } : blocked(found.code, found.reason)
}

const blocked = (code: string, reason: string): Judged => ({ findings: [], hops: [], blocked: { code, reason } })

function together(parts: readonly Judged[]): Judged {
  const first = parts.find((one) => one.blocked)?.blocked
  return { findings: parts.flatMap((one) => one.findings), hops: parts.flatMap((one) => one.hops), ...(first && { blocked: first }) }
}

const isPulledOrRan = ({ failure, pulledAt, exitedAt }: ContainerProgress, by: ProbeTools['by']): boolean =>
  failure === undefined && (by === 'cri' ? pulledAt : exitedAt) !== undefined

const isBegun = (container: ContainerProgress): boolean =>
  container.failure !== undefined || container.pullingAt !== undefined || hasImage(container)

const limit = `within ${nodeLimitMs / 1000} s`

/** A kubelet that tells nothing of a pod is down, or has no containerd; one that took it waits for another thing of its node. */
function notBegun(node: string, { progress: { isTaken }, lastWarning }: Ran): Judged {
  const why = lastWarning === undefined ? '' : `: ${lastWarning}`
  return isTaken
    ? blocked('pod-pending', `the kubelet of ${node} took the pod and did not come to its image ${limit}${why}`)
    : blocked('kubelet-not-responding', `the kubelet of ${node} did not begin with the pod ${limit}${why}`)
}

/** What to say of a container that got so far, and of which nothing more came within the limit. */
function undecided(container: ContainerProgress, lastWarning?: string): { reason: string; message: string } {
  if (container.startedAt !== undefined) return { reason: 'Running', message: `its container did not end ${limit}` }
  if (hasImage(container)) return { reason: 'ContainerCreating', message: lastWarning ?? `its container did not start ${limit}` }
  return { reason: 'Pulling', message: `the pull has no outcome ${limit}` }
}
