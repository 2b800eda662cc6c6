import { maxDepth, Rejected, type Place } from './rejected.ts'
import type { Token, TokenType } from './v1-scanner.ts'
import { tokensOf } from './v1-tokens.ts'
import { createPath, getPath, setPath, splitKey, Table, Tables, type Other, type Value } from './v1-tree.ts'
import { scalars } from './v1-values.ts'

/**
 * A file as go-toml 1.x reads it, the library of containerd 1.x.
 * Source: pelletier/go-toml v1.9.5, parser.go.
 * @throws Rejected
 */
export function parseTomlV1(text: string): Table {
  const parser = new Parser(tokensOf(text))
  parser.run()
  return parser.root
}

class Parser {
  readonly root = new Table(1, { line: 1, column: 1 })
  readonly #tokens: readonly Token[]
  /** Headers by their raw text: the same table in other quotes is no duplicate. A tree by dots, as `[[a]]` frees `a.…`. */
  readonly #seen: Seen = { here: false }
  #at = 0
  /** The table that keys go into; null where its header led nowhere, and the path is tried again for each key. */
  #table: Table | null = this.root
  #path: readonly string[] = []

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  run(): void {
    for (let token = this.#peek(); token.type !== 'end'; token = this.#peek()) {
      if (token.type === '[[') this.#tablesHeader()
      else if (token.type === '[') this.#tableHeader()
      else if (token.type === 'key') this.#assignment()
      else this.#wrong(token, token.type === 'error' ? token.text : `unexpected token ${token.type}`)
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at]!
  }
  #take(): Token {
    const token = this.#peek()
    if (token.type !== 'end' && token.type !== 'error') this.#at++
    return token
  }
  #wrong(at: Place, message: string): never {
    throw new Rejected(message, { line: at.line, column: at.column })
  }
  #expect(type: TokenType): Token {
    const token = this.#take()
    if (token.type !== type)
      this.#wrong(token, token.type === 'error' ? token.text : `was expecting token ${type}, but got ${token.type} instead`)
    return token
  }
  #keys(token: Token): readonly string[] {
    const keys = splitKey(token.text)
    return 'wrong' in keys ? this.#wrong(token, `invalid key: ${keys.wrong}`) : keys
  }

  #tableHeader(): void {
    const start = this.#take()
    const header = this.#expect('header')
    const seen = seenAt(this.#seen, header.text)
    if (seen.here) this.#wrong(header, 'duplicated tables')
    seen.here = true
    const keys = this.#keys(header)
    const made = createPath(this.root, keys, start)
    if ('wrong' in made) this.#wrong(header, made.wrong)
    const target = getPath(this.root, keys)
    if (target instanceof Table && target.inline)
      this.#wrong(header, `could not re-define exist inline table or its sub-table : ${keys.join('.')}`)
    this.#expect(']')
    this.#enter(keys)
  }

  #tablesHeader(): void {
    const start = this.#take()
    const header = this.#expect('header')
    const keys = this.#keys(header)
    createPath(this.root, keys.slice(0, -1), start)
    const present = getPath(this.root, keys)
    if (present !== undefined && !(present instanceof Tables))
      this.#wrong(header, `key ${keys.join('.')} is already assigned and not of type table array`)
    const tables = present ?? new Tables([])
    tables.tables.push(new Table(start.line, start))
    setPath(this.root, keys, tables, start)
    this.#enter(keys)
    const seen = seenAt(this.#seen, header.text)
    delete seen.below
    seen.here = true
    this.#expect(']]')
  }

  #assignment(): void {
    const token = this.#take()
    this.#expect('=')
    const keys = this.#keys(token)
    const value = this.#value(0)
    const target = this.#target(keys.slice(0, -1), token)
    if (target.inline) this.#wrong(token, `could not add key or sub-table to exist inline table or its sub-table : ${keys.join('.')}`)
    const name = keys.at(-1)!
    if (target.values.has(name)) this.#wrong(token, `The following key was defined twice: ${[...this.#path, ...keys].join('.')}`)
    target.values.set(name, value)
    target.places.set(name, token)
  }

  #enter(keys: readonly string[]): void {
    const target = getPath(this.root, keys)
    this.#table = target instanceof Table ? target : target instanceof Tables ? target.tables.at(-1)! : null
    this.#path = keys
  }

  #target(prefix: readonly string[], token: Token): Table {
    const from = this.#table ?? this.root
    const path = this.#table ? prefix : [...this.#path, ...prefix]
    const present = getPath(from, path)
    if (present instanceof Tables) return present.tables.at(-1)!
    if (present instanceof Table) return present
    if (present !== undefined) this.#wrong(token, `Unknown table type for path: ${path.join('.')}`)
    const made = createPath(from, path, token)
    return 'wrong' in made ? this.#wrong(token, `could not create intermediate group: ${made.wrong}`) : made.table
  }

  #value(depth: number): Value {
    const token = this.#take()
    if (depth > maxDepth) this.#wrong(token, 'nested too deeply to be judged')
    const { type, text } = token
    if (type === 'string') return text
    if (type === 'bool') return text === 'true'
    if (type === 'integer' || type === 'float' || type === 'time')
      return scalars[type](text) ?? this.#wrong(token, `invalid ${type}: ${text}`)
    if (type === 'date') return this.#moment(token)
    if (type === '[') return this.#array(depth)
    if (type === '{') return this.#inlineTable(token, depth)
    if (type === '=') return this.#wrong(token, 'cannot have multiple equals for the same key')
    if (type === 'end') return this.#wrong(token, 'expecting a value')
    return this.#wrong(token, type === 'error' ? text : `unhandled token: ${type}`)
  }

  #moment(date: Token): Other {
    const time = this.#peek().type === 'time' ? this.#take().text : null
    const offset = time !== null && this.#peek().type === 'offset' ? this.#take().text : ''
    const value = time === null ? scalars.date(date.text) : scalars.moment(date.text, time, offset)
    return value ?? this.#wrong(date, `invalid date: ${date.text}`)
  }

  #array(depth: number): Value {
    const values: Value[] = []
    for (;;) {
      if (this.#peek().type === ']') break
      values.push(this.#value(depth + 1))
      const { type } = this.#peek()
      if (type === ',') this.#take()
      else if (type !== ']') this.#wrong(this.#peek(), type === 'end' ? 'unterminated array' : 'missing comma')
    }
    this.#take()
    const tables = values.filter((value) => value instanceof Table)
    return values.length > 0 && tables.length === values.length ? new Tables(tables) : values
  }

  /** Keys may repeat here: the last one counts. */
  #inlineTable(start: Token, depth: number): Table {
    const table = new Table(0, start)
    let previous: TokenType | null = null
    for (let token = this.#peek(); token.type !== '}'; token = this.#peek()) {
      if (token.type === ',') {
        if (previous === ',') this.#wrong(token, 'need field between two commas in inline table')
        this.#take()
      } else if (token.type === 'key' || token.type === 'integer' || token.type === 'string') {
        if (previous !== ',' && previous !== null) this.#wrong(token, 'comma expected between fields in inline table')
        this.#take()
        this.#expect('=')
        const keys = this.#keys(token)
        setPath(table, keys, this.#value(depth + 1), token)
      } else this.#wrong(token, token.type === 'error' ? token.text : `unexpected token type in inline table: ${token.type}`)
      previous = token.type
    }
    if (previous === ',') this.#wrong(this.#peek(), 'trailing comma at the end of inline table')
    this.#take()
    table.inline = true
    return table
  }
}

interface Seen {
  here: boolean
  below?: Map<string, Seen>
}

function seenAt(root: Seen, header: string): Seen {
  let seen = root
  for (const part of header.split('.')) {
    const present = (seen.below ??= new Map()).get(part) ?? { here: false }
    seen.below.set(part, present)
    seen = present
  }
  return seen
}
