import { isMethod, isSecretName, isTrivial, secretWord } from './names.ts'
import { blockValue, closingQuote, conceal, indexOrEnd, listValue, quotedValue, type Hash, type Replacement } from './values.ts'

const maxNameLength = 128
const inName = /[\w.-]/
/** `"name": "DB_PASSWORD", "value": "…"`, in JSON and YAML. */
const valueOfNamed = /\\*["']?[ \t]*(?:,|\\n|\n)\s{0,256}(?:- )?\\*["']?value\\*["']?[ \t]*[:=][ \t]*/y
const separator = /\\*["']?[ \t]*(?:=>|[:=])[ \t]*/y
const flagSeparator = /[ \t]+(?!-)/y

/** A name in a text that is one of a secret. */
interface Named {
  readonly name: string
  readonly start: number
  readonly end: number
  /** Where the line of a position ends. */
  readonly lineEnd: (at: number) => number
}

/**
 * Replaces the values of things called password, token, secret, auth and the like. Reads the text once from left to right:
 * regular expressions over a whole line would take quadratic time on what hostile containers and registries can print.
 */
export function concealAssignments(input: string, hash: Hash): string {
  const hits = new RegExp(secretWord)
  let output = ''
  let done = 0
  let known = -1
  const lineEnd = (at: number): number => (known < at ? (known = indexOrEnd(input, '\n', at)) : known)
  for (let hit = hits.exec(input); hit; hit = hits.exec(input)) {
    let [start, end] = [hit.index, hits.lastIndex]
    while (start > done && start > hit.index - maxNameLength && inName.test(input[start - 1]!)) start--
    while (end < input.length && end < hits.lastIndex + maxNameLength && inName.test(input[end]!)) end++
    const found = valueOf(input, { name: input.slice(start, end), start, end, lineEnd }, hash)
    if (found) {
      output += input.slice(done, found.from) + onAsManyLines(found.text, input.slice(found.from, found.to))
      done = found.to
    }
    hits.lastIndex = Math.max(end, done)
  }
  return output + input.slice(done)
}

/** Line numbers of a file are told and gone by: what stands behind a secret of several lines stays on its line. */
const onAsManyLines = (text: string, original: string): string => text + '\n'.repeat(Math.max(0, linesOf(original) - linesOf(text)))

const linesOf = (text: string): number => text.split('\n').length

function valueOf(input: string, named: Named, hash: Hash): Replacement | null {
  const { name, start, end } = named
  if (!isSecretName(name)) return null
  valueOfNamed.lastIndex = end
  if (valueOfNamed.test(input))
    return bounded(input, valueOfNamed.lastIndex, { ...named, lineStart: true, quotedName: true, colon: true }, hash)
  separator.lastIndex = end
  if (!separator.test(input)) {
    flagSeparator.lastIndex = end
    if (!/^--?\w/.test(name) || !flagSeparator.test(input)) return null
    return bounded(input, flagSeparator.lastIndex, { ...named, lineStart: false, quotedName: false, colon: false }, hash)
  }
  const at = separator.lastIndex
  const between = input.slice(end, at)
  const quotedName = /["']/.test(between)
  const colon = between.includes(':')
  // `auth:v1` is an image, `secret-app:5000` an address; only what can be nothing else is taken without a space.
  const tight = colon && !quotedName && between.endsWith(':') && /^(?:[^\s"'\\[]|\[redacted:)/.test(input.slice(at, at + 12))
  if (tight && (!/(?:passw(?:or)?d|authorization|cookie)$/i.test(name) || input[start - 1] === '/')) return null
  return bounded(input, at, { ...named, lineStart: atLineStart(input, start), quotedName, colon }, hash)
}

interface Context extends Named {
  /** Nothing but indentation and a dash stands before the name on its line. */
  readonly lineStart: boolean
  readonly quotedName: boolean
  readonly colon: boolean
}

function atLineStart(input: string, start: number): boolean {
  let index = start
  while (index > 0 && index > start - maxNameLength && /[ \t-]/.test(input[index - 1]!)) index--
  return index === 0 || input[index - 1] === '\n'
}

/** What was replaced already, and nothing behind it; the line break of a text in a text is a backslash and a letter. */
const isReplaced = /^\[redacted:[0-9a-f]+\](?=$|[\s"',;}\])]|\\+[nrt"'])/

/** Finds out how far the value that begins at `at` reaches, and what takes its place. */
function bounded(input: string, at: number, context: Context, hash: Hash): Replacement | null {
  const lineEnd = context.lineEnd(at)
  const rest = input.slice(at, Math.min(lineEnd, at + 64))
  if (context.colon && /^(?:[|>][+-]?\d?[+-]?)?[ \t]*(?:#.*)?$/.test(rest) && at + rest.length === lineEnd)
    return blockValue(input, lineEnd, indentOf(input, context.start), '|>'.includes(rest[0] ?? 'no'), hash)
  if (input[at] === '{' || isReplaced.test(rest)) return null
  if (input[at] === '[' && !rest.startsWith('[redacted:')) return listValue(input, at, hash)
  const found = quotedValue(input, at, hash) ?? plainValue(input, at, lineEnd, context, hash)
  if (!found || found.to <= found.from) return null
  const value = input.slice(found.from, found.to)
  return isTrivial(value) || isMethod(context.name, value) ? null : found
}

/** A value without quotes: how far it reaches depends on what is around it. */
function plainValue(input: string, at: number, lineEnd: number, context: Context, hash: Hash): Replacement | null {
  const { name, start, lineStart, quotedName, colon } = context
  const lead = quotedName ? '' : (input[start - 1] ?? '')
  const header = colon && /(?:authorization|cookie)$/i.test(name)
  let to: number
  if (lead === '"' || lead === "'") {
    let slashes = 0
    while (input[start - 2 - slashes] === '\\') slashes++
    to = closingQuote(input, at, lead, slashes)
  } else if (lineStart) to = lineEnd
  else if (colon && !quotedName && isProse(input, at, lineEnd, context)) return null
  else if (header) to = endAt(input, at, lineEnd, /["'\\]/)
  else if (colon && /[{,][ \t]*["']?$/.test(input.slice(Math.max(0, start - 8), start))) to = endAt(input, at, lineEnd, /[,}\n"]/)
  else to = wordEnd(input, at, lineEnd)
  const value = input.slice(at, to).trimEnd()
  return { from: at, to: at + value.length, text: conceal(value, hash) }
}

/**
 * `failed to fetch anonymous token: unexpected status`: a sentence goes on after the colon. Taken for one where a word
 * stands before the name and a word of small letters follows; a password that looks so is still replaced where it is one.
 */
function isProse(input: string, at: number, lineEnd: number, { name, start }: Context): boolean {
  if (/pass/i.test(name)) return false
  const before = /[\w.,)\]][ \t]+$/.test(input.slice(Math.max(0, start - 16), start))
  return (
    before &&
    /^[a-z]+(?:[\s:.,;]|$)/.test(input.slice(at, Math.min(lineEnd, at + 64))) &&
    !/^(?:basic|bearer|token|digest) \S/.test(input.slice(at, at + 16))
  )
}

function wordEnd(input: string, at: number, lineEnd: number): number {
  const scheme = /^(?:basic|bearer|digest|negotiate)[ \t]+/i.exec(input.slice(at, at + 16))?.[0].length ?? 0
  const end = endAt(input, at + scheme, lineEnd, /[\s"'`]/)
  return at + scheme + input.slice(at + scheme, end).replace(/[,;)}\\]+$/, '').length
}

function endAt(input: string, at: number, limit: number, stop: RegExp): number {
  let end = at
  while (end < limit && !stop.test(input[end]!)) end++
  return end
}

function indentOf(input: string, start: number): number {
  const line = input.lastIndexOf('\n', start - 1) + 1
  return /^[ \t]*/.exec(input.slice(line, start))![0].length
}
