import type { JournaledStep } from '../journal/journal.ts'
import { opOf } from '../ops/index.ts'
import { reasonOf } from './do-repairs.ts'
import type { Present } from '../ops/op.ts'
import type { RepairTools } from './repair.ts'

/**
 * Completes what a run was killed in the middle of: a step that was begun and of which a part is done. One of which nothing is
 * done is left to whoever plans afresh.
 * @returns what could not be completed, in words
 */
export async function completeInterrupted({ world, journal }: RepairTools, steps: readonly JournaledStep[]): Promise<string[]> {
  const notes: string[] = []
  for (const { nth, step, before } of steps.filter((one) => one.state === 'intended')) {
    const op = opOf(step)
    try {
      let now: Present = await op.present(world, step, before)
      if (now.is === 'other') {
        await op.apply(world, step, before)
        now = await op.present(world, step, before)
      }
      if (now.is === 'other') {
        await journal.failed(nth, now.what)
        notes.push(now.what)
      } else if (now.is === 'after') await journal.done(nth)
      else await journal.undone(nth, null)
    } catch (error) {
      await journal.failed(nth, reasonOf(error))
      notes.push(reasonOf(error))
    }
  }
  return notes
}
