import { isBlank, isBlankOrEnd, isBreak, type Cursor } from './cursor.ts'
import { grammarError, type Mark } from './refusal.ts'
import type { Scalar } from './tokens.ts'

// prettier-ignore
const escapes: { readonly [char: string]: string } = {
  '0': '\0', a: '\u0007', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\u001B', ' ': ' ', '"': '"', "'": "'", '\\': '\\',
  N: '\u0085', _: '\u00A0', L: '\u2028', P: '\u2029',
}
const codeLengths: { readonly [char: string]: number } = { x: 2, u: 4, U: 8 }

/** A value in quotes. Source: go-yaml v2.4.0, scannerc.go (yaml_parser_scan_flow_scalar). */
export function quotedScalar(cursor: Cursor): Scalar {
  const start = cursor.mark
  const quote = cursor.take()
  const fail = (problem: string): never => {
    throw grammarError('scanning', problem, cursor.mark, start)
  }
  let value = ''
  for (;;) {
    cursor.need(4)
    if (cursor.isDocumentMark('---') || cursor.isDocumentMark('...')) fail('found unexpected document indicator')
    if (cursor.char() === '\0') fail('found unexpected end of stream')
    const part = visiblePart(cursor, quote, start)
    value += part.text
    cursor.need(1)
    if (cursor.char() === quote) break
    value += blanksAsRead(cursor, part.lineEscaped)
  }
  cursor.skip()
  return { type: 'scalar', value, plain: false, start, end: cursor.mark }
}

/** Up to the next blank, the closing quote or the end. */
function visiblePart(cursor: Cursor, quote: string, start: Mark): { text: string; lineEscaped: boolean } {
  let text = ''
  while (!isBlankOrEnd(cursor.char())) {
    const char = cursor.char()
    if (char === quote) {
      if (quote === '"' || cursor.char(1) !== "'") break
      text += "'"
      cursor.skip(2)
    } else if (quote === '"' && char === '\\') {
      if (isBreak(cursor.char(1))) {
        cursor.need(3)
        cursor.skip()
        cursor.takeBreak()
        return { text, lineEscaped: true }
      }
      text += escaped(cursor, start)
    } else text += cursor.take()
    cursor.need(2)
  }
  return { text, lineEscaped: false }
}

function escaped(cursor: Cursor, start: Mark): string {
  const fail = (problem: string): never => {
    throw grammarError('scanning', problem, cursor.mark, start)
  }
  const sign = cursor.char(1)
  const length = codeLengths[sign]
  if (length === undefined && !Object.hasOwn(escapes, sign)) fail('found unknown escape character')
  cursor.skip(2)
  if (length === undefined) return escapes[sign]!
  cursor.need(length)
  let digits = ''
  for (let next = 0; next < length; next++) digits += cursor.char(next)
  if (!/^[\da-fA-F]+$/.test(digits) || digits.length !== length) fail('did not find expected hexdecimal number')
  const code = Number.parseInt(digits, 16)
  if ((code >= 0xd8_00 && code <= 0xdf_ff) || code > 0x10_ff_ff) fail('found invalid Unicode character escape code')
  cursor.skip(length)
  return String.fromCodePoint(code)
}

/** Blanks and line breaks between two parts: a single line break is a space, more of them are one less. */
function blanksAsRead(cursor: Cursor, lineEscaped: boolean): string {
  const blanks = new Blanks(lineEscaped)
  for (; isBlank(cursor.char()) || isBreak(cursor.char()); cursor.need(1)) blanks.take(cursor)
  return blanks.read()
}

/** A value without quotes. Source: go-yaml v2.4.0, scannerc.go (yaml_parser_scan_plain_scalar). */
export function plainScalar(cursor: Cursor, parentIndent: number, inFlow: boolean): Scalar & { readonly endedLine: boolean } {
  const indent = parentIndent + 1
  const start = cursor.mark
  let end = start
  let value = ''
  let blanks = new Blanks(false)
  for (;;) {
    cursor.need(4)
    if (cursor.isDocumentMark('---') || cursor.isDocumentMark('...') || cursor.char() === '#') break
    const from = cursor.at
    for (; !isBlankOrEnd(cursor.char()) && !endsPlain(cursor, inFlow); cursor.need(2)) {
      if (cursor.at === from) {
        value += blanks.read()
        blanks = new Blanks(false)
      }
      value += cursor.take()
      end = cursor.mark
    }
    if (!isBlank(cursor.char()) && !isBreak(cursor.char())) break
    for (cursor.need(1); isBlank(cursor.char()) || isBreak(cursor.char()); cursor.need(1)) {
      if (blanks.brokeLine && cursor.column < indent && cursor.char() === '\t')
        throw grammarError('scanning', 'found a tab character that violates indentation', cursor.mark, start)
      blanks.take(cursor)
    }
    if (!inFlow && cursor.column < indent) break
  }
  return { type: 'scalar', value, plain: true, start, end, endedLine: blanks.brokeLine }
}

const endsPlain = (cursor: Cursor, inFlow: boolean): boolean =>
  (cursor.char() === ':' && isBlankOrEnd(cursor.char(1))) || (inFlow && ',?[]{}'.includes(cursor.char()))

/** Blanks and line breaks within a value, and what the library makes of them. */
class Blanks {
  brokeLine: boolean
  #spaces = ''
  #firstBreak = ''
  #moreBreaks = ''

  constructor(brokeLine: boolean) {
    this.brokeLine = brokeLine
  }

  take(cursor: Cursor): void {
    if (isBlank(cursor.char())) {
      const blank = cursor.take()
      if (!this.brokeLine) this.#spaces += blank
      return
    }
    cursor.need(2)
    if (this.brokeLine) this.#moreBreaks += cursor.takeBreak()
    else {
      this.#firstBreak = cursor.takeBreak()
      this.brokeLine = true
    }
  }

  read(): string {
    if (!this.brokeLine) return this.#spaces
    if (this.#firstBreak !== '\n') return this.#firstBreak + this.#moreBreaks
    return this.#moreBreaks === '' ? ' ' : this.#moreBreaks
  }
}
