import { count } from '../text.ts'
import { indented, type Style } from './style.ts'

const column = 6
/** Longer than any change of a configuration; a file that is written whole can be. */
const mostLines = 60

/** The hunks of a unified diff, as they are. Which file it is, is told before it. */
export function diffLines(diff: string, style: Style): string[] {
  const { paint } = style
  const all = withoutBase64(style.verbatim(diff))
  const hunks = all.findIndex((line) => line.startsWith('@@'))
  const body = hunks < 0 ? all : all.slice(hunks)
  // Of a file that was or will be not there, where its lines stand says nothing.
  const isWhole = /^@@ (?:-0,0 |-\S+ \+0,0 )/.test(body[0] ?? '')
  const lines = isWhole && !body.slice(1).some((line) => line.startsWith('@@')) ? body.slice(1) : body
  const isCut = !style.verbose && lines.length > mostLines
  const shown = isCut ? lines.slice(0, mostLines - 1) : lines
  const rest = isCut ? [indented(paint.dim(`${count(lines.length - shown.length, 'more line')} with --verbose`), column)] : []
  return [...shown.map((line) => indented(painted(line, style), column)), ...rest]
}

/** A certificate says nothing to people: of its lines only the first stays. */
function withoutBase64(lines: readonly string[]): string[] {
  const kept: string[] = []
  let began = -1
  for (const [nth, line] of lines.entries()) {
    const end = /^[+\- ]-----END (?:CERTIFICATE|X509)/.test(line)
    if (began >= 0 && end) kept[kept.length - 1] += ` ${count(nth - began - 1, 'line')} -----END CERTIFICATE-----`
    else if (began < 0) kept.push(line)
    if (end) began = -1
    if (/^[+\- ]-----BEGIN CERTIFICATE-----$/.test(line)) began = nth
  }
  return kept
}

function painted(line: string, { paint }: Style): string {
  if (line.startsWith('+')) return paint.green(line)
  if (line.startsWith('-')) return paint.red(line)
  return line.startsWith('@@') || line.startsWith('\\') ? paint.dim(line) : line
}
