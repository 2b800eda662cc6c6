import { setTimeout as sleep } from 'node:timers/promises'
import { isHttpFailure } from '../../model/observation.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import { nodeServes } from '../commands.ts'
import { argv } from '../ops/node-file.ts'
import type { DoneStep, RepairWorld } from '../ops/op.ts'

/** A node that boots may take so long until its containerd serves and the API calls it Ready. */
const nodeMs = 90_000
const registryMs = 10_000
const betweenMs = 300

/**
 * Waits until what was started or restarted is there: only then is it worth a look. Ends at a limit, and what is then is judged.
 * @param limitMs of a node; what was put back may be what keeps it from coming up
 */
export async function settle(world: RepairWorld, steps: readonly DoneStep[], signal: AbortSignal, limitMs = nodeMs): Promise<void> {
  const started = new Set(steps.flatMap((step) => ('container' in step ? [step.container] : [])))
  const { clusters, registries } = world.topology
  await Promise.all([
    ...clusters.flatMap((cluster) =>
      cluster.nodes.filter((one) => started.has(one.name)).map((one) => nodeReady(world, cluster, one.name, signal, limitMs)),
    ),
    ...registries
      .filter((one) => one.container !== undefined && started.has(one.container))
      .map((one) => registryAnswers(world, one, signal)),
  ])
}

/** Waits until the nodes of clusters that have just been made are there. */
export async function awaitNodes(world: RepairWorld, clusters: readonly Cluster[], signal: AbortSignal): Promise<void> {
  await Promise.all(clusters.flatMap((cluster) => cluster.nodes.map((one) => nodeReady(world, cluster, one.name, signal))))
}

async function until(limitMs: number, signal: AbortSignal, isSo: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + limitMs
  while (!signal.aborted && performance.now() < end) {
    if (await isSo().catch(() => false)) return true
    await sleep(betweenMs, undefined, { signal }).catch(() => undefined)
  }
  return false
}

async function nodeReady(
  { ports: { docker, kube } }: RepairWorld,
  { api }: Cluster,
  node: string,
  signal: AbortSignal,
  limitMs = nodeMs,
): Promise<void> {
  if (!(await until(limitMs, signal, async () => (await docker.run(node, ...argv(nodeServes))).exitCode === 0))) return
  await until(limitMs, signal, async () => {
    for (const way of api) {
      const { body } = await kube.get(way, `/api/v1/nodes/${node}`)
      const { status } = (body ?? {}) as { status?: { conditions?: { type: string; status: string }[] } }
      if (status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')) return true
    }
    return false
  })
}

async function registryAnswers(
  { ports: { registry } }: RepairWorld,
  { hostAddress, scheme }: Registry,
  signal: AbortSignal,
): Promise<void> {
  if (hostAddress === undefined) return
  await until(registryMs, signal, async () => !isHttpFailure(await registry.send('GET', `${scheme}://${hostAddress}/v2/`)))
}
