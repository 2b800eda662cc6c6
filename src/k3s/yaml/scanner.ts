import { blockScalar } from './block-scalar.ts'
import { Cursor, isBlank, isBlankOrEnd, isBreak } from './cursor.ts'
import { plainScalar, quotedScalar } from './flow-scalar.ts'
import type { Input } from './input.ts'
import { anchorOrAlias, directive, tag } from './names.ts'
import { PossibleKeys } from './possible-keys.ts'
import { grammarError, type Mark } from './refusal.ts'
import type { Sign, Token } from './tokens.ts'

/** The tokens of a text, one at a time. Source: go-yaml v2.4.0, scannerc.go (yaml_parser_fetch_…). */
export class Scanner {
  readonly #cursor: Cursor
  /** Those that are found and not yet taken: a key is known to be one only when its colon is found. */
  readonly #queue: Token[] = []
  #taken = 0
  #started = false
  #flowLevel = 0
  #indent = -1
  readonly #indents: number[] = []
  readonly #keys: PossibleKeys
  #keyAllowed = false

  constructor(input: Input) {
    this.#cursor = new Cursor(input)
    this.#keys = new PossibleKeys(this.#cursor)
  }

  peek(): Token {
    while (this.#queue.length === 0 || this.#keys.isOpen(this.#taken)) this.#fetch()
    return this.#queue[0]!
  }

  take(): Token {
    const token = this.peek()
    this.#queue.shift()
    this.#taken++
    return token
  }

  #fail(problem: string): never {
    throw grammarError('scanning', problem, this.#cursor.mark, this.#cursor.mark)
  }

  /** The number of the next token that is found. */
  get #next(): number {
    return this.#taken + this.#queue.length
  }

  #fetch(): void {
    const cursor = this.#cursor
    cursor.need(1)
    if (!this.#started) return this.#start()
    this.#skipToToken()
    this.#closeDeeperThan(cursor.column)
    cursor.need(4)
    const char = cursor.char()
    const next = cursor.char(1)
    const endsHere = this.#flowLevel > 0 || isBlankOrEnd(next)
    if (char === '\0') this.#end()
    else if (char === '%' && cursor.column === 0) this.#outermost(() => directive(cursor))
    else if (cursor.isDocumentMark('---')) this.#outermost(() => this.#sign('document-start', 3))
    else if (cursor.isDocumentMark('...')) this.#outermost(() => this.#sign('document-end', 3))
    else if (char === '[' || char === '{') this.#openFlow(char)
    else if (char === ']' || char === '}') this.#closeFlow(char)
    else if (char === ',') this.#add(this.#forgettingKey(true, () => this.#sign(',')))
    else if (char === '-' && isBlankOrEnd(next)) this.#entry()
    else if (char === '?' && endsHere) this.#explicitKey()
    else if (char === ':' && endsHere) this.#value()
    else if (char === '*' || char === '&') this.#maybeKey(() => anchorOrAlias(cursor))
    else if (char === '!') this.#maybeKey(() => tag(cursor))
    else if ((char === '|' || char === '>') && this.#flowLevel === 0)
      this.#add(this.#forgettingKey(true, () => blockScalar(cursor, this.#indent)))
    else if (char === "'" || char === '"') this.#maybeKey(() => quotedScalar(cursor))
    else if (this.#startsPlain(char, next)) this.#plain()
    else this.#fail('found character that cannot start any token')
  }

  #startsPlain(char: string, next: string): boolean {
    if (!isBlankOrEnd(char) && !'-?:,[]{}#&*!|>\'"%@`'.includes(char)) return true
    if (char === '-') return !isBlank(next)
    return this.#flowLevel === 0 && (char === '?' || char === ':') && !isBlankOrEnd(next)
  }

  #skipToToken(): void {
    const cursor = this.#cursor
    for (;;) {
      cursor.need(1)
      if (cursor.at === 0 && cursor.char() === '\uFEFF') cursor.skip()
      // A tab is a blank only where it cannot be taken for indentation.
      const blanks = this.#flowLevel > 0 || !this.#keyAllowed ? ' \t' : ' '
      for (cursor.need(1); blanks.includes(cursor.char()); cursor.need(1)) cursor.skip()
      cursor.skipComment()
      if (!isBreak(cursor.char())) return
      cursor.need(2)
      cursor.takeBreak()
      if (this.#flowLevel === 0) this.#keyAllowed = true
    }
  }

  #sign(type: Sign, length = 1): Token {
    const start = this.#cursor.mark
    this.#cursor.skip(length)
    return { type, start, end: this.#cursor.mark }
  }

  /** @param before the number of the token that it goes in front of */
  #add(token: Token, before?: number): void {
    if (before === undefined) this.#queue.push(token)
    else this.#queue.splice(before - this.#taken, 0, token)
  }

  #addMark(type: Sign, mark: Mark, before?: number): void {
    this.#add({ type, start: mark, end: mark }, before)
  }

  #start(): void {
    this.#keys.openLevel(0)
    this.#keyAllowed = true
    this.#started = true
    this.#addMark('stream-start', this.#cursor.mark)
  }

  #end(): void {
    const cursor = this.#cursor
    if (cursor.column !== 0) {
      cursor.column = 0
      cursor.line++
    }
    this.#outermost(() => ({ type: 'stream-end', start: cursor.mark, end: cursor.mark }))
  }

  /** What stands outside of all collections. */
  #outermost(scan: () => Token): void {
    this.#closeDeeperThan(-1)
    this.#add(this.#forgettingKey(false, scan))
  }

  #forgettingKey(keyAllowedBehind: boolean, scan: () => Token): Token {
    this.#keys.forget()
    this.#keyAllowed = keyAllowedBehind
    return scan()
  }

  #openFlow(char: '[' | '{'): void {
    this.#rememberKey()
    this.#keys.openLevel(this.#next)
    this.#flowLevel++
    this.#keyAllowed = true
    this.#add(this.#sign(char))
  }

  #closeFlow(char: ']' | '}'): void {
    this.#keys.forget()
    if (this.#flowLevel > 0) {
      this.#flowLevel--
      this.#keys.closeLevel()
    }
    this.#keyAllowed = false
    this.#add(this.#sign(char))
  }

  #entry(): void {
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) this.#fail('block sequence entries are not allowed in this context')
      this.#open('block-sequence-start', this.#cursor.mark)
    }
    this.#add(this.#forgettingKey(true, () => this.#sign('entry')))
  }

  #explicitKey(): void {
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) this.#fail('mapping keys are not allowed in this context')
      this.#open('block-mapping-start', this.#cursor.mark)
    }
    this.#add(this.#forgettingKey(this.#flowLevel === 0, () => this.#sign('key')))
  }

  #value(): void {
    const key = this.#keys.innermost
    if (this.#keys.isValid(key)) {
      this.#addMark('key', key.mark, key.token)
      this.#open('block-mapping-start', key.mark, key.token)
      this.#keys.confirm(key)
      this.#keyAllowed = false
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#keyAllowed) this.#fail('mapping values are not allowed in this context')
        this.#open('block-mapping-start', this.#cursor.mark)
      }
      this.#keyAllowed = this.#flowLevel === 0
    }
    this.#add(this.#sign('value'))
  }

  #maybeKey(scan: () => Token): void {
    this.#rememberKey()
    this.#keyAllowed = false
    this.#add(scan())
  }

  #plain(): void {
    this.#maybeKey(() => {
      const { endedLine, ...scalar } = plainScalar(this.#cursor, this.#indent, this.#flowLevel > 0)
      if (endedLine) this.#keyAllowed = true
      return scalar
    })
  }

  #rememberKey(): void {
    if (this.#keyAllowed) this.#keys.remember(this.#next, this.#flowLevel === 0 && this.#indent === this.#cursor.column)
  }

  /** Begins a block collection where this column is deeper than the one around it. */
  #open(type: Sign, mark: Mark, before?: number): void {
    if (this.#flowLevel > 0 || this.#indent >= mark.column) return
    this.#indents.push(this.#indent)
    this.#indent = mark.column
    this.#addMark(type, mark, before)
  }

  #closeDeeperThan(column: number): void {
    if (this.#flowLevel > 0) return
    while (this.#indent > column) {
      this.#addMark('block-end', this.#cursor.mark)
      this.#indent = this.#indents.pop()!
    }
  }
}
