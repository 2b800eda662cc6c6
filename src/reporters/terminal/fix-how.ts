import type { FixReport, Repair } from '../../model/fix-report.ts'
import { oneLine } from '../text.ts'
import { labelled, type Style } from './style.ts'

/** The command that takes back what was done; null where nothing was, or it was just taken back. */
export const undoCommand = ({ id, command, dryRun }: Pick<FixReport, 'id' | 'command' | 'dryRun'>): string | null =>
  id === undefined || command === 'undo' || dryRun ? null : `registry-doctor fix --undo ${word(id)}`

/** How to have done what was only shown, and what was not allowed. */
export function howToApply({ command, id, repairs, before }: FixReport, style: Style): string[] {
  const cyan = (line: string): string => style.paint.cyan(line)
  const planned = repairs.filter((one) => one.status === 'planned')
  if (command === 'undo')
    return planned.length > 0 && id !== undefined ? labelled(style, 'apply', [cyan(`registry-doctor fix --undo ${word(id)} --yes`)]) : []
  // What a set-up was asked for, its document does not have.
  if (command === 'setup') return []
  const barred = repairs.filter((one) => one.status === 'not-allowed')
  const clusters = (before?.clusters ?? []).map(({ name }) => ` --cluster ${word(name)}`).join('')
  const apply = (what: readonly Repair[]): string => cyan(`registry-doctor fix --yes${allow(what)}${clusters}`)
  const commands = [...(planned.length > 0 ? [apply(planned)] : []), ...(barred.length > 0 ? [apply([...planned, ...barred])] : [])]
  return commands.flatMap((one, nth) => labelled(style, nth === 0 ? 'apply' : 'or all', [one]))
}

/** What repairs have to be allowed by: the highest of their risks. */
function allow(repairs: readonly Repair[]): string {
  const risk = (['destructive', 'disruptive'] as const).find((each) => repairs.some((one) => one.risk === each))
  return risk === undefined ? '' : ` --allow ${risk}`
}

/** A word of the document as a POSIX shell takes it literally: it will be pasted. */
export function word(text: string): string {
  const line = oneLine(text)
  return /^[\w.:@%+=,/][\w.:@%+=,/-]*$/.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`
}
