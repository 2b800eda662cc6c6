import type { AnyCheck } from '../checks/define-check.ts'
import type { CheckOutcome } from '../engine/run-checks.ts'

/** Shows checks while they run. */
export interface View {
  onStart(check: AnyCheck, outcome: Promise<CheckOutcome>): void
  close(): Promise<void>
}

const silent: View = { onStart: () => undefined, close: () => Promise.resolve() }

/** A task per check on standard error, where that is a terminal; nothing is drawn otherwise. */
export async function openView(wanted: boolean): Promise<View> {
  if (!wanted || !process.stderr.isTTY) return silent
  const { Listr, DefaultRenderer, ListrLogger, ProcessOutput } = await import('listr2')
  // listr2 falls back where standard output is no terminal, although everything goes to standard error.
  class StderrRenderer extends DefaultRenderer {
    static override nonTTY = true
  }
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  const started: { check: AnyCheck; outcome: Promise<CheckOutcome> }[] = []
  let drawn: Promise<unknown> | undefined
  return {
    onStart(check, outcome) {
      started.push({ check, outcome })
      // Every check is started in one go; the list is complete once this turn of the event loop ends.
      drawn ??= Promise.resolve().then(() =>
        new Listr(
          started.map((one) => ({
            title: one.check.title,
            task: async (_context, task) => {
              const { results } = await one.outcome
              const count = (status: string): number => results.filter((result) => result.status === status).length
              if (results.length === 0 || count('skip') === results.length) task.skip()
              else if (count('fail') > 0) throw new Error(`${count('fail')} of ${results.length}`)
            },
          })),
          {
            concurrent: true,
            exitOnError: false,
            registerSignalListeners: false,
            renderer: StderrRenderer as never,
            rendererOptions: { logger, clearOutput: true } as never,
          },
        ).run(),
      )
    },
    close: async () => {
      await drawn?.catch(() => undefined)
    },
  }
}
