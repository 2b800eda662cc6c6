import type { Look } from '../../model/observation.ts'
import type { Owner } from '../owner.ts'
import type { WritePorts } from '../ports.ts'

/** What a probe works with. */
export interface ProbeTools {
  readonly ports: WritePorts
  /** Looks at the world as it is now: nothing that was seen before the probe answers for it. */
  readonly look: Look
  /** Ends the probe; what it made is taken away all the same. */
  readonly signal: AbortSignal
  readonly owner: Owner
  readonly isAlive: (pid: number) => boolean
  /** `pods` runs a pod on every node, `cri` only pulls, through each node's CRI: the API need not be there. */
  readonly by: 'pods' | 'cri'
  /** Told of each step as it is made, for whoever watches. */
  readonly tell: (step: ProbeStep) => void
}

export interface ProbeStep {
  readonly cluster: string
  readonly node?: string
  readonly text: string
}

/** How long a node may take from its pod to its end. */
export const nodeLimitMs = 25_000
