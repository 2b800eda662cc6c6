import type { IntendedStep } from './journal.ts'
import { readRecord, type BegunRecord, type ContinuedRecord, type JournalRecord, type NotRead } from './records.ts'

/** One step of a journal. `intended` may have been begun, done, or neither: its run was ended before it could tell. */
export interface JournalStep {
  readonly nth: number
  readonly entry: IntendedStep
  readonly state: 'intended' | 'done' | 'failed' | 'undone' | 'kept'
  /** Why it failed, or is kept. */
  readonly reason?: string
}

/** What a journal says in the end. */
export interface JournalState {
  readonly id: string
  readonly command: 'fix' | 'setup'
  readonly clusters: readonly string[]
  readonly engine: string
  /** When it was begun, ISO 8601, and by which version of the tool. */
  readonly startedAt: string
  readonly version: string
  /** The run that wrote to it last. */
  readonly last: Pick<ContinuedRecord, 'command' | 'version' | 'run' | 'at'>
  readonly steps: readonly JournalStep[]
  /** Null where that run has not told its end. */
  readonly outcome: 'done' | 'failed' | 'undone' | null
}

export type Reading =
  /** `length` in bytes, without a last line that was cut off. */
  | { readonly is: 'whole'; readonly state: JournalState; readonly length: number }
  /** Nothing was changed by it. */
  | { readonly is: 'empty' }
  | NotRead

/** Reads a journal. A last line without an end was being written when its run was killed: what it says was not begun. */
export function readJournal(bytes: Uint8Array): Reading {
  let state: JournalState | null = null
  let from = 0
  for (let nth = 1, end = bytes.indexOf(newline); end !== -1; nth++, from = end + 1, end = bytes.indexOf(newline, from)) {
    const record = readRecord(bytes.subarray(from, end))
    if ('is' in record) return { is: record.is, why: `line ${nth} ${record.why}` }
    const next: JournalState | string = state === null ? begin(record) : withRecord(state, record)
    if (typeof next === 'string') return { is: 'damaged', why: `line ${nth} ${next}` }
    state = next
  }
  return state === null ? { is: 'empty' } : { is: 'whole', state, length: from }
}

const newline = 0x0a

const begin = (record: JournalRecord): JournalState | string => (record.kind === 'begun' ? stateAfter(record) : 'does not begin a journal')

/** A journal that has begun. */
export const stateAfter = ({ id, command, clusters, engine, version, run, at }: BegunRecord): JournalState => ({
  id,
  command,
  clusters,
  engine,
  startedAt: at,
  version,
  last: { command, version, run, at },
  steps: [],
  outcome: null,
})

/** What a journal says after one more record, or why that record cannot come next. */
export function withRecord(state: JournalState, record: JournalRecord): JournalState | string {
  const { steps, outcome } = state
  if (outcome !== null && record.kind !== 'continued') return 'comes after the end'
  const marked = (mark: Pick<JournalStep, 'state' | 'reason'>, nth: number): JournalState | string => {
    const step = steps[nth]
    if (step === undefined) return `tells of step ${nth}, which was never begun`
    return { ...state, steps: steps.with(nth, { nth, entry: step.entry, ...mark }) }
  }
  switch (record.kind) {
    case 'begun':
      return 'begins the journal again'
    case 'continued': {
      const { command, version, run, at } = record
      return { ...state, last: { command, version, run, at }, outcome: null }
    }
    case 'intended': {
      const { nth, entry } = record
      if (nth !== steps.length) return `is step ${nth} in the place of step ${steps.length}`
      return { ...state, steps: [...steps, { nth, entry, state: 'intended' }] }
    }
    case 'done':
      return marked({ state: 'done' }, record.nth)
    case 'failed':
      return marked({ state: 'failed', reason: record.why }, record.nth)
    case 'undone':
      return marked(record.kept === null ? { state: 'undone' } : { state: 'kept', reason: record.kept }, record.nth)
    case 'ended':
      return { ...state, outcome: record.outcome }
  }
}
