import { classifyPullError, type ClassifiedPullError } from '../containerd/pull-error/classify.ts'
import { parseImageReference } from '../containerd/image-reference.ts'
import type { Look, PullEvent, WaitingContainer, WaitingPod } from '../model/observation.ts'
import { isProbeNamespace } from '../model/probe.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { pullEvents, waitingPods } from './pods.ts'
import { registryHostsOf } from './registry-pulls.ts'
import { tried } from './tried.ts'

/** A container of a pod whose image is not there, with what the kubelet says of it. */
export interface PullSymptom {
  readonly pod: WaitingPod
  readonly container: WaitingContainer
  /** The kubelet's word, or `Pulling` for a pull that neither succeeds nor fails. */
  readonly reason: string
  /** The kubelet's text of the cause, from the container's state or from its last event; its state's text where none is known. */
  readonly message: string
  readonly error: ClassifiedPullError
  /** The local registry whose images have this name; null for an image from elsewhere. */
  readonly registry: Registry | null
  readonly registryHost: string
  /** The time until which the kubelet does not try again, where its events tell. */
  readonly backOffUntil?: string
}

/** Source: Kubernetes v1.34.4, pkg/kubelet/images/types.go. */
const failedReasons = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]
const hangsAfterMs = 30_000

/**
 * The containers of a cluster that cannot get their image, or whose pull has had no outcome for 30 seconds. Nothing is
 * asked but the API.
 * @throws ObservationFailure where the API cannot be asked, or refuses to list pods
 */
export function pullSymptoms(look: Look, cluster: Cluster, registries: readonly Registry[]): Promise<PullSymptom[]> {
  return look.once(`pullSymptoms ${cluster.name}`, async () => {
    // What a probe comes to is told by the probe.
    const pods = (await waitingPods(look, cluster)).filter((one) => !isProbeNamespace(one.namespace))
    if (pods.length === 0) return []
    const [asked, { now }] = await Promise.all([tried(pullEvents(look, cluster, pods)), look('clock', {})])
    // Who may not read events still has the words of the container's state.
    const events = asked.ok ? asked.answer : []
    return pods.flatMap((pod) =>
      pod.containers.flatMap((container) => {
        const seen = seenOf(container, eventsOf(events, pod, container), Date.parse(now))
        return seen
          ? [{ pod, container, ...seen, error: classifyPullError(seen.message), ...registryOf(cluster, registries, container) }]
          : []
      }),
    )
  })
}

const eventsOf = (events: readonly PullEvent[], pod: WaitingPod, { name }: WaitingContainer): PullEvent[] =>
  events
    .filter((one) => one.uid === pod.uid && (one.container === undefined || one.container === name))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))

const isPullFailure = ({ reason, message }: PullEvent): boolean => reason === 'Failed' && message.startsWith('Failed to pull image')

function seenOf(
  container: WaitingContainer,
  events: readonly PullEvent[],
  now: number,
): Pick<PullSymptom, 'reason' | 'message' | 'backOffUntil'> | null {
  if (failedReasons.includes(container.reason)) {
    const until = backOffUntil(events.filter(isPullFailure))
    return { reason: container.reason, message: messageOf(container, events), ...(until !== undefined && { backOffUntil: until }) }
  }
  const last = events.findLast((one) => one.reason === 'Pulling' || one.reason === 'Pulled' || isPullFailure(one))
  const hangs = last?.reason === 'Pulling' && now - Date.parse(last.at) > hangsAfterMs
  return hangs ? { reason: 'Pulling', message: `${last.message} since ${last.at}, and no outcome yet` } : null
}

/** Since Kubernetes 1.32 the state tells the cause; before, only the events do, as long as they are kept. */
function messageOf({ message = '', reason }: WaitingContainer, events: readonly PullEvent[]): string {
  if (message !== '' && !/^Back-off pulling image "[^"]*"$/.test(message)) return message
  const failed =
    events.findLast(isPullFailure) ?? events.findLast(({ reason: why }) => why === 'InspectFailed' || why === 'ErrImageNeverPull')
  return failed?.message ?? (message || reason)
}

/** The kubelet waits 10 s after the first failure, then twice as long each time, 300 s at most (v1.34.4, pkg/kubelet/kubelet.go). */
function backOffUntil(failures: readonly PullEvent[]): string | undefined {
  const last = failures.at(-1)
  if (last === undefined || Number.isNaN(Date.parse(last.at))) return undefined
  const times = failures.reduce((sum, one) => sum + one.count, 0)
  const seconds = Math.min(10 * 2 ** Math.min(times - 1, 10), 300)
  return new Date(Date.parse(last.at) + seconds * 1000).toISOString()
}

/** The registry host of an image; of a name that is none what stands in its place: with `http://` in front, or capitals behind. */
export function registryHostNamed(image: string): string {
  const reference = parseImageReference(image)
  return 'error' in reference
    ? image
        .trim()
        .replace(/^https?:\/\//, '')
        .split('/', 1)[0]!
    : reference.registryHost
}

function registryOf(
  { name }: Cluster,
  registries: readonly Registry[],
  { image }: WaitingContainer,
): Pick<PullSymptom, 'registry' | 'registryHost'> {
  const registryHost = registryHostNamed(image)
  const registry = registries.find((one) => one.role === 'registry' && registryHostsOf(one, name).includes(registryHost)) ?? null
  return { registry, registryHost }
}
