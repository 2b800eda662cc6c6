import type { Workload, WorkloadResource } from '../model/observation.ts'
import { kubeList } from './kube-list.ts'
import { defineObservation } from './observe.ts'
import { containersOf, listPath, type PodSpec } from './pods.ts'
import { ownerOf } from './waiting-pods.ts'

interface Template {
  readonly spec?: PlacedSpec
}

interface PlacedSpec extends PodSpec {
  readonly nodeSelector?: { readonly [label: string]: string }
  readonly affinity?: { readonly nodeAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: unknown } }
}

/** An object of any of these kinds: of a pod, `spec` is the pod's own. */
interface Item {
  readonly metadata?: Parameters<typeof ownerOf>[0] & { readonly namespace?: string; readonly deletionTimestamp?: string }
  readonly spec?: PlacedSpec & {
    readonly replicas?: number
    readonly template?: Template
    readonly jobTemplate?: { readonly spec?: { readonly template?: Template } }
  }
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly { readonly type?: string; readonly status?: string }[]
  }
}

export const kubeWorkloads = defineObservation('kube.workloads', async (ports, query) => {
  const { status, items } = await kubeList(ports, query, listPath(query.resource), (item: Item) =>
    isOver(item) || isOfAnother(item, query.resource) ? [] : [workloadOf(item, query.resource)],
  )
  return { status, workloads: items }
})

/** Pulls no image any more. */
const isOver = ({ metadata, status = {} }: Item): boolean =>
  metadata?.deletionTimestamp !== undefined ||
  status.phase === 'Succeeded' ||
  status.phase === 'Failed' ||
  (status.conditions ?? []).some((one) => (one.type === 'Complete' || one.type === 'Failed') && one.status === 'True')

/** Pods and jobs are made by others, which tell of them, but for pods of kinds that are not listed. */
function isOfAnother({ metadata = {} }: Item, resource: WorkloadResource): boolean {
  if (resource !== 'pods' && resource !== 'jobs') return false
  return /^(?:deploy|sts|ds|job|cronjob|node)\//.test(ownerOf(metadata) ?? '')
}

function workloadOf({ metadata = {}, spec = {} }: Item, resource: WorkloadResource): Workload {
  const pod = resource === 'pods' ? spec : ((resource === 'cronjobs' ? spec.jobTemplate?.spec : spec)?.template?.spec ?? {})
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    ...(typeof spec.replicas === 'number' && { replicas: spec.replicas }),
    ...(resource === 'pods' && pod.nodeName ? { node: pod.nodeName } : isPinned(pod) && { pinned: true as const }),
    containers: containersOf(pod),
  }
}

/** Labels that every node has. */
const ofEveryNode = ['kubernetes.io/os', 'kubernetes.io/arch']

const isPinned = ({ nodeName, nodeSelector = {}, affinity }: PlacedSpec): boolean =>
  Boolean(nodeName) ||
  Object.keys(nodeSelector).some((label) => !ofEveryNode.includes(label)) ||
  affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined
