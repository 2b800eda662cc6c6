import type { ListrTask } from 'listr2'

/** Draws a line per task, all of them at once, until the last one ends. What goes wrong with that is no fault of the run. */
type DrawTasks = (tasks: ListrTask[]) => Promise<void>

/** What draws tasks on standard error; null where that is no terminal, or nothing is to be drawn. */
export async function openTaskList(wanted: boolean): Promise<DrawTasks | null> {
  if (!wanted || !process.stderr.isTTY) return null
  const { Listr, DefaultRenderer, ListrLogger, ProcessOutput } = await import('listr2')
  // listr2 falls back where standard output is no terminal, although everything goes to standard error.
  class StderrRenderer extends DefaultRenderer {
    static override nonTTY = true
  }
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  return async (tasks) => {
    const list = new Listr(tasks, {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: StderrRenderer as never,
      rendererOptions: { logger, clearOutput: true } as never,
    })
    await list.run().catch(() => undefined)
  }
}
