import type { KubeChange } from '../../ports/write/kube.ts'
import { containerName } from './pod.ts'

/** How far a container of a probe has come; times are milliseconds on the clock of whoever watched. */
export interface ContainerProgress {
  readonly pullingAt?: number
  readonly pulledAt?: number
  /** Milliseconds that the kubelet says that the pull took. */
  readonly pullMs?: number
  readonly startedAt?: number
  readonly exitedAt?: number
  readonly exitCode?: number
  /** What ended it before it ran, or as it ran, in the kubelet's words. */
  readonly failure?: { readonly reason: string; readonly message: string }
}

/** How far a pod of a probe has come. */
export interface PodProgress {
  readonly containers: readonly ContainerProgress[]
  readonly uid?: string
  /** The kubelet has begun with it: nobody else tells of its containers. */
  readonly isTaken?: true
  /** Why the kubelet does not take the pod, or ended it. */
  readonly rejected?: { readonly reason: string; readonly message: string }
}

export const startProgress = (containers: number): PodProgress => ({ containers: Array.from({ length: containers }, () => ({})) })

/** Nothing more is to come of this container. */
export const isDecided = ({ exitedAt, failure }: ContainerProgress): boolean => exitedAt !== undefined || failure !== undefined

/** Nothing more is to come of this pod. */
export const isOver = ({ containers, rejected }: PodProgress): boolean => rejected !== undefined || containers.every(isDecided)

/** The kubelet has told all there is of this pod. */
export const isTold = ({ containers, rejected }: PodProgress): boolean =>
  rejected !== undefined || containers.every((one) => one.failure !== undefined || (one.pulledAt !== undefined && one.pullMs !== undefined))

interface Pod {
  readonly metadata?: { readonly uid?: string }
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

interface ContainerStatus {
  readonly name?: string
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly running?: object
    readonly terminated?: { readonly exitCode?: number; readonly reason?: string; readonly message?: string }
  }
}

/** A pod as the API now has it. */
export function withPod(progress: PodProgress, { object, type }: KubeChange, at: number): PodProgress {
  const { metadata, status = {} } = object as unknown as Pod
  const known: PodProgress = {
    ...progress,
    ...(metadata?.uid !== undefined && { uid: metadata.uid }),
    ...(status.containerStatuses && { isTaken: true }),
    containers: progress.containers.map((one, nth) => {
      const found = status.containerStatuses?.find(({ name }) => name === containerName(nth))
      return found ? withStatus(one, found, at) : one
    }),
  }
  const { phase, reason, message = '' } = status
  if (type === 'DELETED' && !isOver(known))
    return { ...known, rejected: { reason: 'Deleted', message: 'the pod was removed by someone else' } }
  // Evicted, OutOfpods, DeadlineExceeded: without a reason it is the containers that failed. What it says of them then is
  // how they were ended.
  return phase === 'Failed' && reason !== undefined && !isOver(progress) ? { ...known, rejected: { reason, message } } : known
}

/** Source: Kubernetes v1.34.4, pkg/kubelet/kuberuntime/kuberuntime_manager.go and kuberuntime_container.go. */
const failsToStart = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError', 'ContainerCannotRun']
/** Source: Kubernetes v1.34.4, pkg/kubelet/images/types.go. */
const failsToPull = [
  'ErrImagePull',
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]

/** Whether the image got onto the node, as far as is known. */
export const hasImage = ({ pulledAt, startedAt, exitedAt, failure }: ContainerProgress): boolean =>
  (pulledAt ?? startedAt ?? exitedAt) !== undefined || (failure !== undefined && failsToStart.includes(failure.reason))

function withStatus(one: ContainerProgress, { state = {} }: ContainerStatus, at: number): ContainerProgress {
  // That a later try works does not take back that this one failed.
  if (isDecided(one)) return one
  const { waiting, running, terminated } = state
  if (terminated) {
    const { exitCode = -1, reason = '', message = '' } = terminated
    const exited = { ...one, exitedAt: at, exitCode }
    if (exitCode === 0) return { ...exited, startedAt: one.startedAt ?? at }
    return { ...exited, failure: { reason, message: message || `it ended with ${exitCode}` } }
  }
  if (running) return { ...one, startedAt: one.startedAt ?? at }
  const { reason = '', message = '' } = waiting ?? {}
  // Of a back-off before Kubernetes 1.32 only the event tells the cause.
  const hasCause = message !== '' && !/^Back-off pulling image "[^"]*"$/.test(message)
  if ((failsToStart.includes(reason) || failsToPull.includes(reason)) && hasCause) return { ...one, failure: { reason, message } }
  return one
}

interface Event {
  readonly reason?: string
  readonly message?: string
  readonly involvedObject?: { readonly fieldPath?: string }
}

/** The index of the container that an event is about; null where it is about another thing. */
function containerOf(event: Event, { containers }: PodProgress): number | null {
  const name = /^spec\.containers\{(.+)\}$/.exec(event.involvedObject?.fieldPath ?? '')?.[1]
  const nth = containers.findIndex((_, index) => containerName(index) === name)
  return nth < 0 ? null : nth
}

/** What the kubelet told of a pod. */
export function withEvent(progress: PodProgress, { object }: KubeChange, at: number): PodProgress {
  const event = object as unknown as Event
  const nth = containerOf(event, progress)
  if (nth === null) return progress
  const containers = progress.containers.map((one, index) => (index === nth ? { ...one, ...told(one, event, at) } : one))
  return { ...progress, containers }
}

function told(one: ContainerProgress, { reason, message = '' }: Event, at: number): Partial<ContainerProgress> {
  if (one.failure && !hasImage(one)) return {}
  if (reason === 'Pulling') return { pullingAt: one.pullingAt ?? at }
  if (reason === 'Pulled') {
    const ms = millisecondsIn(message)
    return { pulledAt: one.pulledAt ?? at, ...(ms !== undefined && { pullMs: ms }) }
  }
  if (reason === 'Started') return { startedAt: one.startedAt ?? at }
  if (reason === 'Failed' && message.startsWith('Failed to pull image') && !isDecided(one))
    return { failure: { reason: 'ErrImagePull', message } }
  return {}
}

const units: { readonly [unit: string]: number } = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, µs: 0.001, us: 0.001, ns: 0.000001 }

/** A duration as Go prints it: `1m2.5s`. */
const duration = '((?:[\\d.]+(?:h|ms|m|s|µs|us|ns))+)'
const withWaiting = new RegExp(`\\(${duration} including waiting\\)`)
const pulling = new RegExp(` in ${duration}`)

/** `Successfully pulled image "…" in 45.2ms (51ms including waiting). …`: what the user waits for is the second (pkg/kubelet/images/image_manager.go). */
function millisecondsIn(message: string): number | undefined {
  const text = (withWaiting.exec(message) ?? pulling.exec(message))?.[1]
  if (text === undefined) return undefined
  const parts = [...text.matchAll(/([\d.]+)(h|ms|m|s|µs|us|ns)/g)]
  return Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit!]!, 0))
}
