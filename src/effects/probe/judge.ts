import { probeFault } from '../../derive/probe-fault.ts'
import { diskFault } from '../../derive/disk-fault.ts'
import { tried } from '../../derive/tried.ts'
import type { SubjectResult } from '../../engine/run-checks.ts'
import type { Finding } from '../../model/finding.ts'
import type { Cluster } from '../../model/topology.ts'
import { hasImage, isDecided, type ContainerProgress } from './progress.ts'
import { hopsOf, resultOf, type NodeResult, type ProbedHop } from './results.ts'
import type { RanOnNode } from './run-nodes.ts'
import { nodeLimitMs, type ProbeTools } from './tools.ts'

/** Judges what became of the pods, node by node. */
export async function judgeNodes(tools: ProbeTools, cluster: Cluster, ran: readonly RanOnNode[]): Promise<SubjectResult[]> {
  const nodes = [...new Set(ran.map((one) => one.node))]
  return Promise.all(
    nodes.map(async (node) => {
      const parts = await Promise.all(ran.filter((one) => one.node === node).map((one) => judgeOne(tools, cluster, one)))
      const blocked = parts.find((one) => one.blocked)?.blocked
      const result: NodeResult = {
        node,
        findings: parts.flatMap((one) => one.findings),
        hops: parts.flatMap((one) => one.hops),
        durationMs: Math.max(...parts.map((one) => one.durationMs)),
        ...(blocked && { blocked }),
      }
      return resultOf(cluster.name, result, [])
    }),
  )
}

async function judgeOne(tools: ProbeTools, cluster: Cluster, one: RanOnNode): Promise<NodeResult> {
  const { node, ran, target, durationMs } = one
  const result = (rest: Partial<NodeResult>): NodeResult => ({ node, findings: [], hops: [], durationMs, ...rest })
  if (ran.kind === 'refused')
    return result({ blocked: { code: 'kube-forbidden', reason: `the cluster does not take the pod of the probe: ${ran.why}` } })
  const { progress, lastWarning } = ran
  if (progress.rejected) {
    const { reason, message } = progress.rejected
    const full = await diskFault(tools.look, cluster, node, `${reason} ${message}`)
    if (full) {
      const hops = target.images.map(({ registryHost }) => ({ registryHost, hop: 'unpack' as const, status: 'fail' as const }))
      return result({ findings: [full], hops })
    }
    return result({ blocked: { code: 'pod-rejected', reason: `${node} does not take the pod of the probe: ${message || reason}` } })
  }
  const judged = await Promise.all(
    progress.containers.map(
      async (container, nth): Promise<{ findings: Finding[]; hops: ProbedHop[]; blocked?: NodeResult['blocked'] }> => {
        const { registryHost, reference } = target.images[nth]!
        const failure = container.failure ?? (isPulledOrRan(container, tools.by) ? undefined : undecided(container, node, lastWarning))
        if (!failure) return { findings: [], hops: hopsOf(registryHost, target.pushMs, container, null) }
        if (failure.reason === 'Unasked' || failure.reason === 'Pending')
          return { findings: [], hops: [], blocked: { code: 'timeout', reason: failure.message } }
        const found = await tried(
          probeFault(tools.look, {
            cluster,
            registry: target.registry,
            registryHost,
            node,
            image: reference,
            pod: { namespace: one.namespace, name: one.pod, ...(progress.uid !== undefined && { uid: progress.uid }) },
            ...failure,
            pulled: hasImage(container),
          }),
        )
        if (!found.ok) return { findings: [], hops: [], blocked: { code: found.code, reason: found.reason } }
        return { findings: [found.answer], hops: hopsOf(registryHost, target.pushMs, container, found.answer.hop) }
      },
    ),
  )
  const blocked = judged.find((each) => each.blocked)?.blocked
  return result({
    findings: judged.flatMap((each) => each.findings),
    hops: judged.flatMap((each) => each.hops),
    ...(blocked && { blocked }),
  })
}

const isPulledOrRan = (container: ContainerProgress, by: ProbeTools['by']): boolean =>
  by === 'cri' ? container.pulledAt !== undefined : isDecided(container)

/** What to say of a container of which nothing more came within the limit. */
function undecided(container: ContainerProgress, node: string, lastWarning?: string): { reason: string; message: string } {
  const { pullingAt, startedAt } = container
  const limit = `within ${nodeLimitMs / 1000} s`
  if (startedAt !== undefined) return { reason: 'Running', message: `its container did not end ${limit}` }
  if (hasImage(container)) return { reason: 'ContainerCreating', message: lastWarning ?? `its container did not start ${limit}` }
  if (pullingAt !== undefined) return { reason: 'Pulling', message: `the pull has no outcome ${limit}` }
  return {
    reason: 'Pending',
    message: `the kubelet of ${node} did not begin with the pod ${limit}${lastWarning === undefined ? '' : `: ${lastWarning}`}`,
  }
}
