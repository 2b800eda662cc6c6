import type { PullEvent, WaitingContainer, WaitingPod } from '../model/observation.ts'
import { kubeList } from './kube-list.ts'
import { defineObservation } from './observe.ts'
import { podFacts } from './pods.ts'

interface ContainerStatus {
  readonly name?: string
  readonly image?: string
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } }
}

interface Pod {
  readonly metadata?: {
    readonly namespace?: string
    readonly name?: string
    readonly uid?: string
    readonly labels?: { readonly [name: string]: string }
    readonly ownerReferences?: readonly { readonly kind?: string; readonly name?: string; readonly controller?: boolean }[]
  }
  readonly spec?: {
    readonly nodeName?: string
    readonly imagePullSecrets?: readonly unknown[]
    readonly [list: string]: unknown
  }
  readonly status?: { readonly [list: string]: unknown }
}

const kinds = [
  ['init', 'initContainers', 'initContainerStatuses'],
  ['container', 'containers', 'containerStatuses'],
  ['ephemeral', 'ephemeralContainers', 'ephemeralContainerStatuses'],
] as const

export const kubeWaitingPods = defineObservation('kube.waitingPods', async (ports, query) => {
  const { status, items } = await kubeList(ports, query, '/api/v1/pods', waitingPod)
  return { status, pods: items }
})

function waitingPod(pod: Pod): WaitingPod[] {
  const { metadata = {}, spec = {}, status = {} } = pod
  const containers = kinds.flatMap(([kind, specs, statuses]) =>
    ((status[statuses] ?? []) as readonly ContainerStatus[]).flatMap((one) => waitingContainer(one, kind, spec[specs])),
  )
  if (containers.length === 0) return []
  const owner = ownerOf(metadata)
  return [
    {
      ...podFacts(pod),
      uid: metadata.uid ?? '',
      ...(owner !== undefined && { owner }),
      containers,
    },
  ]
}

/** As kubectl takes them. */
const shortKinds: { readonly [kind: string]: string } = { Deployment: 'deploy', ReplicaSet: 'rs', StatefulSet: 'sts', DaemonSet: 'ds' }

/** What the pod belongs to, `deploy/app`; a ReplicaSet of a Deployment is named after it and the hash of its template (pkg/controller/deployment). */
export function ownerOf({ ownerReferences = [], labels = {} }: NonNullable<Pod['metadata']>): string | undefined {
  const { kind, name = '' } = ownerReferences.find((one) => one.controller) ?? ownerReferences[0] ?? {}
  if (kind === undefined) return undefined
  const hash = `-${labels['pod-template-hash']}`
  if (kind === 'ReplicaSet' && name.endsWith(hash)) return `deploy/${name.slice(0, -hash.length)}`
  return `${shortKinds[kind] ?? kind.toLowerCase()}/${name}`
}

function waitingContainer(
  { name = '', image = '', state }: ContainerStatus,
  kind: WaitingContainer['kind'],
  specs: unknown,
): WaitingContainer[] {
  if (!state?.waiting) return []
  const spec = ((specs ?? []) as readonly { name?: string; image?: string; imagePullPolicy?: string }[]).find((one) => one.name === name)
  const { reason = '', message } = state.waiting
  return [
    {
      name,
      kind,
      // The status can hold a name that the runtime made of it.
      image: spec?.image ?? image,
      ...(spec?.imagePullPolicy !== undefined && { pullPolicy: spec.imagePullPolicy }),
      reason,
      ...(message !== undefined && { message }),
    },
  ]
}

interface Event {
  readonly involvedObject?: { readonly namespace?: string; readonly name?: string; readonly uid?: string; readonly fieldPath?: string }
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly firstTimestamp?: string | null
}

/** Source: Kubernetes v1.34.4, pkg/kubelet/events/event.go. */
const reasons = [
  'Pulling',
  'Pulled',
  'Failed',
  'BackOff',
  'InspectFailed',
  'ErrImageNeverPull',
  'NetworkNotReady',
  'FailedToRetrieveImagePullSecret',
]

export const kubePullEvents = defineObservation('kube.pullEvents', async (ports, query) => {
  const path = `/api/v1/events?fieldSelector=${encodeURIComponent('involvedObject.kind=Pod')}`
  const { status, items } = await kubeList(ports, query, path, pullEvent)
  const events = items.filter((one) => query.uids.includes(one.uid))
  return { status, events }
})

function pullEvent({ involvedObject = {}, reason = '', message = '', ...event }: Event): PullEvent[] {
  if (!reasons.includes(reason)) return []
  const { count, series, lastTimestamp, eventTime, firstTimestamp } = event
  const container = /\{(.+)\}/.exec(involvedObject.fieldPath ?? '')?.[1]
  return [
    {
      namespace: involvedObject.namespace ?? '',
      pod: involvedObject.name ?? '',
      uid: involvedObject.uid ?? '',
      ...(container !== undefined && { container }),
      reason,
      message,
      since: firstTimestamp ?? eventTime ?? '',
      at: series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp ?? '',
      count: series?.count ?? count ?? 1,
    },
  ]
}
