import { maxDepth, Rejected, type Place } from './rejected.ts'
import { Cursor } from './v2-cursor.ts'
import { numberOrMoment, type TextKind } from './v2-numbers.ts'
import { longString, shortString } from './v2-strings.ts'
import { numberOrMoment as strictNumberOrMoment } from './v24-numbers.ts'

export type Node = Place &
  (
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'bool'; readonly value: boolean }
    | { readonly kind: TextKind; readonly value: string }
    | { readonly kind: 'array'; readonly items: readonly Node[] }
    | { readonly kind: 'inline-table'; readonly entries: readonly KeyValue[] }
  )

export interface KeyValue extends Place {
  readonly kind: 'key-value'
  readonly key: readonly string[]
  readonly value: Node
}

export interface Header extends Place {
  readonly kind: 'table' | 'array-table'
  readonly key: readonly string[]
}

export interface Document {
  readonly expressions: readonly (KeyValue | Header)[]
  /** What ended the reading; what stands before it was read, and may fail first. */
  readonly error: Rejected | null
}

/**
 * The expressions of a file as go-toml 2.x yields them, the library of containerd 2.x, up to the first error.
 * Source: pelletier/go-toml v2.2.4, unstable/parser.go (v2.3.0 reads the same; v2.4.3 reads TOML 1.1).
 * @param toml11 inline tables may have line ends and a comma at their end, and numbers are checked where they stand
 */
export function parseTomlV2(text: string, toml11: boolean): Document {
  const cursor = new Cursor(text, toml11)
  const expressions: (KeyValue | Header)[] = []
  try {
    for (let first = true; !cursor.ended; first = false) {
      if (!first) cursor.newline()
      cursor.skipSpaces()
      if (!cursor.ended && !'#\n\r'.includes(cursor.char)) expressions.push(cursor.char === '[' ? header(cursor) : keyValue(cursor, 0))
      cursor.skipSpaces()
      if (cursor.char === '#') cursor.comment()
    }
  } catch (error) {
    if (error instanceof Rejected) return { expressions, error }
    throw error
  }
  return { expressions, error: null }
}

function header(cursor: Cursor): Header {
  const place = cursor.place(cursor.at)
  const double = cursor.follows('[[')
  cursor.at += double ? 2 : 1
  cursor.skipSpaces()
  const name = key(cursor)
  cursor.expect(']')
  if (double) cursor.expect(']')
  return { kind: double ? 'array-table' : 'table', key: name, ...place }
}

function keyValue(cursor: Cursor, depth: number): KeyValue {
  const place = cursor.place(cursor.at)
  const name = key(cursor)
  if (cursor.ended) cursor.fail('expected = after a key, but the document ends there')
  cursor.expect('=')
  cursor.skipSpaces()
  return { kind: 'key-value', key: name, value: value(cursor, depth), ...place }
}

function key(cursor: Cursor): string[] {
  const parts = [simpleKey(cursor)]
  for (cursor.skipSpaces(); cursor.char === '.'; cursor.skipSpaces()) {
    cursor.at++
    cursor.skipSpaces()
    parts.push(simpleKey(cursor))
  }
  return parts
}

function simpleKey(cursor: Cursor): string {
  if (cursor.char === '"' || cursor.char === "'") return shortString(cursor)
  const bare = cursor.take(/[A-Za-z0-9_-]+/y)
  return bare ?? cursor.fail(cursor.ended ? 'expected key but found none' : `invalid character at start of key: ${cursor.char}`)
}

function value(cursor: Cursor, depth: number): Node {
  if (depth > maxDepth) cursor.fail('nested too deeply to be judged')
  const place = cursor.place(cursor.at)
  const { char } = cursor
  if (cursor.follows('"""') || cursor.follows("'''")) return { kind: 'string', value: longString(cursor), ...place }
  if (char === '"' || char === "'") return { kind: 'string', value: shortString(cursor), ...place }
  if (char === 't' || char === 'f') {
    const word = char === 't' ? 'true' : 'false'
    if (!cursor.follows(word)) cursor.fail(`expected '${word}'`)
    cursor.at += word.length
    return { kind: 'bool', value: char === 't', ...place }
  }
  if (char === '[') return { kind: 'array', items: array(cursor, depth), ...place }
  if (char === '{') return { kind: 'inline-table', entries: inlineTable(cursor, depth), ...place }
  if (cursor.ended) cursor.fail('expected value, not eof')
  return { ...(cursor.toml11 ? strictNumberOrMoment : numberOrMoment)(cursor), ...place }
}

function array(cursor: Cursor, depth: number): Node[] {
  const items: Node[] = []
  const start = cursor.at
  cursor.at++
  for (;;) {
    blankLines(cursor)
    if (cursor.ended) cursor.fail('array is incomplete', start)
    if (cursor.char === ',') {
      if (items.length === 0) cursor.fail('array cannot start with comma')
      cursor.at++
      blankLines(cursor)
    } else if (cursor.char !== ']' && items.length > 0) cursor.fail('array elements must be separated by commas')
    if (cursor.char === ']') break
    items.push(value(cursor, depth + 1))
  }
  cursor.at++
  return items
}

function blankLines(cursor: Cursor): void {
  for (;;) {
    cursor.skipSpaces()
    if (cursor.char === '#') cursor.comment()
    if (cursor.char !== '\n' && cursor.char !== '\r') return
    cursor.newline()
  }
}

function inlineTable(cursor: Cursor, depth: number): KeyValue[] {
  const entries: KeyValue[] = []
  const skipBlank = (): void => (cursor.toml11 ? blankLines(cursor) : cursor.skipSpaces())
  cursor.at++
  for (skipBlank(); cursor.char !== '}'; skipBlank()) {
    if (cursor.ended) cursor.fail('inline table is incomplete')
    if (entries.length > 0) {
      cursor.expect(',')
      skipBlank()
      if (cursor.toml11 && cursor.char === '}') break
    }
    entries.push(keyValue(cursor, depth + 1))
  }
  cursor.at++
  return entries
}
