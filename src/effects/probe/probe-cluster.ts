import { registryHostsOf } from '../../derive/registry-pulls.ts'
import type { SubjectResult } from '../../engine/run-checks.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import { nothingMade, takeAway, type Made } from './clean.ts'
import { judgeNodes } from './judge.ts'
import { pushTo, skippedResult } from './push-to.ts'
import { hasEnded, runNodes } from './run-nodes.ts'
import { settled } from './settled.ts'
import { takeSlot } from './slot.ts'
import { whyNotProbed } from './target.ts'
import type { ProbeTools } from './tools.ts'

/** What a probe of a cluster came to. */
export interface ClusterProbe {
  readonly pushes: readonly SubjectResult[]
  readonly nodes: readonly SubjectResult[]
}

/**
 * Proves in a cluster that what is pushed to its registries is pulled and run on every node. What it makes is taken away
 * again, whatever happens.
 * @throws KubeError, DockerError where the cluster cannot be asked; the reason of the signal where it is ended
 */
export async function probeCluster(tools: ProbeTools, cluster: Cluster, registries: readonly Registry[]): Promise<ClusterProbe> {
  const made = nothingMade()
  let probed: ClusterProbe
  try {
    probed = await prove(tools, cluster, registries, made)
  } catch (error) {
    await takeAway(tools, made)
    throw error
  }
  tools.tell({ cluster: cluster.name, text: 'taking away what was made' })
  const notes = await takeAway(tools, made)
  const [first, ...others] = probed.nodes
  return notes.length === 0 || !first ? probed : { ...probed, nodes: [{ ...first, notes }, ...others] }
}

async function prove(tools: ProbeTools, cluster: Cluster, registries: readonly Registry[], made: Made): Promise<ClusterProbe> {
  const skipped = registries.flatMap((registry) => {
    const why = whyNotProbed(registry, cluster)
    return why === null ? [] : [{ registry, result: skippedResult(cluster, registry, why) }]
  })
  const wanted = registries.filter((registry) => !skipped.some((one) => one.registry === registry))
  const running = cluster.nodes.filter((one) => one.running).map((one) => one.name)
  const pushes = skipped.map((one) => one.result)
  const nothing = (result: Pick<SubjectResult, 'status' | 'reason' | 'failureCode'>): ClusterProbe => ({
    pushes,
    nodes: running.map((name) => ({ subject: { kind: 'node', cluster: cluster.name, name }, ...result, findings: [], durationMs: 0 })),
  })
  if (wanted.length === 0) return nothing({ status: 'skip', reason: `${cluster.name} uses no registry to which anything is pushed` })

  const hosts = [...new Set(wanted.flatMap((one) => registryHostsOf(one, cluster.name)))]
  const taken = await takeSlot(tools, cluster, hosts, made)
  if ('blocked' in taken) return nothing({ status: 'blocked', reason: taken.blocked, failureCode: taken.code })
  const tried = await settled(wanted.map((registry) => pushTo(tools, cluster, registry, taken.slot, made)))
  pushes.push(...tried.map((one) => one.result))
  const targets = tried.flatMap((one) => one.target ?? [])
  const reason = 'nothing could be pushed that it could pull'
  if (targets.length === 0 && tried.every((one) => one.result.status === 'skip')) return nothing({ status: 'skip', reason })
  if (targets.length === 0) return nothing({ status: 'blocked', reason, failureCode: 'not-pushed' })
  const references = targets.flatMap(({ images }) => images.map((one) => one.reference))
  made.images.push(...running.flatMap((node) => references.map((reference) => ({ node, reference }))))
  const ran = await runNodes(tools, cluster, targets, made)
  made.ended.push(...ran.flatMap((one) => (hasEnded(one) ? [one.pod] : [])))
  tools.signal.throwIfAborted()
  return { pushes, nodes: await judgeNodes(tools, cluster, ran) }
}
