import type { Symptom } from '../overview.ts'
import { count } from '../text.ts'
import { labelColumns, labelled, marked, type Style } from './style.ts'

/** One line per group of pods that fail in the same way: `3 pods of deploy/app in default: ImagePullBackOff (localhost:5001/app:1)`. */
export function symptomLines(symptoms: readonly Symptom[], style: Style): string[] {
  return groups(symptoms).map((group) => style.line(describe(group, style)))
}

/** Pods that no finding explains: with what the kubelet says of them. */
export function otherSymptoms(symptoms: readonly Symptom[], style: Style): string[] {
  return groups(symptoms).flatMap((group) => [
    ...marked(style, 'warning', `${describe(group, style)}; none of the findings explains it`, (line) => line),
    ...labelled(style, 'kubelet', style.prose(group[0].message, style.columns - labelColumns)),
  ])
}

type Group = readonly [Symptom, ...Symptom[]]

function groups(symptoms: readonly Symptom[]): Group[] {
  const byKey = new Map<string, [Symptom, ...Symptom[]]>()
  for (const symptom of symptoms) {
    const { cluster, namespace, owner, pod, container, image, reason, state } = symptom
    const key = JSON.stringify([cluster, namespace, owner ?? pod, container, image, reason, state])
    const group = byKey.get(key)
    if (group === undefined) byKey.set(key, [symptom])
    else group.push(symptom)
  }
  return [...byKey.values()]
}

const stateNotes = { current: '', stale: ' (an old event)', intermittent: ' (comes and goes)' } as const

function describe(group: Group, style: Style): string {
  const [first] = group
  const pods = new Set(group.map(({ pod }) => pod)).size
  const where = style.severalClusters ? ` of cluster ${first.cluster}` : ''
  const who =
    pods > 1
      ? `${count(pods, 'pod')} of ${first.owner} in ${first.namespace}${where}`
      : `pod ${first.namespace}/${first.pod} on ${first.node}${where}`
  return `${who}: ${first.reason} (${first.image})${stateNotes[first.state]}`
}
