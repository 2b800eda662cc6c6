import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, visit, type Document, type Pair, type Scalar } from 'yaml'
import { start, type Place } from './problem.ts'

/** The names and numbers that lead to a value. */
export type YamlPath = readonly (string | number)[]

/** One YAML document of a file. Places are those of the file, also where the document is a text inside another one. */
export interface YamlSource {
  /** The file that places are about. */
  readonly file: string
  /** The document itself, as its reader gets it. */
  readonly text: string
  /** What is wrong with it; without a value then. */
  readonly fault?: { readonly message: string; readonly place: Place }
  readonly value: unknown
  /** Where the key or the item stands; the nearest that is there, where it does not. */
  place(path: YamlPath): Place
  /** Where a place of the document's text is in the file. */
  at(place: Place): Place
  /** The lines of a key with all that is under it. */
  lines(path: YamlPath): { readonly from: number; readonly to: number }
  /** A text that is a value of this document. */
  embedded(path: YamlPath): EmbeddedText | null
}

export interface EmbeddedText {
  readonly text: string
  /** Where a place of the text is in the file. */
  at(place: Place): Place
}

/** Far more documents than any file has that is meant. */
const mostDocuments = 100

/** By whom a file is read: yaml.v3 of Go (kind), or its yaml.v2, which knows `yes`, and takes a key twice (k3s, k3d). */
export type YamlReader = 'yaml.v2' | 'yaml.v3'

/** The documents of a file; one that is empty is left out. Never throws. */
export function yamlSources(file: string, reader: YamlReader): YamlSource[] {
  const lines = new LineCounter()
  const parsed = documentsOf(file, reader, lines)
  if (parsed === null) return [unreadable(file)]
  const place = (offset: number): Place => placeIn(lines, offset)
  return parsed.slice(0, mostDocuments).flatMap((one) => {
    const blank = one.contents === null || (isScalar(one.contents) && one.contents.value === null)
    return one.errors.length === 0 && blank ? [] : [sourceOf(one, file, file.slice(one.range[0], one.range[2]), place, lines)]
  })
}

function documentsOf(file: string, reader: YamlReader, lineCounter: LineCounter): readonly Document.Parsed[] | null {
  const old = reader === 'yaml.v2'
  try {
    const version = old ? '1.1' : '1.2'
    const found = parseAllDocuments(file, { lineCounter, merge: true, prettyErrors: false, logLevel: 'silent', uniqueKeys: !old, version })
    return Array.isArray(found) ? found : []
  } catch {
    // The parser's stack ends before the nesting of the file does.
    return null
  }
}

const unreadable = (file: string): YamlSource => ({
  file,
  text: file,
  value: undefined,
  fault: { message: 'it is nested too deeply', place: start },
  place: () => start,
  at: (place) => place,
  lines: () => ({ from: 1, to: 0 }),
  embedded: () => null,
})

/** A text inside a file as a YAML document of its own. */
export function embeddedYaml(file: string, { text, at }: EmbeddedText): YamlSource | null {
  const [inner] = yamlSources(text, 'yaml.v2')
  if (!inner) return null
  return {
    ...inner,
    file,
    ...(inner.fault && { fault: { ...inner.fault, place: at(inner.fault.place) } }),
    place: (path) => at(inner.place(path)),
    at: (place) => at(inner.at(place)),
    lines: (path) => {
      const { from, to } = inner.lines(path)
      const first = at({ line: from, column: 1 }).line
      return { from: first, to: first + to - from }
    },
    embedded: () => null,
  }
}

function placeIn(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

function sourceOf(document: Document.Parsed, file: string, text: string, place: (offset: number) => Place, lines: LineCounter): YamlSource {
  const steps = (path: YamlPath): Step[] => stepsTo(document, path)
  const read = valueOf(document, place)
  return {
    file,
    text,
    ...read,
    place: (path) => {
      const last = steps(path).at(-1)
      return last === undefined ? place(document.contents?.range[0] ?? document.range[0]) : place(last.from)
    },
    at: ({ line, column }) => ({ line: line + place(document.range[0]).line - 1, column }),
    lines: (path) => {
      const last = steps(path).at(-1)
      if (last === undefined || last.depth < path.length) return { from: 1, to: 0 }
      const to = Math.max(last.from, file.slice(0, last.to).trimEnd().length - 1)
      return { from: place(last.from).line, to: place(to).line }
    },
    embedded: (path) => {
      const last = steps(path).at(-1)
      if (last === undefined || last.depth < path.length || !isScalar(last.value) || typeof last.value.value !== 'string') return null
      return embeddedIn(file, last.value as Scalar.Parsed, lines)
    },
  }
}

function valueOf(document: Document.Parsed, place: (offset: number) => Place): Pick<YamlSource, 'value' | 'fault'> {
  const [error] = document.errors
  if (error) return { value: undefined, fault: { message: oneSentence(error.message), place: place(error.pos[0]) } }
  try {
    // More aliases than this are an attack.
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown }
  } catch (thrown) {
    return { value: undefined, fault: { message: oneSentence((thrown as Error).message), place: looseAlias(document, place) } }
  }
}

/** Where an alias stands that leads nowhere. */
function looseAlias(document: Document.Parsed, place: (offset: number) => Place): Place {
  let found = start
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined || !alias.range) return undefined
      found = place(alias.range[0])
      return visit.BREAK
    },
  })
  return found
}

const oneSentence = (message: string): string => message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')

interface Step {
  readonly depth: number
  /** Offsets of the key or item with all that is under it. */
  readonly from: number
  readonly to: number
  readonly value: unknown
}

/** The way to a value, as far as it goes. */
function stepsTo(document: Document.Parsed, path: YamlPath): Step[] {
  const steps: Step[] = []
  let node: unknown = document.contents
  for (const [index, name] of path.entries()) {
    node = resolved(node, document)
    const found = isMap(node) ? pairNamed(node.items, name, document) : isSeq(node) ? node.items[Number(name)] : undefined
    if (found === undefined || found === null) return steps
    const value: unknown = isPair(found) ? found.value : found
    const [from, end] = [rangeOf(isPair(found) ? found.key : found), rangeOf(value)]
    if (from === null) return steps
    steps.push({ depth: index + 1, from: from[0], to: (end ?? from)[1], value: resolved(value, document) })
    node = value
  }
  return steps
}

const resolved = (node: unknown, document: Document.Parsed): unknown => (isAlias(node) ? node.resolve(document) : node)

function pairNamed(pairs: readonly Pair[], name: string | number, document: Document.Parsed): Pair | undefined {
  const named = pairs.find(({ key }) => isScalar(key) && String(key.value) === String(name))
  if (named) return named
  for (const { key, value } of pairs) {
    if (!isScalar(key) || (key.value !== '<<' && typeof key.value !== 'symbol')) continue
    const merged = resolved(value, document)
    const found = isMap(merged) ? merged.items.find((one) => isScalar(one.key) && String(one.key.value) === String(name)) : undefined
    if (found) return found
  }
  return undefined
}

function rangeOf(node: unknown): readonly [number, number] | null {
  const range = (node as { range?: readonly number[] | null } | null)?.range
  return range ? [range[0]!, range[1]!] : null
}

function embeddedIn(file: string, scalar: Scalar.Parsed, lines: LineCounter): EmbeddedText {
  const text = String(scalar.value)
  const first = placeIn(lines, scalar.range[0])
  if (scalar.type === 'BLOCK_LITERAL') {
    const [source, own] = [file.split('\n'), text.split('\n')]
    const indent = (line: number): number => {
      const [outer, inner] = [source[first.line + line - 1], own[line - 1]]
      return outer === undefined || inner === undefined ? 0 : Math.max(0, outer.replace(/\r$/, '').length - inner.length)
    }
    return { text, at: ({ line, column }) => ({ line: first.line + line, column: column + indent(line) }) }
  }
  const quote = scalar.type === 'PLAIN' ? 0 : 1
  const oneLine = !file.slice(scalar.range[0], scalar.range[1]).includes('\n')
  return {
    text,
    at: ({ line, column }) => (oneLine && line === 1 ? { line: first.line, column: first.column + quote + column - 1 } : first),
  }
}
