import type { Json } from '../../model/json.ts'

/** Why a patch cannot be applied: kind makes no cluster then. */
export class PatchError extends Error {
  override readonly name = 'PatchError'
}

type JsonObject = { readonly [key: string]: Json }
const isObject = (value: unknown): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Puts a merge patch onto a value. Source: RFC 7386, section 2. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const merged = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

/**
 * Puts the operations of a JSON patch onto a value. Source: RFC 6902.
 * @param text the list of operations as JSON
 * @throws PatchError
 */
export function jsonPatch(target: Json, text: string): Json {
  const operations = parsed(text)
  if (!Array.isArray(operations)) throw new PatchError('a JSON 6902 patch is a list of operations')
  return (operations as readonly Json[]).reduce<Json>((value, one) => applied(value, one), target)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new PatchError(`the patch is no JSON: ${(error as Error).message}`)
  }
}

function applied(target: Json, operation: Json): Json {
  if (!isObject(operation)) throw new PatchError('an operation of a JSON 6902 patch is an object')
  const { op, path, from, value } = operation
  const to = pointer(path)
  if (op === 'add') return set(target, to, value ?? null, true)
  if (op === 'replace') return set(target, to, value ?? null, false)
  if (op === 'remove') return without(target, to)
  if (op === 'move') return set(without(target, pointer(from)), to, at(target, pointer(from)), true)
  if (op === 'copy') return set(target, to, at(target, pointer(from)), true)
  if (op !== 'test') throw new PatchError(`${JSON.stringify(op)} is no operation of a JSON 6902 patch`)
  if (JSON.stringify(at(target, to)) !== JSON.stringify(value)) throw new PatchError(`the value at ${JSON.stringify(path)} is another one`)
  return target
}

function pointer(path: Json | undefined): string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw new PatchError(`${JSON.stringify(path)} is no JSON pointer`)
  return path
    .split('/')
    .slice(1)
    .map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function at(target: Json, path: readonly string[]): Json {
  const [name, ...rest] = path
  if (name === undefined) return target
  const next = Array.isArray(target)
    ? (target as readonly Json[])[Number(name)]
    : isObject(target) && Object.hasOwn(target, name)
      ? target[name]
      : undefined
  if (next === undefined) throw new PatchError(`there is no "${name}" to be patched`)
  return at(next, rest)
}

function set(target: Json, path: readonly string[], value: Json, adds: boolean): Json {
  const [name, ...rest] = path
  if (name === undefined) return value
  const isLast = rest.length === 0
  if (!isLast || !adds) at(target, [name])
  const next = isLast ? value : set(at(target, [name]), rest, value, adds)
  if (Array.isArray(target))
    return (target as readonly Json[]).toSpliced(name === '-' ? target.length : Number(name), isLast && adds ? 0 : 1, next)
  if (!isObject(target)) throw new PatchError(`there is nothing that could hold "${name}"`)
  return { ...target, [name]: next }
}

function without(target: Json, path: readonly string[]): Json {
  const [name, ...rest] = path
  if (name === undefined) return null
  const inner = at(target, [name])
  if (rest.length > 0) return set(target, [name], without(inner, rest), false)
  if (Array.isArray(target)) return (target as readonly Json[]).toSpliced(Number(name), 1)
  return Object.fromEntries(Object.entries(target as JsonObject).filter(([key]) => key !== name))
}
