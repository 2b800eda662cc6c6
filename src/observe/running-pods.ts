import { withoutTag } from '../model/image-name.ts'
import type { RunningContainer, RunningPod } from '../model/observation.ts'
import { kubeList } from './kube-list.ts'
import { defineObservation } from './observe.ts'
import { containersOf, type PodSpec } from './pods.ts'
import { ownerOf } from './waiting-pods.ts'

interface Ended {
  readonly reason?: string
}

interface ContainerStatus {
  readonly name?: string
  readonly imageID?: string
  readonly state?: {
    readonly running?: { readonly startedAt?: string }
    readonly waiting?: Ended
    readonly terminated?: Ended & { readonly startedAt?: string }
  }
  readonly lastState?: { readonly terminated?: Ended }
}

interface Pod {
  readonly metadata?: Parameters<typeof ownerOf>[0] & {
    readonly namespace?: string
    readonly name?: string
    readonly creationTimestamp?: string
    readonly deletionTimestamp?: string
  }
  readonly spec?: PodSpec
  readonly status?: {
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[]
  }
}

export const kubePodsOfRepository = defineObservation('kube.podsOfRepository', async (ports, query) => {
  const { status, items } = await kubeList(ports, query, '/api/v1/pods', (pod: Pod) => runningPod(pod, query.repository))
  return { status, pods: items }
})

function runningPod({ metadata = {}, spec = {}, status = {} }: Pod, repository: string): RunningPod[] {
  const isMeant = (image: string): boolean => withoutTag(image) === repository || withoutTag(image).endsWith(`/${repository}`)
  const containers = containersOf(spec).filter((one) => isMeant(one.image))
  if (containers.length === 0) return []
  const lists = { init: status.initContainerStatuses, container: status.containerStatuses, ephemeral: status.ephemeralContainerStatuses }
  const owner = ownerOf(metadata)
  const { 'pod-template-hash': template, 'controller-revision-hash': controller } = metadata.labels ?? {}
  const revision = template ?? controller
  return [
    {
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      ...(spec.nodeName && { node: spec.nodeName }),
      ...(owner !== undefined && { owner }),
      ...(revision !== undefined && { revision }),
      createdAt: metadata.creationTimestamp ?? '',
      ...(metadata.deletionTimestamp !== undefined && { deleting: true as const }),
      containers: containers.map((one) => ({ ...one, ...stateOf(lists[one.kind]?.find(({ name }) => name === one.name)) })),
    },
  ]
}

function stateOf({ imageID = '', state = {}, lastState = {} }: ContainerStatus = {}): Omit<RunningContainer, 'name' | 'kind' | 'image'> {
  const { running, waiting, terminated } = state
  const startedAt = (running ?? terminated)?.startedAt
  const reason = (waiting ?? terminated)?.reason
  const restartReason = lastState.terminated?.reason
  return {
    imageId: imageID,
    state: running ? 'running' : waiting ? 'waiting' : terminated ? 'terminated' : 'unknown',
    ...(reason !== undefined && { reason }),
    ...(startedAt && { startedAt }),
    ...(restartReason !== undefined && { restartReason }),
  }
}
