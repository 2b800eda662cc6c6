import { lower } from '../go/lower.ts'
import { maxDepth, Rejected, type Place } from './rejected.ts'
import { Box, type Loose, type Shape } from './v2-box.ts'
import type { Document, Header, KeyValue, Node } from './v2-parser.ts'
import { isValid } from './v2-values.ts'
import { SeenV24 } from './v24-seen.ts'

/**
 * Decodes expressions into variables as go-toml 2.4 does, which was written anew: what is defined twice is found everywhere,
 * and what does not fit is an error. Nothing panics any more.
 * Source: pelletier/go-toml v2.4.3, unmarshaler.go (handleRootExpression, walkTable, descend, assignValue).
 */
export class DecoderV24 {
  readonly #document: Document

  constructor(document: Document) {
    this.#document = document
  }

  /** @throws Rejected */
  decode(root: Box): void {
    const seen = new SeenV24()
    let table: Box | undefined = root
    for (const expression of this.#document.expressions) {
      const first = seen.check(expression)
      if (expression.kind !== 'key-value') table = tableOf(root, expression, first)
      // Below a header that is no field nothing is taken.
      else if (table) descend(table, expression, 0)
    }
    if (this.#document.error) throw this.#document.error
  }
}

/** The variable that the keys below a header go into; none where it is no field. */
function tableOf(root: Box, header: Header, first: boolean): Box | undefined {
  let box: Box | undefined = root
  for (const [depth, part] of header.key.entries()) {
    if (depth > maxDepth) throw new Rejected('nested too deeply to be judged', placeOf(header))
    box = inner(box, part, header)
    if (!box) return undefined
  }
  if (header.kind === 'array-table') {
    if (box.shape !== 'any') throw new Rejected(`cannot store an array table in a ${nameOf(box.shape)}`, placeOf(header))
    const element = newMap()
    if (!Array.isArray(box.loose) || first) box.loose = []
    box.loose.push(element)
    return element
  }
  if (typeof box.shape === 'object') return box
  return box.shape === 'any' ? mapIn(box) : mismatch('table', box.shape, header)
}

/** What a part of a key leads to. */
function inner(box: Box, part: string, place: Place): Box | undefined {
  const { shape } = box
  if (shape === 'any') return inner(mapIn(box), part, place)
  if (typeof shape === 'string') return mismatch('table', shape, place)
  if ('fields' in shape) {
    const name = shape.fields.has(part) ? part : lower(part)
    return shape.fields.has(name) ? box.field(name) : undefined
  }
  const entry = box.entry(part) ?? new Box(shape.of)
  box.setEntry(part, entry)
  return entry
}

const newMap = (): Box => new Box({ of: 'any' })

/** The map in an untyped variable, or the one at the end of its list; anything else is replaced. */
function mapIn(box: Box): Box {
  const present: Loose | undefined = Array.isArray(box.loose) ? box.loose.at(-1) : box.loose
  if (present instanceof Box) return present
  const map = newMap()
  if (Array.isArray(box.loose)) box.loose.splice(-1, 1, map)
  else box.loose = map
  return map
}

function descend(box: Box, expression: KeyValue, depth: number): void {
  let target: Box | undefined = box
  for (const [index, part] of expression.key.entries()) {
    if (depth + index > maxDepth) throw new Rejected('nested too deeply to be judged', placeOf(expression))
    target = inner(target, part, expression)
    if (!target) return
  }
  assign(target, expression.value, depth)
}

function assign(box: Box, node: Node, depth: number): void {
  const { shape } = box
  if (shape === 'any') box.loose = loose(node, depth)
  else if (shape === 'string' && node.kind === 'string') box.text = node.value
  else if ((shape === 'bool' || shape === 'bool?') && node.kind === 'bool') box.flag = node.value
  else if (shape === 'strings' && node.kind === 'array') box.strings = node.items.map(stringOf)
  else if (typeof shape === 'object' && node.kind === 'inline-table') {
    // A map is replaced by it, a struct keeps what it has.
    if ('of' in shape) box.empty()
    for (const entry of node.entries) descend(box, entry, depth + 1)
  } else mismatch(node.kind, shape, node)
}

function loose(node: Node, depth: number): Loose {
  if (node.kind === 'string') return node.value
  if (node.kind === 'array') return node.items.map((item) => loose(item, depth + 1))
  if (node.kind === 'inline-table') {
    const map = newMap()
    for (const entry of node.entries) descend(map, entry, depth + 1)
    return map
  }
  if (node.kind !== 'bool' && !isValid(node.kind, node.value, '2.4'))
    throw new Rejected(`invalid ${node.kind}: ${node.value}`, placeOf(node))
  return { other: node.kind }
}

const stringOf = (node: Node): string => (node.kind === 'string' ? node.value : mismatch(node.kind, 'string', node))

const nameOf = (shape: Shape): string => (typeof shape === 'string' ? shape : 'fields' in shape ? 'struct' : 'map')
const placeOf = ({ line, column }: Place): Place => ({ line, column })

function mismatch(what: string, shape: Shape, place: Place): never {
  throw new Rejected(`cannot decode TOML ${what} into a ${nameOf(shape)}`, placeOf(place))
}
