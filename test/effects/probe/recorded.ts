import { readFileSync } from 'node:fs'
import { startProgress, withEvent, withPod, type PodProgress } from '../../../src/effects/probe/progress.ts'
import type { KubeChange } from '../../../src/ports/write/kube.ts'

/** A line of fixtures/probe: a pod or an event as the API told of it, at so many milliseconds. */
export interface RecordedChange extends KubeChange {
  readonly of: 'pods' | 'events'
  readonly at: number
}

/** What the API told of a pod of a probe, by its file in fixtures/probe. */
export const recorded = (name: string): RecordedChange[] =>
  readFileSync(new URL(`../../../fixtures/probe/${name}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedChange)

/** How far a pod has come by what the API told of it. */
export const followed = (changes: readonly RecordedChange[], containers = 1): PodProgress =>
  changes.reduce<PodProgress>(
    (progress, change) => (change.of === 'pods' ? withPod : withEvent)(progress, change, change.at),
    startProgress(containers),
  )
