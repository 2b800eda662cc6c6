import { Rejected, type Place } from './rejected.ts'

/** A position in a text, as go-toml 2.x moves through it. Source: go-toml v2.2.4, unstable/scanner.go. */
export class Cursor {
  readonly text: string
  /** The library reads TOML 1.1: from go-toml 2.4 on. */
  readonly toml11: boolean
  at = 0
  #lineStarts: readonly number[] | null = null
  constructor(text: string, toml11: boolean) {
    this.text = text
    this.toml11 = toml11
  }
  get ended(): boolean {
    return this.at >= this.text.length
  }
  /** The character here, empty at the end. */
  get char(): string {
    return this.text[this.at] ?? ''
  }
  follows(word: string): boolean {
    return this.text.startsWith(word, this.at)
  }
  skipSpaces(): void {
    while (this.char === ' ' || this.char === '\t') this.at++
  }
  expect(char: string): void {
    if (this.char !== char) this.fail(`expected character ${char}${this.ended ? ' but the document ended here' : ''}`)
    this.at++
  }
  /** `\n` or `\r\n`: a carriage return alone is an error. */
  newline(): void {
    if (this.char === '\r') this.at++
    if (this.char !== '\n') this.fail(`expected newline but got ${JSON.stringify(this.char)}`)
    this.at++
  }
  /** To the end of the line. */
  comment(): void {
    while (!this.ended && this.char !== '\n') {
      if (this.follows('\r\n')) {
        this.at++
        return
      }
      if (this.char === '\r' || isControl(this.char)) this.fail('invalid character in comment')
      this.at++
    }
  }
  /** What a pattern with flag `y` matches here, which is then behind us. */
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found === undefined) return null
    this.at += found.length
    return found
  }
  fail(message: string, at = this.at): never {
    throw new Rejected(message, this.place(at))
  }
  place(at: number): Place {
    this.#lineStarts ??= [0, ...Array.from(this.text.matchAll(/\n/g), (newline) => newline.index + 1)]
    let [low, high] = [0, this.#lineStarts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#lineStarts[middle]! <= at) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: at - this.#lineStarts[low]! + 1 }
  }
}

/** Control characters that TOML forbids everywhere; line ends are forbidden where they are read. */
export const isControl = (char: string): boolean => (char < ' ' && !'\t\n\r'.includes(char)) || char === '\u007F'
