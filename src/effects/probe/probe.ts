import type { CheckOutcome, SubjectResult } from '../../engine/run-checks.ts'
import { ObservationFailure } from '../../model/observation.ts'
import type { Cluster, Topology } from '../../model/topology.ts'
import { DockerError } from '../../ports/docker.ts'
import { KubeError } from '../../ports/kube.ts'
import { pushCheck, runCheck } from './checks.ts'
import { probeCluster, type ClusterProbe } from './probe-cluster.ts'
import type { ProbeTools } from './tools.ts'

/**
 * Proves of every cluster and registry that an image gets from this machine onto every node and runs there: an image of the
 * tool's own is pushed, pulled and run, and everything is taken away again.
 * @returns as the outcomes of two checks: `probe/push` per registry and `probe/run` per node
 * @throws the signal's reason where it was ended, after everything is taken away
 */
export async function probe(tools: ProbeTools, { clusters, registries }: Topology): Promise<CheckOutcome[]> {
  const probes = await Promise.all(
    clusters.map((cluster) =>
      probeCluster(
        tools,
        cluster,
        registries.filter((one) => one.clusters.includes(cluster.name)),
      ).catch((error: unknown) => notProbed(cluster, error)),
    ),
  )
  tools.signal.throwIfAborted()
  return [
    { check: pushCheck, results: probes.flatMap((one) => one.pushes) },
    { check: runCheck, results: probes.flatMap((one) => one.nodes) },
  ]
}

/** A cluster that could not be asked, or a fault of ours: neither must hide what other clusters showed. */
function notProbed({ name, nodes }: Cluster, error: unknown): ClusterProbe {
  const isTold = error instanceof KubeError || error instanceof DockerError || error instanceof ObservationFailure
  const reason = error instanceof Error ? error.message : String(error)
  const result: Pick<SubjectResult, 'status' | 'reason' | 'failureCode'> = isTold
    ? { status: 'blocked', reason, failureCode: error.code }
    : { status: 'error', reason: `the probe itself failed: ${reason}` }
  const running = nodes.filter((one) => one.running)
  return {
    pushes: [],
    nodes: running.map((node) => ({ subject: { kind: 'node', cluster: name, name: node.name }, ...result, findings: [], durationMs: 0 })),
  }
}
