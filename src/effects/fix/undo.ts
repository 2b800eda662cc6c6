import type { FixStep, Repair } from '../../model/fix-report.ts'
import { showStep } from '../../remedies/show.ts'
import type { JournaledStep } from '../journal/journal.ts'
import { opOf } from '../ops/index.ts'
import { reasonOf } from './do-repairs.ts'
import { showUndo } from './show-undo.ts'
import type { RepairTools } from './repair.ts'

/** What restarts comes last, as it is for what was put back; one for each thing that is restarted. */
const isRestart = ({ step: { op } }: JournaledStep): boolean => op === 'service.restart' || op === 'container.restart'

/**
 * Takes back the steps of an earlier run, the last one first. A step whose result is not there any more is left alone, and so is
 * everything before it: who has changed it since must decide.
 * @param steps as the journal has them, in their order
 */
export async function undoSteps(tools: RepairTools, steps: readonly JournaledStep[]): Promise<Repair[]> {
  const open = steps.filter(({ state }) => state === 'intended' || state === 'done' || state === 'failed').toReversed()
  const restarts = new Map(open.filter(isRestart).map((one) => [showStep(one.step), one]))
  const others = open.filter((one) => !isRestart(one))
  const undone: { readonly of: JournaledStep; readonly outcome: FixStep }[] = []
  let isStopped = false
  for (const one of [...others, ...restarts.values()]) {
    isStopped ||= tools.signal.aborted
    const outcome: Outcome = isStopped ? ({ status: 'not-reached' } as const) : await undoStep(tools, one)
    isStopped ||= outcome.status === 'failed'
    undone.push({ of: one, outcome: { step: one.step, show: showUndo(one), ...outcome } })
  }
  if (!isStopped)
    for (const one of open.filter((step) => isRestart(step) && ![...restarts.values()].includes(step)))
      await tools.journal.undone(one.nth, null)
  return grouped(undone)
}

type Outcome = Omit<FixStep, 'step' | 'show'>

async function undoStep({ world, journal, tell }: RepairTools, { nth, step, before, title, state }: JournaledStep): Promise<Outcome> {
  const show = showUndo({ step, before })
  const op = opOf(step)
  const started = performance.now()
  const told = (outcome: Outcome): Outcome => {
    tell({ title, show, status: outcome.status === 'failed' ? 'failed' : outcome.status === 'unchanged' ? 'unchanged' : 'applied' })
    return { ...outcome, durationMs: Math.round(performance.now() - started) }
  }
  tell({ title, show, status: 'begun' })
  try {
    const now = await op.present(world, step, before)
    if (now.is === 'before') {
      await journal.undone(nth, null)
      return told({ status: 'unchanged' })
    }
    // What was ended in the middle of it is nothing that anybody else has made.
    if (now.is === 'other' && state === 'done') return told({ status: 'failed', reason: `${now.what}: it is left as it is` })
    const kept = await op.invert(world, step, before)
    await journal.undone(nth, kept)
    return told(kept === null ? { status: 'undone' } : { status: 'kept', reason: kept })
  } catch (error) {
    return told({ status: 'failed', reason: reasonOf(error) })
  }
}

/** Under the titles under which they were done. */
function grouped(undone: readonly { readonly of: JournaledStep; readonly outcome: FixStep }[]): Repair[] {
  const titles = [...new Set(undone.map(({ of }) => of.title))]
  return titles.map((title) => {
    const own = undone.filter(({ of }) => of.title === title)
    const steps = own.map((one) => one.outcome)
    const has = (status: FixStep['status']): FixStep | undefined => steps.find((one) => one.status === status)
    const [failed, kept] = [has('failed'), has('kept')]
    const status = failed ? 'failed' : has('not-reached') ? 'not-reached' : kept ? 'kept' : has('undone') ? 'undone' : 'unchanged'
    const reason = failed?.reason ?? kept?.reason
    const finding = own[0]!.of.finding
    return {
      ...(finding !== undefined && { finding, code: finding.split(':')[0]! }),
      title,
      risk: 'safe',
      status,
      ...(reason !== undefined && { reason }),
      steps,
    }
  })
}
