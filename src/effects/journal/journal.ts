import type { Step } from '../../model/finding.ts'
import type { Json } from '../../model/json.ts'

/** What a run of `fix` or `setup` intends to change, before it does, and what came of it. */
export interface Journal {
  readonly id: string
  /** The file in which it lies. */
  readonly path: string
  /** Keeps, on the disk when it returns, what is about to be done and what is there before. @returns its number in the journal */
  intend(entry: IntendedStep): Promise<number>
  done(nth: number): Promise<void>
  failed(nth: number, why: string): Promise<void>
  /** @param kept why something of it stays */
  undone(nth: number, kept: string | null): Promise<void>
  end(outcome: 'done' | 'failed' | 'undone'): Promise<void>
}

export interface IntendedStep {
  /** Id of the finding that it is for; absent in a set-up. */
  readonly finding?: string
  readonly title: string
  readonly step: Exclude<Step, { readonly op: 'manual' }>
  readonly before: Json
}

/** A step as a journal has it. */
export interface JournaledStep extends IntendedStep {
  readonly nth: number
  /** `intended` is all that is known of one in the middle of which a run was killed. */
  readonly state: 'intended' | 'done' | 'failed' | 'undone' | 'kept'
}
