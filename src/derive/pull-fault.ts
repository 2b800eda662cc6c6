import { classifyPullError, type ClassifiedPullError } from '../containerd/pull-error/classify.ts'
import { parseImageReference, type ImageReference } from '../containerd/image-reference.ts'
import type { TracedRequest } from '../containerd/traced-resolution.ts'
import { codeOfStatus, type AnswerCode } from '../model/answer-codes.ts'
import type { DiskSpace, Look } from '../model/observation.ts'
import type { PullErrorClass } from '../model/pull-error.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { missingImage, type MissingImage } from './missing-image.ts'
import { nodePull, type NodePull } from './node-pull.ts'
import { contentOf, type Content } from './registry-content.ts'
import { registryPull } from './registry-pulls.ts'
import type { PullSymptom } from './symptoms.ts'
import { orNull, tried } from './tried.ts'

/** A symptom of an image of a local registry. */
export type LocalSymptom = PullSymptom & { readonly registry: Registry }

/** An image of a local registry that a pod wants, or that is asked after without one. */
export interface Sought {
  readonly pod: { readonly node?: string; readonly hasPullSecrets: boolean; readonly namespace?: string; readonly name?: string }
  readonly container: { readonly image: string }
  readonly registry: Registry
  readonly registryHost: string
  /** What the kubelet says, where a pod waits. */
  readonly message?: string
  readonly error?: ClassifiedPullError
}

/** What keeps a pod from its image, as far as asking from its node shows. */
export type PullFault =
  | { readonly code: 'image-name-invalid'; readonly reason: string }
  | { readonly code: 'pull-policy-never' }
  | {
      readonly code: 'image-not-pushed' | 'image-not-in-registry'
      readonly missing: MissingImage
      readonly masked: boolean
      /** Absent where no node was asked. */
      readonly pull?: NodePull
    }
  | { readonly code: 'image-platform-mismatch'; readonly has: readonly string[]; readonly platform: string }
  | { readonly code: 'registry-content-incomplete'; readonly content: Extract<Content, { kind: 'incomplete' }> }
  | { readonly code: 'node-disk-full'; readonly disk: DiskSpace }
  | { readonly code: 'pull-queue-blocked'; readonly behind: PullSymptom }
  | { readonly code: AnswerCode; readonly status: number; readonly endpoint: string; readonly pull: NodePull; readonly times?: string }
  /** The registry was not reached, or failed in a way that has no code of its own: other findings may explain it. */
  | {
      readonly code: 'in-cluster-pull-failed'
      readonly class: PullErrorClass
      readonly text: string
      readonly hides: boolean
      readonly pull?: NodePull
      readonly times?: string
    }

/** What became of a symptom when its image was asked for again. */
export interface Judged {
  readonly state: 'current' | 'stale' | 'intermittent'
  /** Absent where the image can be had now: the pod only waits for its next try, or for its turn. */
  readonly fault?: PullFault
  /** The image from elsewhere that its node pulls first, where that is all that it waits for. */
  readonly behind?: string
}

/**
 * Asks from the node of a pod for its image, and finds what keeps it from it. The kubelet's words decide only what cannot be
 * asked for: a name, a policy, the room on a disk, what a registry says to the pod's own credentials.
 * @param others all symptoms of the cluster: of pulls that hang, one holds up the others
 * @returns null where nothing is wrong: a pull that takes its time, a pod that has no node yet
 * @throws ObservationFailure where the node cannot be asked
 */
export async function pullFault(
  look: Look,
  cluster: Cluster,
  symptom: LocalSymptom,
  others: readonly PullSymptom[],
): Promise<Judged | null> {
  const { pod, container, error, message } = symptom
  const { node } = pod
  const reference = parseImageReference(container.image)
  const current = (fault: PullFault): Judged => ({ state: 'current', fault })
  if ('error' in reference) return current({ code: 'image-name-invalid', reason: reference.reason })
  if (node === undefined) return null
  if (symptom.reason === 'ErrImageNeverPull' || error.class === 'never-pull')
    return neverPulled(look, node, symptom.registryHost, reference)
  if (!cluster.nodes.some((one) => one.name === node && one.running)) return current(failed(message))
  const { cri } = await look('node.runtime', { node })
  // 124: it took too long to tell.
  if (cri && cri.exitCode !== 0 && cri.exitCode !== 124) return current(failed(message))

  const asked: Asked = { look, cluster, symptom, reference, node }
  const pull = await nodePull(look, node, container.image)
  if (pull.outcome !== 'ok') return judgeFailure(asked, pull)
  const kept = (await contentFault(asked, pull)) ?? (error.class === 'disk-full' ? await diskFault(look, node, message) : null)
  if (kept) return current(kept)
  if (symptom.reason === 'Pulling') {
    const behind = pullsInTurn(cluster) ? await hangingBefore(look, symptom, others) : null
    // What comes from elsewhere may just be large.
    return (
      behind &&
      (behind.registry === null ? { state: 'current', behind: behind.container.image } : current({ code: 'pull-queue-blocked', behind }))
    )
  }
  const bad = (await askAgain(look, node, container.image)).filter((one) => one.outcome === 'fails')
  if (bad.length === 0) return { state: 'stale' }
  return { state: 'intermittent', fault: await faultOf(asked, bad[0]!, `${bad.length} of ${tries} tries`) }
}

interface Asked {
  readonly look: Look
  readonly cluster: Cluster
  readonly symptom: Sought
  readonly reference: ImageReference
  readonly node: string
}

const tries = 3

/** Of what fails now and then, one answer tells nothing. */
const askAgain = (look: Look, node: string, image: string): Promise<NodePull[]> =>
  Promise.all(Array.from({ length: tries - 1 }, (_, nth) => nodePull(look, node, image, nth + 1)))

/** What may be over at the next try. */
const passing: readonly PullErrorClass[] = ['server-error', 'rate-limited', 'short-read', 'unknown']

async function judgeFailure(asked: Asked, pull: NodePull): Promise<Judged> {
  const { look, node, symptom } = asked
  const mayPass = pull.outcome === 'fails' && passing.includes(classifyPullError(textOf(asked, pull)).class)
  const good = mayPass ? (await askAgain(look, node, symptom.container.image)).filter((one) => one.outcome === 'ok').length : 0
  return good === 0
    ? { state: 'current', fault: await faultOf(asked, pull) }
    : { state: 'intermittent', fault: await faultOf(asked, pull, `${tries - good} of ${tries} tries`) }
}

const textOf = ({ symptom }: Asked, pull: NodePull): string => pull.text ?? pull.error?.text ?? pull.why ?? symptom.message ?? ''

/** What a pull that failed when it was asked for failed by. */
export async function faultOf(asked: Asked, pull: NodePull, times?: string): Promise<PullFault> {
  const { look, cluster, symptom, reference } = asked
  const often = times === undefined ? {} : { times }
  const text = textOf(asked, pull)
  const asClass = pull.traced?.timedOut ? 'timeout' : classifyPullError(text).class
  const answer = await answerOf(asked, pull)
  // What a registry says to who has no credentials tells nothing of who has.
  const hasCredentials = symptom.pod.hasPullSecrets || pull.outcome === 'unknown'
  const refused = answer?.status === 401 || answer?.status === 403
  if (refused && hasCredentials && symptom.error?.class !== 'unauthorized' && symptom.error?.class !== 'forbidden') {
    if (symptom.error?.class !== 'not-found') return failed(symptom.message ?? text, { pull, ...often })
    return missing(await missingImage(look, cluster, symptom.registry, reference), pull, false)
  }
  const tellsOfAnother = pull.text !== undefined && asClass !== 'not-found' && asClass !== 'unknown'
  if (answer?.status === 404) return missing(await missingImage(look, cluster, symptom.registry, reference), pull, tellsOfAnother)
  const code = answer && codeOfStatus(answer.status)
  if (answer && code) return { code, ...answer, pull, ...often }
  return {
    ...failed(text, { pull, ...often }),
    class: asClass,
    hides: asClass === 'not-found' && answer === null && failsBeforeNotFound(pull),
  }
}

/** Whether the 404 that is reported is not the first thing that went wrong. */
function failsBeforeNotFound({ attempts }: NodePull): boolean {
  const [first] = attempts
  return first !== undefined && 'error' in first.outcome && attempts.some(({ outcome }) => 'status' in outcome && outcome.status === 404)
}

/** What the registry itself answered last to the requests for an image; null where it was not reached. */
async function answerOf(
  { look, cluster, symptom: { registry, registryHost }, node }: Asked,
  pull: NodePull,
): Promise<{ status: number; endpoint: string } | null> {
  const known = await registryPull(look, cluster.name, node, registry, registryHost)
  const isRegistry = ({ request: { endpoint }, byRegistry }: TracedRequest): boolean =>
    known.isOwn(endpoint) ||
    (known.reaches && byRegistry !== false && known.pull.attempts.some((one) => one.request.endpoint.url === endpoint.url))
  const answered = pull.attempts.flatMap((one) =>
    'status' in one.outcome && isRegistry(one) ? [{ status: one.outcome.status, endpoint: one.request.endpoint.host }] : [],
  )
  return answered.at(-1) ?? null
}

const missing = (found: MissingImage, pull: NodePull, masked: boolean): PullFault => ({
  code: found.built === undefined ? 'image-not-in-registry' : 'image-not-pushed',
  missing: found,
  masked,
  pull,
})

const failed = (text: string, more: { pull?: NodePull; times?: string } = {}): Extract<PullFault, { code: 'in-cluster-pull-failed' }> => ({
  code: 'in-cluster-pull-failed',
  class: classifyPullError(text).class,
  text,
  hides: false,
  ...more,
})

/** It is no fault any more once the image is on the node. */
async function neverPulled(look: Look, node: string, registryHost: string, image: ImageReference): Promise<Judged> {
  const held = await orNull(look('node.images', { node, registryHost }))
  const isThere = held?.images.some((one) => one.name === image.canonical)
  return isThere ? { state: 'stale' } : { state: 'current', fault: { code: 'pull-policy-never' } }
}

async function contentFault({ look, cluster, symptom, reference, node }: Asked, { traced }: NodePull): Promise<PullFault | null> {
  const platform = cluster.platform[node] ?? null
  const content = await contentOf(look, symptom.registry, reference.repository, traced?.stdout ?? '', platform)
  if (content.kind === 'no-platform') return { code: 'image-platform-mismatch', has: content.has, platform: platform! }
  return content.kind === 'incomplete' ? { code: 'registry-content-incomplete', content } : null
}

/** Less room than this is none: what the kubelet tells of came with the last write. */
const littleKiB = 64

async function diskFault(look: Look, node: string, message: string): Promise<PullFault | null> {
  const path = /(\/[^\s:"]+): no space left on device/.exec(message)?.[1] ?? '/var/lib/containerd'
  const disk = await orNull(look('node.disk', { node, path }))
  const isFull = disk !== null && (disk.availableKiB < littleKiB || disk.freeInodes === 0)
  return isFull ? { code: 'node-disk-full', disk } : null
}

/** The kubelet pulls one image at a time by default; that of k3s does not (k3s, pkg/daemons/agent/agent_linux.go). */
const pullsInTurn = ({ provider }: Cluster): boolean => provider !== 'k3d'

/** Of the pulls of a node that have no outcome, one whose image cannot be had now: the kubelet pulls one at a time by default. */
async function hangingBefore(look: Look, symptom: PullSymptom, others: readonly PullSymptom[]): Promise<PullSymptom | null> {
  const { node } = symptom.pod
  const before = others.filter(
    (one) => one.reason === 'Pulling' && one.pod.node === node && one.container.image !== symptom.container.image,
  )
  for (const other of before) {
    if (other.registry === null) continue
    const pull = await tried(nodePull(look, node!, other.container.image))
    if (pull.ok && pull.answer.outcome !== 'ok') return other
  }
  // Of what is elsewhere nothing is asked: that it has no outcome either is all that is known.
  return before.find((one) => one.registry === null) ?? null
}
