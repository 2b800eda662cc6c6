import type { Report } from '../../model/report.ts'
import type { PlannedRepair } from './repair.ts'

/** `kubectl --context kind-dev`, of a cluster. */
export type KubectlOf = (cluster: string) => string

/**
 * Pods that only wait for their next try, and that an owner makes anew: they are deleted, so that nobody waits out their
 * back-off. Bare pods stay: nothing would bring them back.
 */
export function kickPods({ symptoms }: Pick<Report, 'symptoms'>, kubectlOf: KubectlOf): PlannedRepair[] {
  const stale = symptoms.filter(({ state, owner }) => state === 'stale' && owner !== undefined)
  const pods = [...new Map(stale.map((one) => [`${one.cluster}/${one.namespace}/${one.pod}`, one])).values()]
  return [...new Set(pods.map((one) => one.cluster))].map((cluster) => {
    const own = pods.filter((one) => one.cluster === cluster)
    return {
      cluster,
      title: `have ${own.length === 1 ? 'the pod that waits' : `${own.length} pods that wait`} for the next try made anew`,
      risk: 'safe',
      steps: own.map(({ namespace, pod }) => ({ op: 'pod.delete', cluster, kubectl: kubectlOf(cluster), namespace, pod })),
    }
  })
}
