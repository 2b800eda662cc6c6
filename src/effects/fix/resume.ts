import type { JournaledStep } from '../journal/journal.ts'
import { opOf } from '../ops/index.ts'
import { reasonOf } from './do-repairs.ts'
import { guard } from './guard.ts'
import type { RepairTools } from './repair.ts'

/** The steps in the middle of which a run was killed: at most one, unless it was killed again. */
export const begunSteps = (steps: readonly JournaledStep[]): JournaledStep[] => steps.filter((one) => one.state === 'intended')

/**
 * Completes what a run was killed in the middle of: a step of which a part is done. One of which nothing is done is left to
 * whoever plans afresh, and what somebody else has made since is left as it is.
 * @returns what was not completed, in words
 */
export async function completeInterrupted({ world, journal }: RepairTools, steps: readonly JournaledStep[]): Promise<string[]> {
  const notes: string[] = []
  const own = new Set(steps.flatMap(({ step }) => ('container' in step ? [step.container] : [])))
  const leave = async (nth: number, why: string): Promise<void> => {
    await journal.failed(nth, why)
    notes.push(`${why}: it is left as it is`)
  }
  for (const { nth, step, before } of begunSteps(steps)) {
    const op = opOf(step)
    try {
      guard(world, step, own)
      // That its first node is there does not tell whether all of it is.
      if (step.op === 'cluster.create') {
        await leave(nth, `cluster ${step.cluster} may be half made, so have ${step.provider} delete it and set up again`)
        continue
      }
      let now = await op.present(world, step, before)
      if (now.is === 'partial') {
        await op.apply(world, step, before)
        now = await op.present(world, step, before)
      }
      if (now.is === 'partial' || now.is === 'other') await leave(nth, now.what)
      else if (now.is === 'after') await journal.done(nth)
      else await journal.undone(nth, null)
    } catch (error) {
      await leave(nth, reasonOf(error))
    }
  }
  return notes
}
