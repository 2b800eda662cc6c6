import type { NodePullPlan, PullPlanDocument } from '../model/pull-plan.ts'
import { schemaVersion, statusOf } from '../model/report.ts'
import { tool } from '../model/tool.ts'

export type PlanRun = Pick<PullPlanDocument, 'startedAt' | 'durationMs' | 'mode'>

type Known = Partial<Pick<PullPlanDocument, 'pod' | 'notAsked'>>

/** The document of a run that could not start or was ended. */
export function planError(run: PlanRun, exitCode: number, error: { code: string; message: string }, known: Known = {}): PullPlanDocument {
  return { schemaVersion, kind: 'PullPlan', tool, ...run, status: 'incomplete', exitCode, error, plans: [], notAsked: [], ...known }
}

/** A plan with why its outcome is unknown, as a stable word. */
export interface JudgedPlan {
  readonly plan: NodePullPlan
  readonly code?: string
}

/** Brings plans together. 1: a node cannot get the image; 3: none that cannot, but one that could not be judged. */
export function planDocument(run: PlanRun, judged: readonly JudgedPlan[], known: Known = {}): PullPlanDocument {
  const plans = judged.map(({ plan }) => plan)
  // From files alone a plan is all that can be had.
  const unknown = judged.find(({ plan }) => plan.outcome === 'unknown' && (run.mode !== 'files' || plan.endpoints.length === 0))
  const exitCode = plans.some(({ outcome }) => outcome === 'fails') ? 1 : unknown ? 3 : 0
  const error = exitCode === 3 ? { code: unknown!.code ?? 'outcome-unknown', message: messageOf(unknown!.plan) } : undefined
  return {
    schemaVersion,
    kind: 'PullPlan',
    tool,
    ...run,
    status: statusOf(exitCode),
    exitCode,
    ...(error && { error }),
    plans,
    notAsked: [],
    ...known,
  }
}

const messageOf = ({ node = 'a node', image, reason }: NodePullPlan): string => `whether ${node} gets ${image} cannot be told: ${reason}`
