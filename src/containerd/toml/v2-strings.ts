import { isControl, type Cursor } from './v2-cursor.ts'

// prettier-ignore
const escapes: { readonly [char: string]: string } = {
  '"': '"', '\\': '\\', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', e: '\u001B',
}

/** A string on one line, as a key or a value. Source: go-toml v2.2.4, unstable/parser.go (parseBasicString) and scanner.go. */
export function shortString(cursor: Cursor): string {
  const quote = cursor.char
  cursor.at++
  const parts: string[] = []
  for (; cursor.char !== quote;) {
    if (cursor.ended) cursor.fail(quote === '"' ? 'basic string not terminated by "' : 'unterminated literal string')
    if (cursor.char === '\n' || cursor.char === '\r') cursor.fail(`${quote === '"' ? 'basic' : 'literal'} strings cannot have new lines`)
    parts.push(quote === '"' && cursor.char === '\\' ? escape(cursor) : plain(cursor))
  }
  cursor.at++
  return parts.join('')
}

/** A string in three quotes; up to two more in front of the closing ones belong to it. */
export function longString(cursor: Cursor): string {
  const quote = cursor.char
  const closing = quote.repeat(3)
  cursor.at += 3
  if (cursor.follows('\r\n')) cursor.at += 2
  else if (cursor.char === '\n') cursor.at++
  const parts: string[] = []
  for (; !cursor.follows(closing);) {
    if (cursor.ended) cursor.fail(`multiline string not terminated by ${closing}`)
    if (cursor.char === '\r' && !cursor.follows('\r\n')) cursor.fail(String.raw`need a \n after \r`)
    if (quote === '"' && cursor.char === '\\') parts.push(trimmed(cursor) ? '' : escape(cursor))
    else parts.push(plain(cursor))
  }
  cursor.at += 3
  for (let extra = 0; extra < 2 && cursor.char === quote; extra++) {
    parts.push(quote)
    cursor.at++
  }
  if (cursor.char === quote) cursor.fail(`${closing} not allowed in multiline string`)
  return parts.join('')
}

function plain(cursor: Cursor): string {
  const { char } = cursor
  if (isControl(char)) cursor.fail(`invalid character ${JSON.stringify(char)}`)
  cursor.at++
  return char
}

/** A backslash as the last character of a line takes the line end and the white space behind it away. */
function trimmed(cursor: Cursor): boolean {
  const rest = /\\[ \t]*\r?\n(?:[ \t\n]|\r\n)*/y
  rest.lastIndex = cursor.at
  const found = rest.exec(cursor.text)
  if (found) cursor.at += found[0].length
  return found !== null
}

function escape(cursor: Cursor): string {
  const at = cursor.at + 1
  const char = cursor.text[at] ?? ''
  const simple = escapes[char]
  if (simple !== undefined) {
    cursor.at = at + 1
    return simple
  }
  const digits = char === 'u' ? 4 : char === 'U' ? 8 : char === 'x' && cursor.toml11 ? 2 : 0
  if (digits === 0) return cursor.fail(`invalid escaped character ${JSON.stringify(char)}`, at)
  const hex = cursor.text.slice(at + 1, at + 1 + digits)
  if (hex.length < digits || !/^[\da-fA-F]+$/.test(hex)) cursor.fail('non-hex character', at)
  const code = Number.parseInt(hex, 16)
  if (code > 0x10_ff_ff || (code >= 0xd8_00 && code < 0xe0_00)) cursor.fail('escape sequence is invalid Unicode code point', at)
  cursor.at = at + 1 + digits
  return String.fromCodePoint(code)
}
