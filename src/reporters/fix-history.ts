import type { FixHistoryItem } from '../model/fix-report.ts'
import type { ReporterOptions } from '../model/reporter.ts'
import { ago } from './age.ts'
import { joined } from './terminal/cause.ts'
import { word } from './terminal/fix-how.ts'
import { indented, labelled, marked, styleFor, type Mark, type Style } from './terminal/style.ts'

export interface HistoryOptions extends ReporterOptions {
  /** When it is told, as an ISO 8601 time: how long ago things were is counted from there. */
  readonly now: string
}

const mostChanges = 6
const changeColumn = 4

const marks: { readonly [S in FixHistoryItem['state']]: Mark } = { done: 'pass', failed: 'fail', interrupted: 'warning', undone: 'skip' }
const words: { readonly [S in FixHistoryItem['state']]: string } = {
  done: '',
  failed: ', failed',
  interrupted: ', ended in the middle',
  undone: ', taken back',
}

/** Earlier runs of `fix` and `setup` for people, the newest first: what each changed, and how to take it back. */
export function fixHistory(items: readonly FixHistoryItem[], options: HistoryOptions): string {
  const style = styleFor({ clusters: [] }, options)
  const newestFirst = items.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? 1 : -1))
  const lines =
    items.length === 0
      ? ['nothing was changed yet: fix and setup keep here what they do']
      : options.quiet
        ? newestFirst.map((item) => style.line(headOf(item, options.now)))
        : joined([...newestFirst.map((item) => itemLines(item, options.now, style)), howTo(newestFirst, style)])
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

function headOf({ id, command, state, clusters, startedAt }: FixHistoryItem, now: string): string {
  const where = clusters.length === 0 ? '' : ` of ${clusters.join(', ')}`
  return `${id} ${ago(startedAt, now)}${words[state] ?? `, ${state as string}`}: ${command}${where}`
}

function itemLines(item: FixHistoryItem, now: string, style: Style): string[] {
  const { state, changes, title } = item
  const all = changes.length === 0 ? [title] : changes
  const shown = style.verbose || all.length <= mostChanges ? all : all.slice(0, mostChanges - 1)
  const rest = shown.length === all.length ? [] : [style.paint.dim(`${all.length - shown.length} more with --verbose`)]
  const paint = state === 'undone' ? style.paint.dim : (line: string): string => line
  const lines = shown.flatMap((change) => style.prose(change, style.columns - changeColumn).map(paint))
  return [
    ...marked(style, marks[state] ?? 'blocked', headOf(item, now), paint),
    ...[...lines, ...rest].map((line) => indented(line, changeColumn)),
  ]
}

/** What takes back the newest that still stands, and what completes one that was ended in the middle. */
function howTo(items: readonly FixHistoryItem[], style: Style): string[] {
  const standing = items.find((one) => one.state !== 'undone')
  if (standing === undefined) return []
  const { id, state, command } = standing
  return [
    ...(state === 'interrupted'
      ? labelled(style, 'complete', [style.paint.cyan(`registry-doctor ${command === 'setup' ? 'setup' : 'fix'}`)])
      : []),
    ...labelled(style, 'undo', [style.paint.cyan(`registry-doctor fix --undo ${word(id)}`)]),
  ]
}
