import { createHmac } from 'node:crypto'
import { isMethod, isSecretFlag, isSecretName, isTrivial } from './names.ts'
import { concealText } from './text.ts'
import { conceal, type Hash } from './values.ts'

const maxNesting = 4
/** Tables whose keys are names that people gave to things (networks, paths): a network called `auth` holds no secret. */
const keyedByName = new Set(['aliases', 'entries'])

/**
 * Makes a function that replaces secrets anywhere in a JSON value: private keys, passwords in URLs, Authorization
 * headers, and values of things called password, token, secret, auth and the like, in objects, files and argument lists.
 * Each is replaced by a keyed hash, so that equal secrets stay equal and none can be guessed from it.
 * @param key the key of the hash, one per machine
 */
export function createRedactor(key: Uint8Array): <T>(value: T) => T {
  const hash: Hash = (secret) => `[redacted:${createHmac('sha256', key).update(secret).digest('hex').slice(0, 10)}]`

  const text = (input: string, nesting: number): string => {
    const inner = nesting < maxNesting ? document(input) : undefined
    if (inner === undefined) return concealText(input, hash)
    const walked = walk(inner, nesting + 1)
    const same = JSON.stringify(walked) === JSON.stringify(inner)
    const whole = same ? input : JSON.stringify(walked)
    // Once more as text: of a key that stands there twice, parsing has kept the last.
    const concealed = concealText(whole, hash)
    return document(concealed) === undefined ? whole : concealed
  }

  const secretIn = (name: string, value: unknown, nesting: number): unknown => {
    if (typeof value === 'string') return isTrivial(value) || isMethod(name, value) ? value : conceal(value, hash)
    if (typeof value === 'number') return Math.abs(value) < 100_000 ? value : hash(String(value))
    if (Array.isArray(value)) return value.map((one) => (typeof one === 'string' ? secretIn(name, one, nesting) : walk(one, nesting)))
    return walk(value, nesting)
  }

  const list = (value: readonly unknown[], nesting: number): unknown[] => {
    const k3s = value.some((one) => typeof one === 'string' && /(?:^|\/)k3s$/.test(one))
    return value.map((item, index) => {
      const before: unknown = value[index - 1]
      const flagged = typeof before === 'string' && (isSecretFlag(before) || (k3s && before === '-t'))
      return flagged && typeof item === 'string' && item !== '' ? conceal(item, hash) : walk(item, nesting)
    })
  }

  const table = (value: Record<string, unknown>, nesting: number): unknown => {
    const kubernetesSecret = value['kind'] === 'Secret'
    const named = typeof value['name'] === 'string' && isSecretName(value['name'])
    const conceals = (name: string): boolean => isSecretName(name) || (named && name === 'value')
    const inner = (name: string, one: unknown): unknown => {
      if (kubernetesSecret && (name === 'data' || name === 'stringData')) return members(one, (it) => secretIn('secret', it, nesting))
      if (keyedByName.has(name)) return members(one, (it) => walk(it, nesting))
      if (conceals(name)) return secretIn(name, one, nesting)
      return typeof one === 'string' && /proxy$/i.test(name) ? proxy(one, nesting) : walk(one, nesting)
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [/:\/\/|PRIVATE KEY/.test(name) ? concealText(name, hash) : name, inner(name, one)]),
    )
  }

  const members = (value: unknown, turn: (member: unknown) => unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, turn(member)]))
      : turn(value)

  /** Without a scheme too: `user:password@proxy:3128`. */
  const proxy = (value: string, nesting: number): string => text(`proxy=${value}`, nesting).slice('proxy='.length)

  const walk = (value: unknown, nesting: number): unknown => {
    if (typeof value === 'string') return text(value, nesting)
    if (Array.isArray(value)) return list(value, nesting)
    return value !== null && typeof value === 'object' ? table(value as Record<string, unknown>, nesting) : value
  }
  return <T>(value: T): T => walk(value, 0) as T
}

/** The object or list that a text is as JSON. */
function document(text: string): unknown {
  const trimmed = text.trim()
  if (!/^[[{]/.test(trimmed) || !/[\]}]$/.test(trimmed)) return undefined
  try {
    return JSON.parse(trimmed) as unknown
  } catch {
    return undefined
  }
}
