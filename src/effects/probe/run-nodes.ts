import type { Cluster } from '../../model/topology.ts'
import { pullImage } from '../commands.ts'
import type { Made } from './clean.ts'
import { runPods, type RanPod } from './pods.ts'
import type { ContainerProgress } from './progress.ts'
import type { PushedTarget } from './target.ts'
import type { ProbeTools } from './tools.ts'

/** What became of the pod of a registry on a node. */
export interface RanOnNode {
  readonly node: string
  readonly target: PushedTarget
  readonly pod: string
  readonly namespace: string
  readonly ran: RanPod
  readonly durationMs: number
}

/** Whether nothing of a pod runs any more, or will. */
export const hasEnded = ({ ran }: RanOnNode): boolean =>
  ran.kind === 'ran' && ran.progress.containers.every((one) => one.exitedAt !== undefined)

/** Runs the images of every registry on every running node, all at once. */
export async function runNodes(tools: ProbeTools, cluster: Cluster, targets: readonly PushedTarget[], made: Made): Promise<RanOnNode[]> {
  const started = performance.now()
  const running = cluster.nodes.filter((one) => one.running)
  const wanted = targets.flatMap((target, nth) =>
    running.map(({ name: node }) => ({
      node,
      target,
      name: targets.length === 1 ? `on-${node}` : `on-${node}-${nth}`,
      images: target.images,
    })),
  )
  const namespace = made.namespace?.name ?? ''
  const done = (ran: ReadonlyMap<string, RanPod>): RanOnNode[] =>
    wanted.map(({ node, target, name }) => ({
      node,
      target,
      pod: name,
      namespace,
      ran: ran.get(name)!,
      durationMs: Math.round(performance.now() - started),
    }))
  if (made.namespace) return done(await runPods(tools, { cluster: cluster.name, way: made.namespace.way, namespace }, wanted))
  const pulled = await Promise.all(
    wanted.map(async ({ name, node, images }): Promise<[string, RanPod]> => {
      tools.tell({ cluster: cluster.name, node, text: 'pulling' })
      const containers: ContainerProgress[] = []
      for (const { reference } of images) containers.push(await pullByCri(tools, node, reference))
      const failed = containers.find((one) => one.failure)
      tools.tell({ cluster: cluster.name, node, text: failed ? failed.failure!.reason : 'pulled' })
      return [name, { kind: 'ran', progress: { containers }, isOver: true }]
    }),
  )
  return done(new Map(pulled))
}

/** As the kubelet pulls; nothing is run. */
async function pullByCri({ ports: { docker }, signal }: ProbeTools, node: string, reference: string): Promise<ContainerProgress> {
  // No throw: what other nodes are pulling has to end before it can be removed.
  if (signal.aborted) return { failure: { reason: 'Unasked', message: 'the probe was ended' } }
  const { argv, limitSeconds } = pullImage(reference)
  const started = performance.now()
  try {
    const { exitCode, stderr } = await docker.run(node, argv, (limitSeconds + 2) * 1000)
    const pullMs = Math.round(performance.now() - started)
    if (exitCode === 0) return { pullingAt: 0, pulledAt: pullMs, pullMs }
    const message = stderr.trim().split('\n').at(-1) || (exitCode === 124 ? `no outcome within ${limitSeconds} s` : `exit ${exitCode}`)
    return { pullingAt: 0, failure: { reason: exitCode === 124 ? 'Pulling' : 'ErrImagePull', message } }
  } catch (error) {
    return { failure: { reason: 'Unasked', message: (error as Error).message } }
  }
}
