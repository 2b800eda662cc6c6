import { UnknownNameError } from '../discover/options.ts'
import type { Report } from '../model/report.ts'

/** What came of one examination. */
export interface Examined {
  readonly report: Report
  /** Whether it was interrupted or took too long, so that it judges nothing. */
  readonly endedEarly: boolean
}

export interface Waiting {
  /** How long to wait in all. */
  readonly limitMs: number
  /** How long one examination may take. */
  readonly timeoutMs: number
  readonly examine: (timeoutMs: number) => Promise<Examined>
  /** Told each time that it is not healthy yet and goes on. */
  readonly tell: (cause: WaitedFor, elapsedMs: number) => void
  readonly now: () => number
  readonly pause: (ms: number) => Promise<void>
}

/** What is waited for. */
export interface WaitedFor {
  /** The same as long as the cause is the same, whatever its words. */
  readonly key: string
  readonly text: string
}

const pauseMs = 1_000
/** An examination that is under way when the time is up may go on for so long: it knows more than the one before. */
export const graceMs = 3_000

/**
 * Examines again and again until all is healthy, the time is up, or the user interrupts. What waiting cannot mend ends it.
 * @returns the last report
 * @throws SelectionError where what was selected cannot be used; where there is nothing yet to select from, not before the end
 */
export async function waitUntilHealthy({ limitMs, timeoutMs, examine, tell, now, pause }: Waiting): Promise<Report> {
  const started = now()
  const left = (): number => started + limitMs - now()
  let last: State | undefined
  for (;;) {
    const mayTake = Math.min(timeoutMs, left() + graceMs)
    const { state, endedEarly } = await look(examine, mayTake)
    if ('report' in state && [0, 130, 143].includes(state.report.exitCode)) return state.report
    const isCut = endedEarly && mayTake < timeoutMs
    // What was seen before says more than an examination that was cut off.
    if (isCut) return last ? outcomeOf(last) : outOfTime(state, limitMs)
    last = state
    if (left() <= 0) return outcomeOf(last)
    tell(waitedFor(last), now() - started)
    await pause(Math.min(pauseMs, left()))
    if (left() <= 0) return outcomeOf(last)
  }
}

/** A report, or that there is nothing yet of what was selected by name. */
type State = { readonly report: Report } | { readonly nothingYet: UnknownNameError }

async function look(examine: Waiting['examine'], timeoutMs: number): Promise<{ state: State; endedEarly: boolean }> {
  try {
    const { report, endedEarly } = await examine(timeoutMs)
    return { state: { report }, endedEarly }
  } catch (error) {
    // Where there are others, the name is wrong; where there is none, it may be on its way.
    if (error instanceof UnknownNameError && error.existing.length === 0) return { state: { nothingYet: error }, endedEarly: false }
    throw error
  }
}

function outcomeOf(state: State): Report {
  if ('nothingYet' in state) throw state.nothingYet
  return state.report
}

function outOfTime(state: State, limitMs: number): Report {
  return { ...outcomeOf(state), error: { code: 'timeout', message: `not judged within ${limitMs / 1000} s (--wait)` } }
}

function waitedFor(state: State): WaitedFor {
  if ('nothingYet' in state) return { key: 'nothing-yet', text: state.nothingYet.message }
  const { error, rootCauses, findings, status } = state.report
  if (error) return { key: error.code, text: error.message }
  const first = findings.find((one) => one.id === rootCauses[0]?.finding)
  const more = rootCauses.length > 1 ? ` (and ${rootCauses.length - 1} more)` : ''
  return { key: rootCauses.map((one) => one.finding).join(' '), text: `${first?.message ?? status}${more}` }
}
