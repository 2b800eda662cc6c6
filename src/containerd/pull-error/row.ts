import type { PullErrorClass } from '../../model/pull-error.ts'

/** One text by which a class of error is known. */
export interface PullErrorRow {
  readonly pattern: RegExp
  readonly class: PullErrorClass
  /** Where the text comes from: project, file and version, or a thread in which it stands. */
  readonly source: string
}

/** Several programs word the same thing each in its own way. */
export const rows = (one: PullErrorClass, ...patterns: readonly (readonly [pattern: RegExp, source: string])[]): readonly PullErrorRow[] =>
  patterns.map(([pattern, source]) => ({ pattern, class: one, source }))
