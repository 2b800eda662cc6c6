import type { Symptom } from './overview.ts'
import { count } from './text.ts'

/** Pods of one owner that wait for one image in the same way. */
export interface PodGroup {
  readonly first: Symptom
  readonly all: readonly Symptom[]
  /** Whether another group differs from it by the container alone. */
  readonly byContainer: boolean
}

/** Groups pods that a person would name in one breath, in the order of their first ones. */
export function podGroups(symptoms: readonly Symptom[]): PodGroup[] {
  const groups = new Map<string, [Symptom, ...Symptom[]]>()
  for (const symptom of symptoms) {
    const key = JSON.stringify([alike(symptom), symptom.container])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [symptom])
    else group.push(symptom)
  }
  const all = [...groups.values()]
  const times = tally(all.map(([first]) => alike(first)))
  return all.map((group) => ({ first: group[0], all: group, byContainer: times.get(alike(group[0]))! > 1 }))
}

/** A pod goes to and fro between these two, with every try of the kubelet. */
const tries: readonly string[] = ['ErrImagePull', 'ImagePullBackOff']

const alike = ({ cluster, namespace, owner, pod, image, reason, state }: Symptom): string =>
  JSON.stringify([cluster, namespace, owner ?? pod, image, tries.includes(reason) ? tries : reason, state])

function tally(keys: readonly string[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const key of keys) times.set(key, (times.get(key) ?? 0) + 1)
  return times
}

/** How many pods that are: a pod can wait for the images of several containers. */
export const podCount = (symptoms: readonly Symptom[]): number =>
  new Set(symptoms.map(({ cluster, namespace, pod }) => JSON.stringify([cluster, namespace, pod]))).size

/** A group in a line: `3 pods of deploy/app in default: ImagePullBackOff (localhost:5001/app:1)`. */
export function podText({ first, all, byContainer }: PodGroup, severalClusters: boolean): string {
  const { namespace, pod, owner, node, image, container, cluster } = first
  const pods = podCount(all)
  const at = node === '' ? '' : ` on ${node}`
  const who = pods > 1 ? `${count(pods, 'pod')} of ${owner} in ${namespace}` : `pod ${namespace}/${pod}${at}`
  const what = byContainer ? `${image}, container ${container}` : image
  const reasons = [...new Set(all.map(({ reason }) => reason))].sort().join(', ')
  return `${who}${severalClusters ? ` of cluster ${cluster}` : ''}: ${reasons}${beyond(first)} (${what})`
}

/** What the kubelet's word does not tell, where no explanation does. */
function beyond({ reason, state, explanation }: Symptom): string {
  if (explanation !== undefined) return ''
  if (reason === 'Pulling') return ', and no outcome yet'
  return { current: '', stale: ', though it can be had now', intermittent: ', which comes and goes' }[state]
}

/** Symptoms without a root cause, by what a reader has to do about them. */
export interface Unexplained {
  /** Of a local registry, and nobody could ask why. */
  readonly unasked: readonly Symptom[]
  /** Over already: the pod only waits for its next try. */
  readonly stale: readonly Symptom[]
  /** Not of a local registry. */
  readonly elsewhere: readonly Symptom[]
}

/** What kinds of them there are. */
export function unexplainedKinds(symptoms: readonly Symptom[]): Unexplained {
  const kindOf = ({ state, registry }: Symptom): keyof Unexplained =>
    state === 'stale' ? 'stale' : registry === null ? 'elsewhere' : 'unasked'
  const of = (kind: keyof Unexplained): Symptom[] => symptoms.filter((one) => kindOf(one) === kind)
  return { unasked: of('unasked'), stale: of('stale'), elsewhere: of('elsewhere') }
}

/** What a group's explanation says, and apart from it the commands of its pods, which have to be pasted as they are. */
export function explained({ all }: PodGroup): { readonly told: string; readonly commands: readonly string[] } {
  // The kubelet tries each pod at a time of its own: what is said of the last of them is true of all.
  const inOrder = all.toSorted((a, b) => ((a.backOffUntil ?? 'z') < (b.backOffUntil ?? 'z') ? -1 : 1))
  const texts = inOrder.flatMap(({ explanation }) => explanation ?? [])
  const last = texts.at(-1) ?? ''
  return {
    told: new Set(texts).size > 1 ? `${last} (the last of them)` : last,
    commands: [...new Set(inOrder.flatMap(({ command }) => command ?? []))],
  }
}
