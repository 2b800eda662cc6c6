import { isBlank, isBreak, isBreakOrEnd, type Cursor } from './cursor.ts'
import { grammarError, type Mark } from './refusal.ts'
import type { Scalar } from './tokens.ts'

/** A value behind `|` or `>`. Source: go-yaml v2.4.0, scannerc.go (yaml_parser_scan_block_scalar). */
export function blockScalar(cursor: Cursor, parentIndent: number): Scalar {
  const start = cursor.mark
  const literal = cursor.take() === '|'
  const { keep, increment } = header(cursor, start)
  let end = cursor.mark
  let indent = increment === 0 ? 0 : Math.max(parentIndent, 0) + increment
  let value = ''
  let firstBreak = ''
  let breaks = ''
  let startedBlank = false
  const eatBreaks = (): void => {
    const found = emptyLines(cursor, indent, parentIndent, start)
    breaks = found.breaks
    indent = found.indent
    end = found.end
  }
  eatBreaks()
  for (cursor.need(1); cursor.column === indent && cursor.char() !== '\0';) {
    const startsBlank = isBlank(cursor.char())
    const folds = !literal && !startedBlank && !startsBlank && firstBreak === '\n'
    value += folds ? (breaks === '' ? ' ' : '') : firstBreak
    value += breaks
    startedBlank = startsBlank
    for (; !isBreakOrEnd(cursor.char()); cursor.need(1)) value += cursor.take()
    cursor.need(2)
    firstBreak = cursor.takeBreak()
    eatBreaks()
  }
  if (keep !== 'none') value += firstBreak
  if (keep === 'all') value += breaks
  return { type: 'scalar', value, plain: false, start, end }
}

/** What follows `|` or `>` on its line: which line breaks at the end are kept, and how much deeper the value stands. */
function header(cursor: Cursor, start: Mark): { keep: 'none' | 'one' | 'all'; increment: number } {
  let keep: 'none' | 'one' | 'all' = 'one'
  let increment = 0
  const fail = (problem: string): never => {
    throw grammarError('scanning', problem, cursor.mark, start)
  }
  const chomping = (): boolean => {
    if (cursor.char() !== '+' && cursor.char() !== '-') return false
    keep = cursor.take() === '+' ? 'all' : 'none'
    return true
  }
  const indentation = (): boolean => {
    if (!/\d/.test(cursor.char())) return false
    if (cursor.char() === '0') fail('found an indentation indicator equal to 0')
    increment = Number(cursor.take())
    return true
  }
  cursor.need(1)
  if (chomping()) {
    cursor.need(1)
    indentation()
  } else if (indentation()) {
    cursor.need(1)
    chomping()
  }
  cursor.skipBlanks()
  cursor.skipComment()
  if (!isBreakOrEnd(cursor.char())) fail('did not find expected comment or line break')
  if (isBreak(cursor.char())) cursor.need(2)
  cursor.takeBreak()
  return { keep, increment }
}

/** Indentation and empty lines up to the next line with text, which says how deep the value stands if that is not known yet. */
function emptyLines(cursor: Cursor, known: number, parentIndent: number, start: Mark): { breaks: string; indent: number; end: Mark } {
  let breaks = ''
  let end = cursor.mark
  let deepest = 0
  const isBefore = (): boolean => known === 0 || cursor.column < known
  for (;;) {
    for (cursor.need(1); isBefore() && cursor.char() === ' '; cursor.need(1)) cursor.skip()
    deepest = Math.max(deepest, cursor.column)
    if (isBefore() && cursor.char() === '\t')
      throw grammarError('scanning', 'found a tab character where an indentation space is expected', cursor.mark, start)
    if (!isBreak(cursor.char())) break
    cursor.need(2)
    breaks += cursor.takeBreak()
    end = cursor.mark
  }
  return { breaks, indent: known === 0 ? Math.max(deepest, parentIndent + 1, 1) : known, end }
}
