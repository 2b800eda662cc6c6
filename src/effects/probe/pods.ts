import type { Json } from '../../model/json.ts'
import type { ApiAccess } from '../../model/topology.ts'
import type { KubeAnswer, KubeChange } from '../../ports/write/kube.ts'
import { probePod, serviceAccount, type ProbedImage } from './pod.ts'
import { isOver, isTold, startProgress, withEvent, withPod, type PodProgress } from './progress.ts'
import { settled } from './settled.ts'
import { nodeLimitMs, type ProbeTools } from './tools.ts'

/** A pod of a probe that is to run on a node. */
export interface WantedPod {
  readonly name: string
  readonly node: string
  readonly images: readonly ProbedImage[]
}

/** How late an event may be. */
const lateMs = 700

/** What became of a pod. Times are milliseconds since it was asked for. */
export type RanPod =
  | { readonly kind: 'ran'; readonly progress: PodProgress; readonly isOver: boolean; readonly lastWarning?: string }
  /** The API does not take it: a policy, a quota, rights. */
  | { readonly kind: 'refused'; readonly why: string }

/**
 * Runs pods and watches them to their end, or for as long as a node may take.
 * @returns by name of the pod
 * @throws KubeError where the API cannot be asked
 */
export async function runPods(
  { ports: { kube }, signal, tell }: Pick<ProbeTools, 'ports' | 'signal' | 'tell'>,
  { cluster, way, namespace }: { readonly cluster: string; readonly way: ApiAccess; readonly namespace: string },
  wanted: readonly WantedPod[],
): Promise<Map<string, RanPod>> {
  const base = `/api/v1/namespaces/${namespace}`
  const ran = new Map<string, RanPod>()
  const refused = refusal(await kube.create(way, `${base}/serviceaccounts`, serviceAccount()))
  if (refused !== null) return new Map(wanted.map(({ name }) => [name, { kind: 'refused', why: refused }]))

  const enough = new AbortController()
  const watching = AbortSignal.any([signal, enough.signal, AbortSignal.timeout(nodeLimitMs)])
  const started = performance.now()
  const state = new Map(wanted.map(({ name, node, images }) => [name, { node, progress: startProgress(images.length), lastWarning: '' }]))
  const change = (name: string | undefined, next: (progress: PodProgress, at: number) => PodProgress): void => {
    const known = state.get(name ?? '')
    if (!known) return
    const before = known.progress
    known.progress = next(before, Math.round(performance.now() - started))
    const text = stageOf(known.progress)
    if (text !== stageOf(before)) tell({ cluster, node: known.node, text })
    const all = [...state].flatMap(([pod, one]) => (ran.has(pod) ? [] : [one.progress]))
    if (!all.every(isOver)) return
    // What the kubelet tells of a pull can come after the pod's end.
    if (all.every(isTold)) enough.abort()
    else late ??= setTimeout(() => enough.abort(), lateMs)
  }
  let late: NodeJS.Timeout | undefined
  const onPod = (one: KubeChange): void => change(nameIn(one.object), (progress, at) => withPod(progress, one, at))
  const onEvent = (one: KubeChange): void => {
    const { involvedObject, type, message } = one.object as { involvedObject?: { name?: string }; type?: string; message?: string }
    const known = state.get(involvedObject?.name ?? '')
    if (known && type === 'Warning' && message !== undefined) known.lastWarning = message
    change(involvedObject?.name, (progress, at) => withEvent(progress, one, at))
  }
  const create = async ({ name, node, images }: WantedPod): Promise<void> => {
    const pod = probePod(name, node, images, Math.ceil((2 * nodeLimitMs) / 1000))
    const why = refusal(await kube.create(way, `${base}/pods`, pod))
    if (why !== null) ran.set(name, { kind: 'refused', why })
    change(name, (progress) => progress)
  }
  // Where one of it fails there is nothing to watch for any more.
  const orEnd = async (work: Promise<void>): Promise<void> => {
    try {
      await work
    } catch (error) {
      enough.abort()
      throw error
    }
  }
  const watches = [
    kube.watch(way, `${base}/pods`, onPod, watching),
    // Who may not read events still sees how far pods come.
    kube.watch(way, `${base}/events`, onEvent, watching).catch(() => undefined),
  ]
  await settled([...watches, ...wanted.map(create)].map(orEnd))
  clearTimeout(late)
  signal.throwIfAborted()
  for (const [name, { progress, lastWarning }] of state)
    if (!ran.has(name)) ran.set(name, { kind: 'ran', progress, isOver: isOver(progress), ...(lastWarning !== '' && { lastWarning }) })
  return ran
}

const nameIn = (object: Json): string | undefined => (object as { metadata?: { name?: string } }).metadata?.name

/** Why the API does not take an object; null where it does. */
export function refusal({ status, body }: KubeAnswer): string | null {
  if (status < 300) return null
  const { message } = (body ?? {}) as { message?: string }
  return message ?? `HTTP ${status}`
}

function stageOf({ containers, rejected }: PodProgress): string {
  if (rejected) return `rejected: ${rejected.reason}`
  const failed = containers.find((one) => one.failure)
  if (failed) return failed.failure!.reason
  if (containers.every((one) => one.exitedAt !== undefined)) return 'ran'
  if (containers.some((one) => one.startedAt !== undefined)) return 'started'
  if (containers.some((one) => one.pulledAt !== undefined)) return 'pulled'
  return containers.some((one) => one.pullingAt !== undefined) ? 'pulling' : 'waiting for its node'
}
