import { codes } from '../model/codes.ts'
import type { Gap } from '../model/topology.ts'
import type { Severity } from '../model/words.ts'
import type { CheckOutcome } from './run-checks.ts'

/**
 * The exit code of a run and, where it could not judge, why: 1 a finding at or above the threshold; 3 nothing failed, but
 * an error could hide behind what could not be judged; 0 otherwise. The same whatever the format.
 */
export function exitCodeOf(
  severities: readonly Severity[],
  outcomes: readonly CheckOutcome[],
  gaps: readonly Gap[],
  failOn: Severity,
): { exitCode: 0 | 1 | 3; gap?: Gap } {
  if (severities.some((severity) => severity === 'error' || failOn === 'warning')) return { exitCode: 1 }
  const gap = gaps[0] ?? hiding(outcomes, failOn)
  return gap ? { exitCode: 3, gap } : { exitCode: 0 }
}

function hiding(outcomes: readonly CheckOutcome[], failOn: Severity): Gap | undefined {
  for (const { check, results } of outcomes) {
    if (failOn === 'error' && check.finds.every((code) => codes[code].severity === 'warning')) continue
    const unjudged = results.find((one) => one.status === 'blocked' || one.status === 'error')
    if (unjudged)
      return {
        code: unjudged.failureCode ?? 'check-failed',
        message: `${check.id} of ${unjudged.subject.name} could not be judged: ${unjudged.reason}`,
      }
  }
  return undefined
}
