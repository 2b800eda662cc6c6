import type { Input } from './input.ts'
import { Refusal, type Mark } from './refusal.ts'

/** A position in a text, as the library moves through it. Source: go-yaml v2.4.0, scannerc.go (skip, read, read_line). */
export class Cursor {
  readonly #input: Input
  at = 0
  line = 0
  column = 0

  constructor(input: Input) {
    this.#input = input
  }

  get mark(): Mark {
    return { index: this.at, line: this.line, column: this.column }
  }

  /** The character here or further on; NUL behind the end, which no text holds. */
  char(ahead = 0): string {
    return this.#input.chars[this.at + ahead] ?? '\0'
  }

  /** Makes sure that so many characters can be looked at. */
  need(count: number): void {
    const { chars, problem } = this.#input
    if (problem !== null && this.at + count > chars.length) throw new Refusal(problem)
  }

  skip(count = 1): void {
    this.at += count
    this.column += count
  }

  /** The character here, which is then behind us. */
  take(): string {
    const char = this.char()
    this.skip()
    return char
  }

  /** The line break here as it counts in a value: all but two kinds become `\n`. */
  takeBreak(): string {
    const char = this.char()
    if (!isBreak(char)) return ''
    this.at += char === '\r' && this.char(1) === '\n' ? 2 : 1
    this.line++
    this.column = 0
    return char === '\u2028' || char === '\u2029' ? char : '\n'
  }

  /** Whether a line begins here with `---` or `...`, alone or before a space. */
  isDocumentMark(sign: '---' | '...'): boolean {
    return this.column === 0 && this.char() + this.char(1) + this.char(2) === sign && isBlankOrEnd(this.char(3))
  }

  skipBlanks(): void {
    for (this.need(1); isBlank(this.char()); this.need(1)) this.skip()
  }

  /** Up to the end of the line, where a comment begins here. */
  skipComment(): void {
    if (this.char() !== '#') return
    for (; !isBreakOrEnd(this.char()); this.need(1)) this.skip()
  }
}

export const isBlank = (char: string): boolean => char === ' ' || char === '\t'
export const isBreak = (char: string): boolean =>
  char === '\n' || char === '\r' || char === '\u0085' || char === '\u2028' || char === '\u2029'
export const isBreakOrEnd = (char: string): boolean => char === '\0' || isBreak(char)
export const isBlankOrEnd = (char: string): boolean => isBlank(char) || isBreakOrEnd(char)
/** What names of anchors, directives and tags are made of. */
export const isWord = (char: string): boolean => /^[\w-]$/.test(char)
