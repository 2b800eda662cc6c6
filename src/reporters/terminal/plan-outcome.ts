import type { NodePullPlan } from '../../model/pull-plan.ts'
import { answerOf, failedAttempt } from './plan-endpoints.ts'
import { supposedLines } from './plan-supposed.ts'
import { entry, marked, type Style } from './style.ts'

/** What comes of it: who serves, or what fails with which text. */
export function outcomeLines(plan: NodePullPlan, style: Style): string[] {
  const { node, outcome, servedBy, reason, error, endpoints } = plan
  const by = servedBy === undefined ? undefined : endpoints[servedBy]?.url
  return [
    ...(outcome === 'ok' ? marked(style, 'pass', by === undefined ? 'it is served' : `served by ${by}`, style.paint.bold) : []),
    ...(outcome === 'fails' ? marked(style, 'fail', failure(plan), style.paint.bold) : []),
    // A plan from files alone is no answer that failed to come.
    ...(outcome === 'unknown' && (node !== undefined || endpoints.length === 0)
      ? marked(style, 'blocked', `cannot be told: ${reason ?? 'no reason was given'}`, style.paint.bold)
      : []),
    ...(outcome === 'fails' ? unmentioned(plan, style) : []),
    ...(error === undefined ? [] : entry(style, error.text.startsWith('Failed to ') ? 'kubelet' : 'why', error.text)),
    ...(error !== undefined && reason !== undefined ? entry(style, 'note', noteOf(plan, reason)) : []),
    ...supposedLines(plan, style),
    ...(plan.notes ?? []).flatMap((text, nth) => entry(style, nth === 0 ? 'note' : '', text)),
    ...(plan.difference ? differenceLines(plan.difference, style) : []),
  ]
}

const words = (word: string): string => word.replaceAll('-', ' ')

function failure(plan: NodePullPlan): string {
  const { error, endpoints, reason } = plan
  const what = error === undefined ? (reason ?? 'without an error that is seen') : error.class === 'unknown' ? '' : words(error.class)
  const failed = failedAttempt(plan)
  const at = failed === undefined ? 'before any request' : `at ${endpoints[failed.endpoint]?.url ?? failed.url}`
  return `fails ${at}${what === '' ? '' : `: ${what}`}`
}

/** The text that people see is of one endpoint; what the others said it hides. */
function unmentioned(plan: NodePullPlan, style: Style): string[] {
  const shown = failedAttempt(plan)
  if (shown === undefined) return []
  const hidden = new Map(plan.attempts.filter((one) => one.endpoint !== shown.endpoint).map((one) => [one.endpoint, answerOf(one)]))
  const others = [...hidden].filter(([, answer]) => answer !== answerOf(shown))
  if (others.length === 0) return []
  const text = others.map(([endpoint, answer]) => `${plan.endpoints[endpoint]?.url}: ${answer}`).join('; ')
  return style.prose(`the message does not tell of ${text}`, style.columns - 2).map((line) => `  ${line}`)
}

const noteOf = ({ error }: NodePullPlan, reason: string): string =>
  error?.class === 'unauthorized' || error?.class === 'forbidden' ? `${reason}: a pod with imagePullSecrets may get it` : reason

function differenceLines({ expected, saw }: { readonly expected: string; readonly saw: string }, style: Style): string[] {
  return [
    ...marked(
      style,
      'error',
      "registry-doctor expected something else than the node's containerd did, which is its own fault",
      style.paint.bold,
    ),
    ...entry(style, 'expected', expected),
    ...entry(style, 'saw', saw),
    ...entry(style, 'to do', 'please report it with the output of -o json'),
  ]
}
