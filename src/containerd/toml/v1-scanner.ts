import type { Place } from './rejected.ts'

// prettier-ignore
export type TokenType =
  | '[[' | ']]' | '[' | ']' | '{' | '}' | '=' | ','
  | 'header' | 'key' | 'string' | 'bool' | 'integer' | 'float' | 'date' | 'time' | 'offset'
  | 'end' | 'error'

export interface Token extends Place {
  readonly type: TokenType
  readonly text: string
}

/** The next state of the tokenizer; null at the end. */
export type State = () => State | null

/** What is read at the end of the text. */
export const eof = ''

export const isSpace = (char: string): boolean => char === ' ' || char === '\t'
export const isDigit = (char: string): boolean => char !== eof && char >= '0' && char <= '9'
/** Characters of a key that is not quoted. */
export const isBare = (char: string): boolean => /^[A-Za-z0-9_-]$/.test(char)

/** A position in a text that makes tokens of what lies behind it. */
export class Scanner {
  readonly tokens: Token[] = []
  readonly #input: readonly string[]
  #at = 0
  #line = 1
  #lineStart = 0
  #start: Place & { readonly at: number } = { at: 0, line: 1, column: 1 }

  constructor(text: string) {
    this.#input = Array.from(text)
  }
  get at(): number {
    return this.#at
  }
  peek(): string {
    return this.#input[this.#at] ?? eof
  }
  ahead(count: number): string {
    return this.slice(this.#at, this.#at + count)
  }
  slice(from: number, to: number): string {
    return this.#input.slice(from, to).join('')
  }
  follows(word: string): boolean {
    return this.ahead(word.length) === word
  }
  next(): string {
    const char = this.peek()
    if (char === eof) return eof
    this.#at++
    if (char === '\n') {
      this.#line++
      this.#lineStart = this.#at
    }
    return char
  }
  skip(count: number): void {
    for (let done = 0; done < count; done++) this.next()
  }
  skipSpaces(): void {
    while (isSpace(this.peek())) this.next()
  }
  /** What is read from here on belongs to the next token. */
  mark(): void {
    this.#start = { at: this.#at, line: this.#line, column: this.#at - this.#lineStart + 1 }
  }
  /** Something was read since the last token. */
  get pending(): boolean {
    return this.#at > this.#start.at
  }
  emit(type: TokenType, text = this.slice(this.#start.at, this.#at)): void {
    this.tokens.push({ type, text, line: this.#start.line, column: this.#start.column })
    this.mark()
  }
  fail(message: string): null {
    this.tokens.push({ type: 'error', text: message, line: this.#start.line, column: this.#start.column })
    return null
  }
}
