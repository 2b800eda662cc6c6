import { subjectsOf, type AnyCheck, type Check, type CheckInfo } from '../checks/define-check.ts'
import { ObservationFailure, type Look } from '../model/observation.ts'
import type { Finding } from '../model/finding.ts'
import type { CheckResult, ResultStatus } from '../model/report.ts'
import type { Topology } from '../model/topology.ts'
import type { Subject } from '../model/words.ts'

/** What a check said of one subject. */
export interface SubjectResult {
  readonly subject: Subject
  readonly status: ResultStatus
  readonly reason?: string
  /** Why the observation could not be had, where it is blocked. */
  readonly failureCode?: string
  readonly findings: readonly Finding[]
  readonly durationMs: number
  readonly timings?: { readonly [name: string]: number }
  readonly hops?: NonNullable<CheckResult['hops']>
  readonly notes?: readonly string[]
  /** What looking could not tell, and a probe can. */
  readonly leftToProbe?: string
}

export interface CheckOutcome {
  readonly check: CheckInfo
  readonly results: readonly SubjectResult[]
}

/**
 * Runs checks, all of them and all subjects at once: what they share they look at once.
 * @param recordedChecks the checks of a bundle: newer ones are skipped
 * @param onStart told of each check and the promise of its outcome, for a view
 */
export function runChecks(
  look: Look,
  checks: readonly AnyCheck[],
  topology: Topology,
  options: {
    recordedChecks?: readonly string[]
    onStart?: (check: AnyCheck, outcome: Promise<CheckOutcome>) => void
  } = {},
): Promise<CheckOutcome[]> {
  return Promise.all(
    checks.map((check) => {
      const absent = options.recordedChecks !== undefined && !options.recordedChecks.includes(check.id)
      const outcome = Promise.all(
        subjectsOf(check.per, topology).map(({ subject, given }) =>
          absent ? Promise.resolve(skipped(subject, 'not in this bundle')) : runOne(look, check as Check, subject, given as never),
        ),
      ).then((results) => ({ check, results }))
      options.onStart?.(check, outcome)
      return outcome
    }),
  )
}

const skipped = (subject: Subject, reason: string): SubjectResult => ({ subject, status: 'skip', reason, findings: [], durationMs: 0 })

async function runOne(look: Look, check: Check, subject: Subject, given: never): Promise<SubjectResult> {
  const started = performance.now()
  const done = (rest: Omit<SubjectResult, 'subject' | 'durationMs'>): SubjectResult => ({
    subject,
    durationMs: Math.round(performance.now() - started),
    ...rest,
  })
  try {
    const verdict = await check.run(look, given)
    if ('skip' in verdict) return done({ status: 'skip', reason: verdict.skip, findings: [] })
    const { findings, timings, notes = [], leftToProbe } = 'findings' in verdict ? verdict : { findings: verdict }
    const undeclared = findings.find((one) => !check.finds.includes(one.code))
    if (undeclared) throw new Error(`${check.id} found ${undeclared.code}, which it does not declare`)
    return done({
      status: 'pass',
      findings,
      ...(timings && { timings }),
      ...(notes.length > 0 && { notes }),
      ...(leftToProbe !== undefined && { leftToProbe }),
    })
  } catch (error) {
    if (error instanceof ObservationFailure) {
      const reason = error.code === 'not-recorded' ? 'not recorded' : error.message
      return done({ status: 'blocked', reason, failureCode: error.code, findings: [] })
    }
    return done({
      status: 'error',
      reason: `the check itself failed: ${error instanceof Error ? error.message : String(error)}`,
      findings: [],
    })
  }
}
