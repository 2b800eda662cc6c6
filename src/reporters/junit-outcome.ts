import type { ReportedFinding } from '../model/finding.ts'
import type { CheckResult, Report } from '../model/report.ts'
import { failureText, headline, unexplainedPods } from './junit-text.ts'
import { oneLine } from './text.ts'
import type { Element } from './xml.ts'

/** What became of a test case, and the elements that say so. */
export interface Outcome {
  readonly outcome: 'pass' | 'failure' | 'error' | 'skipped'
  readonly children: readonly Element[]
}

/** The check that asks after pods: what is known of pods without a root cause is said there. */
const podImages = 'cluster/pod-images'

/** A result as the outcome of its test case. What fails nothing, as warnings and pods that only wait, is in its system-out. */
export function outcomeOf(checkId: string, result: CheckResult, report: Report): Outcome {
  const found = result.findings.flatMap((id) => report.findings.find((finding) => finding.id === id) ?? [])
  const errors = result.status === 'fail' ? found.filter(({ severity }) => severity === 'error') : []
  const { subject } = result
  const told = [
    ...found
      .filter((finding) => result.status === 'pass' || (result.status === 'fail' && finding.severity === 'warning'))
      .map((finding) => failureText(finding, report, `${finding.severity}: ${finding.code}: `)),
    ...((result.status === 'pass' && result.notes) || []),
    ...(checkId === podImages ? unexplainedPods(report, subject.cluster ?? subject.name) : []),
  ]
  const { outcome, child } = verdictOf(result, errors, report)
  const systemOut: Element[] = told.length === 0 ? [] : [{ name: 'system-out', attributes: {}, text: told.join('\n') }]
  return { outcome, children: [...child, ...systemOut] }
}

function verdictOf(
  { status, reason }: CheckResult,
  errors: readonly ReportedFinding[],
  report: Report,
): { outcome: Outcome['outcome']; child: Element[] } {
  const why = reason ?? 'no reason was given'
  switch (status) {
    case 'pass':
      return { outcome: 'pass', child: [] }
    case 'fail': {
      const [first] = errors
      // One failure however many findings: some readers take the first only, others count each as a failed test.
      const failure =
        first === undefined
          ? problem('failure', reason ?? 'failed', 'failed', reason ?? 'failed')
          : problem('failure', headline(errors), first.code, errors.map((finding) => failureText(finding, report)).join('\n'))
      return { outcome: 'failure', child: [failure] }
    }
    case 'skip':
      return { outcome: 'skipped', child: [{ name: 'skipped', attributes: { message: oneLine(why) }, text: why }] }
    case 'blocked':
    case 'error':
      return { outcome: 'error', child: [problem('error', why, status, why)] }
  }
}

/** Message and text are both set: GitHub's readers show the one, GitLab only the other. */
export const problem = (name: 'failure' | 'error', message: string, type: string, text: string): Element => ({
  name,
  attributes: { message: oneLine(message), type: oneLine(type) },
  text,
})
