import type { GoError } from '../containerd/attempt.ts'
import type { TracedRequest, TracedResolution } from '../containerd/traced-resolution.ts'
import type { CommandOutcome } from '../model/observation.ts'

/** What asking for an image came to. */
export interface PullOutcome {
  readonly attempts: readonly TracedRequest[]
  readonly outcome: 'ok' | 'fails' | 'unknown'
  /** containerd's own error, where it fails. */
  readonly error?: GoError
  /** Why it cannot be told, where it is unknown. */
  readonly why?: string
  /** Plan and trace say different things: a fault of this tool. The trace is what is reported. */
  readonly difference?: TracedResolution['difference']
  /** What the trace was, where there is one. */
  readonly traced?: CommandOutcome
}
