import { moment, number } from './v1-numbers.ts'
import { eof, isBare, isDigit, isSpace, Scanner, type State, type Token, type TokenType } from './v1-scanner.ts'
import { basicString, literalString } from './v1-strings.ts'

/**
 * The tokens of a file as go-toml 1.x makes them, the library of containerd 1.x: up to the end or to the first thing that
 * is none; the last token says which. It knows no TOML 1.0: a table header is raw text up to the next bracket, also one
 * in quotes, and comments may hold anything.
 * Source: pelletier/go-toml v1.9.5, lexer.go.
 */
export function tokensOf(text: string): readonly Token[] {
  const scanner = new Scanner(text)
  /** Arrays and inline tables that are open: they decide what may follow a comma or the end of a line. */
  const open: string[] = []

  const single = (type: TokenType, then: State): State => {
    scanner.next()
    scanner.emit(type)
    return then
  }
  const blank = (): void => {
    scanner.next()
    scanner.mark()
  }
  const comment = (then: State): State => {
    while (scanner.peek() !== eof && scanner.peek() !== '\n' && !scanner.follows('\r\n')) scanner.next()
    scanner.mark()
    return then
  }
  const close = (type: ']' | '}', opening: string): State | null => {
    single(type, value)
    return open.pop() === opening ? value : scanner.fail(`cannot have '${type}' here`)
  }
  const end = (): null => {
    scanner.emit('end', '')
    return null
  }

  /** Between statements, and inside an inline table where a key may come. */
  const statement: State = () => {
    for (;;) {
      const char = scanner.peek()
      if (isSpace(char) || char === '\r' || char === '\n') blank()
      else if (char === '}') return close('}', '{')
      else if (char === '[') return header
      else if (char === '#') return comment(statement)
      else if (char === '=') return single('=', value)
      else return char === eof ? end() : key
    }
  }

  const value: State = () => {
    for (;;) {
      const char = scanner.peek()
      if (isSpace(char)) blank()
      else if (char === eof) return end()
      else if (char === '=') return single('=', value)
      else if (char === '[' || char === '{') {
        open.push(char)
        return single(char, char === '[' ? value : statement)
      } else if (char === ']') return close(']', '[')
      else if (char === '}') return close('}', '{')
      else if (char === '#') return comment(value)
      else if (char === ',') return single(',', open.at(-1) === '{' ? statement : value)
      else if (char === '\r' || char === '\n') {
        blank()
        if (open.at(-1) !== '[') return statement
      } else return scalar(char)
    }
  }

  const scalar = (char: string): State | null => {
    if (char === '"' || char === "'") return string(char)
    for (const word of ['true', 'false', 'inf', 'nan']) {
      if (!scanner.follows(word)) continue
      scanner.skip(word.length)
      scanner.emit(word === 'inf' || word === 'nan' ? 'float' : 'bool')
      return value
    }
    const sign = char === '+' || char === '-'
    if (!sign && !isDigit(char)) return scanner.fail(char === '.' ? 'cannot start float with a dot' : `no value can start with ${char}`)
    const wrong = /^(?:\d\d:|\d{4}-)/.test(scanner.ahead(5)) ? moment(scanner) : number(scanner)
    return wrong === null ? value : scanner.fail(wrong)
  }

  const string = (quote: string): State | null => {
    scanner.next()
    const long = scanner.follows(quote + quote)
    if (long) {
      scanner.skip(2)
      if (scanner.follows('\r\n')) scanner.skip(2)
      else if (scanner.peek() === '\n') scanner.next()
    }
    const closing = long ? quote.repeat(3) : quote
    const read = quote === '"' ? basicString(scanner, closing, long) : literalString(scanner, closing)
    if ('wrong' in read) return scanner.fail(read.wrong)
    scanner.emit('string', read.text)
    scanner.skip(closing.length)
    scanner.mark()
    return value
  }

  const header: State = () => {
    scanner.next()
    const double = scanner.peek() === '['
    if (double) scanner.next()
    scanner.emit(double ? '[[' : '[')
    for (;;) {
      const char = scanner.peek()
      const what = double ? 'table array key' : 'table key'
      if (char === eof) return scanner.fail(`unclosed ${what}`)
      if (char === '[') return scanner.fail(`${what} cannot contain ']'`)
      if (char === ']') {
        if (scanner.pending) scanner.emit('header')
        scanner.next()
        if (!double) return closed(']')
        if (scanner.peek() === ']') {
          scanner.next()
          return closed(']]')
        }
      } else scanner.next()
    }
  }
  const closed = (type: TokenType): State => {
    scanner.emit(type)
    return statement
  }

  /** Quoted parts are kept with their quotes and without their escapes: who splits the key knows no escapes. */
  const key: State = () => {
    const parts: string[] = []
    for (let char = scanner.peek(); char !== eof && char !== '='; char = scanner.peek()) {
      if (char === '"' || char === "'") {
        scanner.next()
        const read = char === '"' ? basicString(scanner, '"', true) : literalString(scanner, "'")
        if ('wrong' in read) return scanner.fail(read.wrong)
        parts.push(char, read.text, char)
        scanner.next()
      } else if (char === '\n') return scanner.fail('keys cannot contain new lines')
      else if (isSpace(char)) {
        const from = scanner.at
        scanner.skipSpaces()
        if (scanner.peek() !== '.') break
        scanner.next()
        scanner.skipSpaces()
        parts.push(scanner.slice(from, scanner.at))
      } else if (char !== '.' && !isBare(char)) return scanner.fail(`keys cannot contain ${char} character`)
      else parts.push(scanner.next())
    }
    scanner.emit('key', parts.join(''))
    return statement
  }

  for (let state: State | null = statement; state;) state = state()
  return scanner.tokens
}
