import type { FixStep, Repair } from '../../model/fix-report.ts'
import { DockerError } from '../../ports/docker.ts'
import { KubeError } from '../../ports/kube.ts'
import { HostError } from '../../ports/write/host.ts'
import { showStep } from '../../remedies/show.ts'
import { opOf } from '../ops/index.ts'
import { StepRefused, type DoneStep } from '../ops/op.ts'
import { guard } from './guard.ts'
import type { PlannedRepair, RepairTools } from './repair.ts'

/**
 * Does repairs one after the other, step by step: what is there is kept in the journal, the step is done, and looked at. Stops
 * at the first that fails, or where it is ended.
 * @param diffs of each step as it was shown, by `showStep`
 * @param own containers that are not in the topology yet and are meant all the same
 */
export async function doRepairs(
  tools: RepairTools,
  repairs: readonly PlannedRepair[],
  diffs: ReadonlyMap<string, string> = new Map(),
  own: readonly string[] = [],
): Promise<Repair[]> {
  const made = new Set(own)
  const all: Repair[] = []
  // Two causes can need the same step.
  const alreadyDone = new Set<string>()
  let isStopped = false
  for (const { steps, ...about } of repairs) {
    const done: FixStep[] = []
    for (const step of steps as readonly DoneStep[]) {
      const show = showStep(step)
      const diff = diffs.get(show)
      const shown = { step, show, ...(diff !== undefined && { diff }) }
      isStopped ||= tools.signal.aborted
      const key = JSON.stringify(step)
      const outcome: Outcome = isStopped
        ? { status: 'not-reached' }
        : alreadyDone.has(key)
          ? { status: 'unchanged' }
          : await doStep(tools, about, step, made)
      if (outcome.status === 'applied') alreadyDone.add(key)
      isStopped ||= outcome.status === 'failed'
      done.push({ ...shown, ...outcome })
    }
    all.push({ ...about, ...statusOf(done, tools.signal.aborted), steps: done })
  }
  return all
}

type Outcome = Pick<FixStep, 'status' | 'reason' | 'durationMs'>

async function doStep(
  { world, journal, tell }: RepairTools,
  { finding, title }: Omit<PlannedRepair, 'steps'>,
  step: DoneStep,
  made: Set<string>,
): Promise<Outcome> {
  const show = showStep(step)
  const op = opOf(step)
  const started = performance.now()
  const told = (outcome: Outcome): Outcome => {
    tell({ title, show, status: outcome.status as 'applied' | 'unchanged' | 'failed' })
    return { ...outcome, durationMs: Math.round(performance.now() - started) }
  }
  tell({ title, show, status: 'begun' })
  let nth: number | undefined
  try {
    guard(world, step, made)
    if (step.op === 'container.run') made.add(step.container)
    const before = await op.capture(world, step)
    if ((await op.present(world, step, before)).is === 'after') return told({ status: 'unchanged' })
    nth = await journal.intend({ title, step, before, ...(finding !== undefined && { finding }) })
    await op.apply(world, step, before)
    const now = await op.present(world, step, before)
    if (now.is === 'partial' || now.is === 'other') throw new StepRefused(now.what)
    if (now.is === 'before') throw new StepRefused('it was done, and nothing has changed by it')
    await journal.done(nth)
    return told({ status: 'applied' })
  } catch (error) {
    const reason = reasonOf(error)
    // What is done must be told also where it cannot be kept any more: it stands as begun then.
    if (nth !== undefined) await journal.failed(nth, reason).catch(() => undefined)
    return told({ status: 'failed', reason })
  }
}

/** What the world refused, in its words; anything else is a fault of ours. */
export function reasonOf(error: unknown): string {
  if (error instanceof StepRefused || error instanceof DockerError || error instanceof KubeError || error instanceof HostError)
    return error.message
  return `a fault of registry-doctor: ${error instanceof Error ? error.message : String(error)}`
}

function statusOf(steps: readonly FixStep[], isEnded: boolean): Pick<Repair, 'status' | 'reason'> {
  const failed = steps.find((one) => one.status === 'failed')
  if (failed) return { status: 'failed', ...(failed.reason !== undefined && { reason: failed.reason }) }
  if (steps.some((one) => one.status === 'not-reached'))
    return { status: 'not-reached', ...(isEnded && { reason: 'the run was interrupted' }) }
  return { status: steps.every((one) => one.status === 'unchanged') ? 'unchanged' : 'applied' }
}
