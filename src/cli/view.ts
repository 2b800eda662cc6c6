import type { AnyCheck } from '../checks/define-check.ts'
import type { CheckOutcome } from '../engine/run-checks.ts'
import { openTaskList } from './task-list.ts'

/** Shows checks while they run. */
export interface View {
  onStart(check: AnyCheck, outcome: Promise<CheckOutcome>): void
  close(): Promise<void>
}

const silent: View = { onStart: () => undefined, close: () => Promise.resolve() }

/** A task per check on standard error, where that is a terminal; nothing is drawn otherwise. */
export async function openView(wanted: boolean): Promise<View> {
  const draw = await openTaskList(wanted)
  if (draw === null) return silent
  const started: { check: AnyCheck; outcome: Promise<CheckOutcome> }[] = []
  let drawn: Promise<void> | undefined
  return {
    onStart(check, outcome) {
      started.push({ check, outcome })
      // Every check is started in one go; the list is complete once this turn of the event loop ends.
      drawn ??= Promise.resolve().then(() =>
        draw(
          started.map((one) => ({
            title: one.check.title,
            task: async (_context, task) => {
              const { results } = await one.outcome
              const count = (status: string): number => results.filter((result) => result.status === status).length
              if (results.length === 0 || count('skip') === results.length) task.skip()
              else if (count('fail') > 0) throw new Error(`${count('fail')} of ${results.length}`)
            },
          })),
        ),
      )
    },
    close: async () => {
      await drawn
    },
  }
}
