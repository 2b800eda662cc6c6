import { lower } from '../go/lower.ts'
import { maxDepth, Rejected, type Place } from './rejected.ts'
import { Box, type Loose, type Shape } from './v2-box.ts'
import type { Document, Header, KeyValue, Node } from './v2-parser.ts'
import { Seen } from './v2-seen.ts'
import { isValid, type V2Library } from './v2-values.ts'

type Next = (box: Box, header: Header, depth: number) => void

/**
 * Decodes expressions into variables one by one, as go-toml 2.x does: below a header or key that is no field nothing is
 * looked at any more, not even for duplicates. Where the library panics, containerd ends with it.
 * Source: pelletier/go-toml v2.2.4, unmarshaler.go.
 */
export class Decoder {
  readonly #document: Document
  readonly #library: V2Library
  readonly #seen = new Seen()
  #at = 0
  #skipping = false

  constructor(document: Document, library: V2Library) {
    this.#document = document
    this.#library = library
  }

  /** @throws Rejected */
  decode(root: Box): void {
    for (let expression = this.#next(); expression; expression = this.#next()) {
      if (expression.kind === 'key-value') {
        if (this.#skipping) continue
        this.#seen.check(expression)
        this.#keyValue(root, expression)
        continue
      }
      this.#seen.check(expression)
      this.#skipping = false
      if (expression.kind === 'table') this.#table(root, expression, 0)
      else this.#arrayTable(root, expression, 0)
    }
    if (this.#document.error) throw this.#document.error
  }

  #next(): KeyValue | Header | undefined {
    return this.#document.expressions[this.#at++]
  }

  /** The keys below a header, up to the next. */
  #keyValues(box: Box): void {
    for (let expression = this.#next(); expression; expression = this.#next()) {
      if (expression.kind !== 'key-value') {
        this.#at--
        return
      }
      this.#seen.check(expression)
      this.#keyValue(box, expression)
    }
  }

  #table: Next = (box, header, depth) => {
    if (box.shape === 'strings') {
      if (box.strings.length === 0) throw new Rejected('cannot store a table in a slice', placeOf(header))
      this.#table(new Box('string'), header, depth)
    } else if (depth < header.key.length) this.#part(box, header, depth, this.#table)
    else this.#keyValues(box)
  }

  #arrayTable: Next = (box, header, depth) => {
    if (depth < header.key.length) this.#part(box, header, depth, this.#arrayElement)
    else this.#keyValues(box)
  }

  #arrayElement: Next = (box, header, depth) => {
    const { shape } = box
    if (depth < header.key.length) {
      // An element of no slice, or a table in a string.
      if (shape === 'strings') throw new Rejected('array table in a list of strings', placeOf(header), true)
      this.#arrayTable(box, header, depth)
    } else if (shape === 'strings') {
      this.#keyValues(new Box('string'))
      box.strings.push('')
    } else if (shape === 'any' && (box.loose === undefined || isList(box.loose))) {
      const element = new Box({ of: 'any' })
      this.#keyValues(element)
      box.loose ??= []
      box.loose.push(element)
    } else throw new Rejected(`cannot decode TOML array table into ${header.key.join('.')}`, placeOf(header))
  }

  /** One part of a header's key. */
  #part(box: Box, header: Header, depth: number, next: Next): void {
    const key = header.key[depth]!
    const { shape } = box
    if (depth > maxDepth) throw new Rejected('nested too deeply to be judged', placeOf(header))
    if (shape === 'any') {
      box.loose ??= new Box({ of: 'any' })
      if (!(box.loose instanceof Box)) throw new Rejected('a table below a value', placeOf(header), true)
      this.#part(box.loose, header, depth, next)
    } else if (typeof shape === 'string') throw new Rejected(`${key} is below a ${shape}`, placeOf(header), true)
    else if ('fields' in shape) {
      const field = fieldOf(box, shape.fields, key, false, header)
      if (field) next(field, header, depth + 1)
      else this.#skipping = true
    } else {
      const entry = box.entry(key) ?? new Box(shape.of)
      box.setEntry(key, entry)
      if (entry.shape === 'any') {
        if (entry.loose !== undefined && isList(entry.loose)) throw new Rejected(`${key} is a list of tables`, placeOf(header))
        entry.loose ??= next === this.#arrayElement && depth === header.key.length - 1 ? [] : new Box({ of: 'any' })
      }
      next(entry, header, depth + 1)
    }
  }

  #keyValue(box: Box, expression: KeyValue): void {
    this.#inner(box, expression, 0, false)
  }

  /** @param frozen the variable is a copy out of a map, in which a pointer cannot be set */
  #inner(box: Box, expression: KeyValue, depth: number, frozen: boolean): void {
    if (depth === expression.key.length) return this.#set(box, expression.value)
    const key = expression.key[depth]!
    const { shape } = box
    if (depth > maxDepth) throw new Rejected('nested too deeply to be judged', placeOf(expression))
    if (shape === 'any') {
      if (!(box.loose instanceof Box)) box.loose = new Box({ of: 'any' })
      this.#inner(box.loose, expression, depth, false)
    } else if (typeof shape === 'string') throw new Rejected(`unhandled kv part: ${shape}`, placeOf(expression))
    else if ('fields' in shape) {
      const field = fieldOf(box, shape.fields, key, frozen, expression)
      if (field) this.#inner(field, expression, depth + 1, false)
    } else {
      const present = depth < expression.key.length - 1 ? box.entry(key) : undefined
      const entry = present ?? new Box(shape.of)
      this.#inner(entry, expression, depth + 1, present !== undefined)
      box.setEntry(key, entry)
    }
  }

  #set(box: Box, node: Node): void {
    const { shape } = box
    if ('value' in node && typeof node.value === 'string' && node.kind !== 'string') this.#checkText(shape, node.kind, node.value, node)
    if (shape === 'any') box.loose = this.#loose(node, box.loose)
    else if (shape === 'string' && node.kind === 'string') box.text = node.value
    else if ((shape === 'bool' || shape === 'bool?') && node.kind === 'bool') box.flag = node.value
    else if (shape === 'strings' && node.kind === 'array') box.strings = node.items.map((item) => this.#string(item))
    else if (typeof shape === 'object' && node.kind === 'inline-table') for (const entry of node.entries) this.#keyValue(box, entry)
    else throw new Rejected(`cannot decode TOML ${node.kind} into a ${nameOf(shape)}`, placeOf(node))
  }

  #checkText(shape: Shape, kind: Parameters<typeof isValid>[0], text: string, node: Node): void {
    if (!isValid(kind, text, this.#library)) throw new Rejected(`invalid ${kind}: ${text}`, placeOf(node))
    // From v2.3.0 on that is an error like any other.
    if (shape !== 'any' && kind !== 'integer' && kind !== 'float' && this.#library === '2.2')
      throw new Rejected(`a ${kind} where a ${nameOf(shape)} is wanted`, placeOf(node), true)
  }

  #string(node: Node): string {
    const box = new Box('string')
    this.#set(box, node)
    return box.text
  }

  /** @param present what the same field in other letters was set to before: a list or table is stored into that */
  #loose(node: Node, present: Loose | undefined): Loose {
    if (node.kind === 'string') return node.value
    const list = node.kind === 'array'
    if (!list && node.kind !== 'inline-table') return { other: node.kind }
    if (present !== undefined && !(list ? isList(present) : present instanceof Box))
      throw new Rejected(`cannot decode TOML ${node.kind} into what was set before`, placeOf(node))
    if (list) {
      return node.items.map((item) => {
        const box = new Box('any')
        this.#set(box, item)
        return box.loose!
      })
    }
    const map = present instanceof Box ? present : new Box({ of: 'any' })
    for (const entry of node.entries) this.#keyValue(map, entry)
    return map
  }
}

const isList = (loose: Loose): loose is Loose[] => Array.isArray(loose)
const nameOf = (shape: Shape): string => (typeof shape === 'string' ? shape : 'fields' in shape ? 'struct' : 'map')
const placeOf = ({ line, column }: Place): Place => ({ line, column })

/** Fields are found in any case. Merely coming by makes a `false` of a pointer that was not set. */
function fieldOf(box: Box, fields: ReadonlyMap<string, Shape>, key: string, frozen: boolean, place: Place): Box | undefined {
  const name = fields.has(key) ? key : lower(key)
  if (!fields.has(name)) return undefined
  const field = box.field(name)
  if (field.shape === 'bool?' && field.flag === undefined) {
    if (frozen) throw new Rejected(`${key} of a host that was begun before`, placeOf(place), true)
    field.flag = false
  }
  return field
}
