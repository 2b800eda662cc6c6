import { readInput } from './input.ts'
import type { Node, Target } from './node.ts'
import { grammarError, maxDepth, placeOf, Refusal, type Mark } from './refusal.ts'
import { Scanner } from './scanner.ts'
import type { Tag, Token } from './tokens.ts'

/**
 * The first document of a file as a tree; null where it is empty. What stands behind it is not read.
 * Source: go-yaml v2.4.0, parserc.go and decode.go (parser).
 * @throws Refusal
 */
export function parseDocument(bytes: Uint8Array): Node | null {
  return new Parser(new Scanner(readInput(bytes))).document()
}

type Type = Token['type']
type Entry = readonly [key: Node, value: Node]

const empty = (mark: Mark): Node => ({ kind: 'scalar', value: '', implicit: true, tag: '', place: placeOf(mark) })

class Parser {
  readonly #scanner: Scanner
  readonly #prefixes = new Map<string, string>()
  readonly #anchors = new Map<string, Target>()

  constructor(scanner: Scanner) {
    this.#scanner = scanner
  }

  document(): Node | null {
    this.#scanner.take()
    if (this.#is('stream-end')) return null
    const explicit = this.#is('version-directive', 'tag-directive', 'document-start')
    this.#directives()
    if (explicit && !this.#is('document-start')) this.#fail('did not find expected <document start>', this.#peek().start)
    if (explicit) this.#scanner.take()
    const isEmpty = explicit && this.#is('version-directive', 'tag-directive', 'document-start', 'document-end', 'stream-end')
    const root = isEmpty ? empty(this.#peek().start) : this.#node(true, false, 0)
    // The library asks for the end of the document, and so for one token more.
    this.#peek()
    return root
  }

  #peek(): Token {
    return this.#scanner.peek()
  }
  #is(...types: readonly Type[]): boolean {
    return types.includes(this.#peek().type)
  }
  #fail(problem: string, at: Mark, context: Mark | null = null): never {
    throw grammarError('parsing', problem, at, context)
  }

  #directives(): void {
    let versioned = false
    for (let token = this.#peek(); token.type === 'version-directive' || token.type === 'tag-directive'; token = this.#peek()) {
      if (token.type === 'version-directive') {
        if (versioned) this.#fail('found duplicate %YAML directive', token.start)
        if (token.version !== '1.1') this.#fail('found incompatible YAML document', token.start)
        versioned = true
      } else {
        if (this.#prefixes.has(token.handle)) this.#fail('found duplicate %TAG directive', token.start)
        this.#prefixes.set(token.handle, token.prefix)
      }
      this.#scanner.take()
    }
    if (!this.#prefixes.has('!')) this.#prefixes.set('!', '!')
    if (!this.#prefixes.has('!!')) this.#prefixes.set('!!', 'tag:yaml.org,2002:')
  }

  /** @param indentless whether entries of a sequence may stand as deep as the key that they belong to */
  #node(block: boolean, indentless: boolean, depth: number): Node {
    const { start, ...first } = this.#peek()
    const place = placeOf(start)
    if (depth > maxDepth) throw new Refusal('nested too deeply to be judged', place)
    if (first.type === 'alias') return this.#alias(first.value, start)
    const { tag, anchor } = this.#properties(start)
    const named = <N extends Target>(node: N): N => {
      if (anchor !== null) this.#anchors.set(anchor, node)
      return node
    }
    const token = this.#peek()
    if (token.type === 'scalar') {
      this.#scanner.take()
      const implicit = (tag === '' && token.plain) || tag === '!'
      return named({ kind: 'scalar', value: token.value, implicit, tag, place })
    }
    const isSequence = token.type === '[' || (block && token.type === 'block-sequence-start') || (indentless && token.type === 'entry')
    if (isSequence) {
      const items: Node[] = []
      const node = named({ kind: 'sequence', items, place })
      if (token.type === '[') this.#flowSequence(items, depth + 1)
      else this.#blockSequence(items, token.type === 'entry', depth + 1)
      return node
    }
    if (token.type === '{' || (block && token.type === 'block-mapping-start')) {
      const entries: Entry[] = []
      const node = named({ kind: 'mapping', entries, place })
      if (token.type === '{') this.#flowMapping(entries, depth + 1)
      else this.#blockMapping(entries, depth + 1)
      return node
    }
    if (anchor === null && tag === '') this.#fail('did not find expected node content', token.start, start)
    return named({ kind: 'scalar', value: '', implicit: tag === '', tag, place })
  }

  #alias(name: string, start: Mark): Node {
    this.#scanner.take()
    const target = this.#anchors.get(name)
    if (!target) throw new Refusal(`unknown anchor '${name}' referenced`, placeOf(start))
    return { kind: 'alias', name, target, place: placeOf(start) }
  }

  /** A tag and an anchor in front of a node, in either order. */
  #properties(start: Mark): { tag: string; anchor: string | null } {
    let anchor: string | null = null
    let tag: Tag | null = null
    for (let token = this.#peek(); ; token = this.#peek()) {
      if (token.type === 'anchor' && anchor === null) anchor = token.value
      else if (token.type === 'tag' && tag === null) tag = token
      else break
      this.#scanner.take()
    }
    if (tag === null) return { tag: '', anchor }
    if (tag.handle === '') return { tag: tag.suffix, anchor }
    const prefix = this.#prefixes.get(tag.handle)
    if (prefix === undefined || prefix + tag.suffix === '') this.#fail('found undefined tag handle', tag.start, start)
    return { tag: prefix + tag.suffix, anchor }
  }

  /** @param indentless as deep as the key that it belongs to: it has no signs where it begins and ends */
  #blockSequence(items: Node[], indentless: boolean, depth: number): void {
    const { start } = indentless ? this.#peek() : this.#scanner.take()
    const ends: Type[] = indentless ? ['entry', 'key', 'value', 'block-end'] : ['entry', 'block-end']
    while (this.#is('entry')) {
      const { end } = this.#scanner.take()
      items.push(this.#is(...ends) ? empty(end) : this.#node(true, false, depth))
    }
    if (indentless) return
    if (!this.#is('block-end')) this.#fail("did not find expected '-' indicator", this.#peek().start, start)
    this.#scanner.take()
  }

  #blockMapping(entries: Entry[], depth: number): void {
    const { start } = this.#scanner.take()
    const part = ({ end }: Token): Node => (this.#is('key', 'value', 'block-end') ? empty(end) : this.#node(true, true, depth))
    while (this.#is('key')) {
      const key = part(this.#scanner.take())
      entries.push([key, this.#is('value') ? part(this.#scanner.take()) : empty(this.#peek().start)])
    }
    if (!this.#is('block-end')) this.#fail('did not find expected key', this.#peek().start, start)
    this.#scanner.take()
  }

  #flowSequence(items: Node[], depth: number): void {
    this.#flow(']', (token) => {
      if (token.type !== 'key') return void items.push(this.#node(false, false, depth))
      // A key and its value without braces.
      this.#scanner.take()
      // Where the key is missing, the library drops what stands in its place.
      const key = this.#is('value', ',', ']') ? empty(this.#scanner.take().end) : this.#node(false, false, depth)
      items.push({ kind: 'mapping', entries: [[key, this.#flowValue(']', depth)]], place: placeOf(token.start) })
    })
  }

  #flowMapping(entries: Entry[], depth: number): void {
    this.#flow('}', (token) => {
      if (token.type !== 'key') return void entries.push([this.#node(false, false, depth), empty(this.#peek().start)])
      this.#scanner.take()
      const key = this.#is('value', ',', '}') ? empty(this.#peek().start) : this.#node(false, false, depth)
      entries.push([key, this.#flowValue('}', depth)])
    })
  }

  /** What stands between brackets, divided by commas; one more at the end is no error. */
  #flow(close: ']' | '}', read: (first: Token) => void): void {
    const { start } = this.#scanner.take()
    for (let first = true; !this.#is(close); first = false) {
      if (!first) {
        if (!this.#is(',')) this.#fail(`did not find expected ',' or '${close}'`, this.#peek().start, start)
        this.#scanner.take()
        if (this.#is(close)) break
      }
      read(this.#peek())
    }
    this.#scanner.take()
  }

  #flowValue(close: ']' | '}', depth: number): Node {
    const { start } = this.#peek()
    if (!this.#is('value')) return empty(start)
    this.#scanner.take()
    return this.#is(',', close) ? empty(start) : this.#node(false, false, depth)
  }
}
