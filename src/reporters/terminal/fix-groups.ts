import type { ReportedFinding, Step } from '../../model/finding.ts'
import type { FixReport, FixStep, Repair } from '../../model/fix-report.ts'
import { sameOn } from '../overview.ts'

/** Repairs of one fault on several subjects, of which the same came. */
export interface RepairGroup {
  readonly first: Repair
  readonly all: readonly Repair[]
  /** The root causes that they are for, of each repair its own; empty in a set-up. */
  readonly causes: readonly ReportedFinding[]
  /** On what else it is than on the first: `the same on dev-worker2`; empty where it is on nothing else. */
  readonly same: string
}

/** The repairs of a document, those that say the same of different subjects as one, in the order of their first ones. */
export function groupRepairs({ repairs, before, after }: Pick<FixReport, 'repairs' | 'before' | 'after'>): RepairGroup[] {
  const findings = new Map([...(after?.findings ?? []), ...(before?.findings ?? [])].map((one) => [one.id, one]))
  const groups = new Map<string, { all: [Repair, ...Repair[]]; causes: ReportedFinding[] }>()
  for (const [nth, repair] of repairs.entries()) {
    const cause = repair.finding === undefined ? undefined : findings.get(repair.finding)
    const key = cause === undefined ? String(nth) : keyOfRepair(repair, cause)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { all: [repair], causes: cause === undefined ? [] : [cause] })
    else {
      group.all.push(repair)
      if (cause !== undefined) group.causes.push(cause)
    }
  }
  return [...groups.values()].map(({ all, causes }) => ({
    first: all[0],
    all,
    causes,
    same: sameOn(causes.slice(1).map((one) => one.subject)),
  }))
}

function keyOfRepair({ status, risk, title, reason, cluster }: Repair, { code, subject, message }: ReportedFinding): string {
  return JSON.stringify([status, risk, cluster, code, subject.kind, ...without(subject.name, [title, reason, message])])
}

/** Steps that do the same to several nodes or pods. */
export interface StepGroup {
  readonly first: FixStep
  /** The names of these nodes or pods; empty where a step is done to neither. */
  readonly on: readonly string[]
}

/** Steps of which the same is to be said, as one, in the order of their first ones. */
export function groupSteps(steps: readonly FixStep[]): StepGroup[] {
  const groups = new Map<string, { first: FixStep; on: Set<string> }>()
  for (const [nth, one] of steps.entries()) {
    const name = doneTo(one.step)
    const { op } = one.step
    // What differs in a file tells more than the command that writes it whole.
    const what = one.diff === undefined ? [one.show] : ['path' in one.step ? one.step.path : '', one.diff]
    const key = name === '' ? String(nth) : JSON.stringify([op, one.status, ...without(name, [...what, one.reason])])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { first: one, on: new Set(name === '' ? [] : [name]) })
    else group.on.add(name)
  }
  return [...groups.values()].map(({ first, on }) => ({ first, on: [...on] }))
}

/** The node or pod that a step is done to. */
export function doneTo(step: Step): string {
  if ('node' in step) return step.node
  // Of a node of k3d.
  if (step.op === 'container.restart') return step.container
  return step.op === 'pod.delete' ? step.pod : ''
}

/** Texts without a name: `a` is one in `docker exec a`, and none in `restart`. */
function without(name: string, texts: readonly (string | undefined)[]): (string | undefined)[] {
  if (name === '') return [...texts]
  const alone = new RegExp(`(?<![\\w-])${name.replace(/\W/g, '\\$&')}(?![\\w-])`, 'g')
  return texts.map((text) => text?.replace(alone, '\u0000'))
}
