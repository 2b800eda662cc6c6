import type { FixStep, Repair } from '../../model/fix-report.ts'
import type { JournaledStep } from '../journal/journal.ts'
import { opOf } from '../ops/index.ts'
import { reasonOf } from './do-repairs.ts'
import { guard } from './guard.ts'
import { showUndo } from './show-undo.ts'
import type { RepairTools } from './repair.ts'

/** What is not taken back yet, or only in part. */
export const isOpen = ({ state }: Pick<JournaledStep, 'state'>): boolean => state === 'intended' || state === 'done' || state === 'failed'

/** What restarts comes last, as it is for what was put back; one for each thing that is restarted. */
const isRestart = ({ step: { op } }: JournaledStep): boolean => op === 'service.restart' || op === 'container.restart'

/**
 * Takes back the steps of an earlier run, the last one first. A step whose result is not there any more is left alone, and so is
 * everything before it: who has changed it since must decide.
 * @param steps as the journal has them, in their order
 */
export async function undoSteps(tools: RepairTools, steps: readonly JournaledStep[]): Promise<Repair[]> {
  const open = steps.filter(isOpen).toReversed()
  const restarts = open.filter(isRestart)
  // One restart for all that were made of one thing: the last, as the others were before what has to be read now.
  const needed = restarts.filter((one, nth) => restarts.findIndex((other) => keyOf(other) === keyOf(one)) === nth)
  const own = new Set(steps.flatMap(({ step }) => ('container' in step ? [step.container] : [])))
  const undone: { readonly of: JournaledStep; readonly outcome: FixStep }[] = []
  let isStopped = false
  for (const one of [...open.filter((each) => !isRestart(each)), ...needed]) {
    isStopped ||= tools.signal.aborted
    const outcome: Outcome = isStopped ? ({ status: 'not-reached' } as const) : await undoStep(tools, one, own)
    isStopped ||= outcome.status === 'failed'
    undone.push({ of: one, outcome: { step: one.step, show: showUndo(one), ...outcome } })
  }
  if (!isStopped) for (const one of restarts) if (!needed.includes(one)) await tools.journal.undone(one.nth, null)
  return grouped(undone)
}

/** What is restarted, whatever step it was. */
const keyOf = ({ step }: JournaledStep): string =>
  step.op === 'service.restart' ? `${step.node} ${step.service}` : 'container' in step ? step.container : step.op

type Outcome = Omit<FixStep, 'step' | 'show'>

async function undoStep(
  { world, journal, tell }: RepairTools,
  { nth, step, before, title }: JournaledStep,
  own: ReadonlySet<string>,
): Promise<Outcome> {
  const show = showUndo({ step, before })
  const op = opOf(step)
  const started = performance.now()
  const told = (outcome: Outcome): Outcome => {
    tell({ title, show, status: outcome.status === 'failed' ? 'failed' : outcome.status === 'unchanged' ? 'unchanged' : 'applied' })
    return { ...outcome, durationMs: Math.round(performance.now() - started) }
  }
  tell({ title, show, status: 'begun' })
  try {
    const gone = await goneWith(world, step)
    if (gone !== null) {
      await journal.undone(nth, null)
      return told({ status: 'unchanged', reason: `${gone} is gone` })
    }
    guard(world, step, own)
    const now = await op.present(world, step, before)
    if (now.is === 'before') {
      await journal.undone(nth, null)
      return told({ status: 'unchanged' })
    }
    if (now.is === 'other') return told({ status: 'failed', reason: `${now.what}: it is left as it is` })
    const kept = await op.invert(world, step, before)
    await journal.undone(nth, kept)
    return told(kept === null ? { status: 'undone' } : { status: 'kept', reason: kept })
  } catch (error) {
    return told({ status: 'failed', reason: reasonOf(error) })
  }
}

/** With a node or a cluster goes what was changed of it. */
async function goneWith({ ports: { docker } }: RepairTools['world'], step: JournaledStep['step']): Promise<string | null> {
  if ('node' in step) return (await docker.inspect(step.node)) === null ? step.node : null
  if (step.op !== 'configmap.put' && step.op !== 'pod.delete') return null
  const nodes = await Promise.all([`${step.cluster}-control-plane`, `k3d-${step.cluster}-server-0`].map((name) => docker.inspect(name)))
  return nodes.every((one) => one === null) ? `cluster ${step.cluster}` : null
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
