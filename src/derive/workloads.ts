import { ObservationFailure, workloadResources, type Look, type Workload, type WorkloadResource } from '../model/observation.ts'
import type { Cluster, PodsMeant } from '../model/topology.ts'
import { firstWay } from './kube.ts'
import { tried } from './tried.ts'

/** A workload and what kubectl calls it: `deploy/app`. */
export interface NamedWorkload extends Workload {
  readonly owner: string
}

export interface Workloads {
  readonly workloads: readonly NamedWorkload[]
  /** Why others could not be listed. */
  readonly unlisted: readonly { readonly resource: WorkloadResource; readonly code: string; readonly reason: string }[]
}

const kubectlKinds: { readonly [R in WorkloadResource]: string } = {
  deployments: 'deploy',
  statefulsets: 'sts',
  daemonsets: 'ds',
  jobs: 'job',
  cronjobs: 'cronjob',
  pods: 'pod',
}

/** Everything in a cluster that pulls images or will, as far as the user asked after it. */
export async function workloadsOf(look: Look, cluster: Cluster): Promise<Workloads> {
  const asked = await Promise.all(
    workloadResources.map(async (resource) => ({ resource, listed: await tried(listOf(look, cluster, resource)) })),
  )
  return {
    workloads: asked.flatMap(({ resource, listed }) =>
      listed.ok
        ? listed.answer.map((one) => ({ ...one, owner: `${kubectlKinds[resource]}/${one.name}` })).filter(isMeant(cluster.podsMeant))
        : [],
    ),
    unlisted: asked.flatMap(({ resource, listed }) => (listed.ok ? [] : [{ resource, code: listed.code, reason: listed.reason }])),
  }
}

async function listOf(look: Look, { api, contextProblem }: Cluster, resource: WorkloadResource): Promise<readonly Workload[]> {
  const { status, workloads } = await firstWay(api, contextProblem, (way) => look.try('kube.workloads', { ...way, resource }))
  // An API without this kind has none of it.
  if (status === 200 || status === 404) return workloads
  const code = status === 401 || status === 403 ? 'kube-forbidden' : 'kube-error'
  throw new ObservationFailure('kube.workloads', code, `list ${resource}: HTTP ${status}`)
}

const isMeant =
  ({ namespace, pod, owner }: PodsMeant = {}) =>
  (one: NamedWorkload): boolean =>
    (namespace === undefined || one.namespace === namespace) &&
    (pod === undefined || one.owner === `pod/${pod}`) &&
    (owner === undefined || one.owner === owner)
