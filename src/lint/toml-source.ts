import { parseTOML, type AST } from 'toml-eslint-parser'
import { start, type Place } from './problem.ts'

/** A key of a TOML text, with the names that lead to it. A table's header is a key without a value. */
export interface TomlKey {
  readonly path: readonly string[]
  readonly place: Place
  readonly value?: unknown
}

/** Every key of a text in its order; none where it is no TOML of version 1.0. Never throws. */
export function tomlKeys(text: string): TomlKey[] {
  let body: AST.TOMLTopLevelTable['body']
  try {
    body = parseTOML(text).body[0].body
  } catch {
    return []
  }
  return body.flatMap((node) => (node.type === 'TOMLKeyValue' ? keysOf(node, []) : tableKeys(node)))
}

function tableKeys(table: AST.TOMLTable): TomlKey[] {
  const path = namesOf(table.key)
  return [{ path, place: placeOf(table.key) }, ...table.body.flatMap((one) => keysOf(one, path))]
}

/** Deeper than any setting of a registry lies. */
const deepest = 12

function keysOf({ key, value }: AST.TOMLKeyValue, above: readonly string[]): TomlKey[] {
  const path = [...above, ...namesOf(key)]
  if (value.type !== 'TOMLInlineTable') return [{ path, place: placeOf(key), value: valueOf(value) }]
  return [{ path, place: placeOf(key) }, ...(path.length < deepest ? value.body.flatMap((one) => keysOf(one, path)) : [])]
}

const valueOf = (node: AST.TOMLContentNode): unknown =>
  node.type === 'TOMLValue' ? node.value : node.type === 'TOMLArray' ? node.elements.map(valueOf) : undefined

const namesOf = ({ keys }: AST.TOMLKey): string[] => keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))

const placeOf = ({ loc }: AST.TOMLKey): Place => ({ line: loc.start.line, column: loc.start.column + 1 })

/** Why a text is no TOML, and where. */
export function tomlFault(text: string): { readonly message: string; readonly place: Place } | null {
  try {
    parseTOML(text)
    return null
  } catch (error) {
    const { message, lineNumber, column } = error as { message: string; lineNumber?: number; column?: number }
    return { message, place: lineNumber === undefined ? start : { line: lineNumber, column: (column ?? 0) + 1 } }
  }
}
