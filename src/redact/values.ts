/** Where a value stands in a text, and what takes its place. */
export interface Replacement {
  readonly from: number
  readonly to: number
  readonly text: string
}

export type Hash = (secret: string) => string

export const marker = /^\[redacted:[0-9a-f]+\]$/
const markerHere = /\[redacted:[0-9a-f]+\]/y
const scheme = /^((?:basic|bearer|digest|negotiate|ntlm|token|aws4-hmac-sha256)[ \t]+)(\S.*)$/is
const maxListLength = 2_048

/** A secret with its hash in its place; the scheme of an Authorization header stays, and so does what is replaced already. */
export function conceal(value: string, hash: Hash): string {
  const [, lead = '', secret = value] = scheme.exec(value) ?? []
  // The lines of a longer one follow what replaced it.
  return lead + (marker.test(secret.trimEnd()) ? secret : hash(secret))
}

/** The end of a quoted text: the next such quote with as many backslashes before it, or a closing quote of what is around. */
export function closingQuote(input: string, at: number, quote: string, depth: number): number {
  for (let index = at; index < input.length; index++) {
    const char = input[index]
    if (char === '\n') return index
    if (char === quote) return index
    if (char !== '\\') continue
    let end = index
    while (input[end] === '\\') end++
    const slashes = end - index
    if (input[end] === quote && slashes <= depth) return index
    // A single-quoted text knows no escapes; elsewhere the backslashes belong to the next character.
    index = quote === "'" && depth === 0 ? end - 1 : input[end] === quote ? end : end - 1
  }
  return input.length
}

/** `"…"`, `'…'`, also with the backslashes of a JSON text inside a text. */
export function quotedValue(input: string, at: number, hash: Hash): Replacement | null {
  const [, slashes = '', quote] = /^(\\*)(["'])/.exec(input.slice(at, at + 16)) ?? []
  if (quote === undefined) return null
  const open = slashes + quote
  const triple = open === '"""' ? open : input.startsWith(quote.repeat(3), at) ? quote.repeat(3) : null
  const from = at + (triple ?? open).length
  const end = triple ? indexOrEnd(input, triple, from) : closingQuote(input, from, quote, slashes.length)
  const after = end + (triple ?? open).length
  if (slashes === '' && input[end] === quote && /^(?:["'\\]?[^\s"'\\,;:)}\]]|\\['"]|'['"])/.test(input.slice(after, after + 2))) {
    const to = shellWordEnd(input, after)
    return { from: at, to, text: quote + hash(input.slice(at, to)) + quote }
  }
  const value = input.slice(from, end)
  return { from, to: end, text: conceal(unescaped(value, quote, slashes), hash) }
}

/** The end of what a shell joins to one word: `'it'\''s'`. */
function shellWordEnd(input: string, at: number): number {
  let index = at
  while (index < input.length && !/\s/.test(input[index]!)) {
    const char = input[index]!
    if (char === '\\') index += 2
    else if (char === '"' || char === "'") index = closingQuote(input, index + 1, char, 0) + 1
    else index++
  }
  return Math.min(index, input.length)
}

/** The text that a quoted one means, so that equal secrets are equal in whatever they are written. */
function unescaped(value: string, quote: string, slashes: string): string {
  if (quote === "'" || !value.includes('\\')) return value
  try {
    const inner = slashes === '' ? value : (JSON.parse(`"${value}"`) as string)
    return JSON.parse(`"${inner}"`) as string
  } catch {
    return value
  }
}

/** `[a, "b"]`: each of its elements. A list of tables has names of its own and stays. */
export function listValue(input: string, at: number, hash: Hash): Replacement | null {
  const elements: string[] = []
  let index = at + 1
  const limit = Math.min(input.length, at + maxListLength)
  while (index < limit) {
    const char = input[index]!
    if (char === '{') return null
    if (char === ']') {
      index++
      break
    }
    const quoted = /["'\\]/.test(char) ? quotedValue(input, index, hash) : null
    if (quoted) {
      elements.push(quoted.text.replace(/^(["'])(.*)\1$/s, '$2'))
      index = quoted.to
      while (/["'\\]/.test(input[index] ?? '')) index++
      continue
    }
    if (/[\s,]/.test(char)) {
      index++
      continue
    }
    markerHere.lastIndex = index
    let end = markerHere.test(input) ? markerHere.lastIndex : index
    while (end < limit && !/[,\]\n]/.test(input[end]!)) end++
    elements.push(conceal(input.slice(index, end).trim(), hash))
    index = end
  }
  if (elements.length === 0) return null
  const quote = /\\*["']/.exec(input.slice(at, index))?.[0] ?? '"'
  return { from: at, to: index, text: `[${elements.map((one) => quote + one + quote).join(', ')}]` }
}

/** A YAML block (`|`, `>`) or list below a name: the lines that are indented further, or begin with a dash. */
export function blockValue(input: string, lineEnd: number, indent: number, literal: boolean, hash: Hash): Replacement | null {
  let end = lineEnd
  const lines: string[] = []
  while (end < input.length) {
    const next = indexOrEnd(input, '\n', end + 1)
    const line = input.slice(end + 1, next)
    const depth = line.length - line.trimStart().length
    const item = /^\s*- +(.*\S)\s*$/.exec(line)?.[1]
    const belongs = literal
      ? line.trim() === '' || depth > indent
      : item !== undefined && depth >= indent && !/^[\w."'-]+:(?:\s|$)/.test(item)
    if (!belongs) break
    lines.push(literal ? line : `${line.slice(0, line.indexOf('-'))}- "${conceal(item!.replace(/^(["'])(.*)\1$/, '$2'), hash)}"`)
    end = next
  }
  if (lines.length === 0) return null
  if (!literal) return { from: lineEnd, to: end, text: `\n${lines.join('\n')}` }
  const text = lines
    .map((line) => line.trim())
    .join('\n')
    .trim()
  return text === '' ? null : { from: lineEnd, to: end, text: `\n${' '.repeat(indent + 2)}${conceal(text, hash)}` }
}

export function indexOrEnd(input: string, text: string, from: number): number {
  const found = input.indexOf(text, from)
  return found < 0 ? input.length : found
}
