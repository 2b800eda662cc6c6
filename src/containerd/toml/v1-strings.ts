import { eof, type Scanner } from './v1-scanner.ts'

// prettier-ignore
const escapes: { readonly [char: string]: string } = {
  '"': '"', n: '\n', b: '\b', f: '\f', '/': '/', t: '\t', r: '\r', '\\': '\\',
}

export type Read = { readonly text: string } | { readonly wrong: string }

const unclosed: Read = { wrong: 'unclosed string' }

/** The text up to the closing quotes, which stay unread. Source: go-toml v1.9.5, lexer.go (lexLiteralStringAsString). */
export function literalString(scanner: Scanner, end: string): Read {
  const from = scanner.at
  while (!scanner.follows(end)) if (scanner.next() === eof) return unclosed
  return { text: scanner.slice(from, scanner.at) }
}

/**
 * The same for a string with escapes. A backslash in front of white space removes that, also on one line.
 * Source: go-toml v1.9.5, lexer.go (lexStringAsString).
 */
export function basicString(scanner: Scanner, end: string, newlines: boolean): Read {
  const parts: string[] = []
  while (!scanner.follows(end)) {
    const char = scanner.next()
    if (char === eof) return unclosed
    if (char === '\\') {
      const part = escape(scanner)
      if ('wrong' in part) return part
      parts.push(part.text)
    } else if (char < ' ' && char !== '\t' && !(newlines && (char === '\n' || char === '\r'))) {
      return { wrong: `unescaped control character U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}` }
    } else parts.push(char)
  }
  return { text: parts.join('') }
}

function escape(scanner: Scanner): Read {
  const char = scanner.peek()
  if (isBlank(char)) {
    while (isBlank(scanner.peek())) scanner.next()
    return { text: '' }
  }
  const simple = escapes[char]
  if (simple !== undefined) {
    scanner.next()
    return { text: simple }
  }
  const digits = char === 'u' ? 4 : char === 'U' ? 8 : 0
  if (digits === 0) return { wrong: `invalid escape sequence: \\${char}` }
  scanner.next()
  const hex = scanner.ahead(digits)
  if (hex.length < digits || !/^[\da-fA-F]+$/.test(hex)) return { wrong: 'unfinished unicode escape' }
  scanner.skip(digits)
  return { text: character(Number.parseInt(hex, 16)) }
}

const isBlank = (char: string): boolean => char !== eof && '\r\n\t '.includes(char)

/** What is no character becomes the replacement character, as in Go's strings. */
const character = (code: number): string =>
  code > 0x10_ff_ff || (code >= 0xd8_00 && code <= 0xdf_ff) ? '\uFFFD' : String.fromCodePoint(code)
