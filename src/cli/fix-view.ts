import type { ListrTask } from 'listr2'
import type { RepairTools } from '../effects/fix/repair.ts'
import { shortened } from '../reporters/layout.ts'
import { oneLine } from '../reporters/text.ts'
import { openTaskList } from './task-list.ts'

/** Shows repairs while they are made. */
export interface FixView {
  readonly tell: RepairTools['tell']
  close(): Promise<void>
}

const words = { applied: 'done', unchanged: 'so already', failed: 'failed' } as const

/** What is written into a file is told by the report; here it would push out of the line where it is written. */
const written = /^printf '%b' (?:'[^']*'|\\'|[^\s'\\])+ \| /
/** Beside the sign before a line. */
const margin = 6

/**
 * What is being done, and below it a line per step that is, on standard error where that is a terminal; nothing is drawn
 * otherwise.
 * @param open what draws tasks, for tests
 */
export async function openFixView(wanted: boolean, open: typeof openTaskList = openTaskList): Promise<FixView> {
  const draw = await open(wanted)
  if (draw === null) return { tell: () => undefined, close: () => Promise.resolve() }
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  let drawn: Promise<void> | undefined
  let shown: { title?: string; output: string } | undefined
  // What is told before the first line is drawn.
  const untold: ((task: NonNullable<typeof shown>) => void)[] = []
  const write = (change: (task: NonNullable<typeof shown>) => void): void => void (shown ? change(shown) : untold.push(change))
  const task = (title: string): ListrTask => ({
    title,
    task: (_context, drawnTask) => {
      shown = drawnTask as NonNullable<typeof shown>
      for (const change of untold) change(shown)
      return ended
    },
    rendererOptions: { outputBar: Infinity },
  })
  return {
    tell({ title, show, status }) {
      const [doing, step] = [oneLine(title), oneLine(show).replace(written, '')]
      const text = status === 'begun' ? `${doing}: ${step}` : `${words[status]}: ${step}`
      const line = shortened(text, (process.stderr.columns || 80) - margin, '...')
      // Not drawn before there is something to tell: the line would be where a question is asked.
      drawn ??= draw([task(line)])
      write((one) => void (status === 'begun' ? (one.title = line) : (one.output = line)))
    },
    close: async () => {
      end()
      await drawn
    },
  }
}
