import { isDoable, type ReportedFinding, type Remedy, type Risk, type Step } from '../../model/finding.ts'
import type { Repair } from '../../model/fix-report.ts'
import type { Report } from '../../model/report.ts'
import { showStep } from '../../remedies/show.ts'
import type { PlannedRepair } from './repair.ts'

/** What is to be done, and what is not, with the reason. */
export interface FixPlan {
  readonly repairs: readonly PlannedRepair[]
  /** Root causes that are left to a person, or need a word of the user's. */
  readonly others: readonly Repair[]
}

export interface PlanOptions {
  /** The highest risk that the user allows. */
  readonly allow: Risk
  /** Only root causes with one of these codes; default: all. */
  readonly codes?: readonly string[]
}

const risks: readonly Risk[] = ['safe', 'disruptive', 'destructive']

/**
 * Chooses a remedy for each root cause: the first that the tool can do within the allowed risk. Consequences go with their
 * cause. Of two that would write one file differently the second waits: what it needs then is seen afresh.
 */
export function planRepairs({ rootCauses, findings }: Pick<Report, 'rootCauses' | 'findings'>, { allow, codes }: PlanOptions): FixPlan {
  const roots = rootCauses.flatMap(({ finding }) => findings.find((one) => one.id === finding) ?? [])
  const wanted = roots.filter(({ code }) => codes === undefined || codes.includes(code))
  const repairs: PlannedRepair[] = []
  const others: Repair[] = []
  const written = new Map<string, string>()
  for (const finding of wanted) {
    const doable = finding.remedies.filter(isDoable)
    const chosen = doable.find(({ risk }) => risks.indexOf(risk) <= risks.indexOf(allow))
    if (!chosen) others.push(notDone(finding, doable[0]))
    else if (chosen.steps.some((step) => isOtherwise(written, step))) continue
    else {
      for (const step of chosen.steps) note(written, step)
      repairs.push({ ...about(finding), title: chosen.title, risk: chosen.risk, steps: chosen.steps })
    }
  }
  return { repairs, others }
}

const about = ({ id, code, subject }: ReportedFinding): Pick<PlannedRepair, 'finding' | 'code' | 'cluster'> => {
  const cluster = subject.cluster ?? (subject.kind === 'cluster' ? subject.name : undefined)
  return { finding: id, code, ...(cluster !== undefined && { cluster }) }
}

function notDone(finding: ReportedFinding, doable: Remedy | undefined): Repair {
  const remedy = doable ?? finding.remedies[0]
  const steps = (remedy?.steps ?? []).map((step) => ({ step, show: showStep(step), status: 'planned' as const }))
  return {
    ...about(finding),
    title: remedy?.title ?? finding.title,
    risk: remedy?.risk ?? 'safe',
    status: doable ? 'not-allowed' : 'manual',
    ...(doable && { reason: `it is ${doable.risk}: --allow ${doable.risk}` }),
    steps,
  }
}

/** What a step writes, where two that do so differently are in each other's way. */
function placeOf(step: Step): string | null {
  if (step.op === 'path.move') return `${step.node}:${step.from}`
  return 'node' in step && 'path' in step ? `${step.node}:${step.path}` : null
}

function isOtherwise(written: ReadonlyMap<string, string>, step: Step): boolean {
  const place = placeOf(step)
  const earlier = place === null ? undefined : written.get(place)
  return earlier !== undefined && earlier !== JSON.stringify(step)
}

function note(written: Map<string, string>, step: Step): void {
  const place = placeOf(step)
  if (place !== null) written.set(place, JSON.stringify(step))
}
