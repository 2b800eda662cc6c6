import { nearKey } from './near-key.ts'
import type { YamlPath } from './yaml-source.ts'

/** Which keys a YAML reader knows. `any`: whatever stands there is not looked at. */
export type KnownKeys = 'any' | { readonly of: KnownKeys } | { readonly keys: { readonly [key: string]: KnownKeys } }

export interface UnknownKey {
  readonly path: YamlPath
  readonly key: string
  readonly near?: string
}

/** The keys that their reader does not know, outermost first; what stands under one is not looked at. */
export function unknownKeys(value: unknown, known: KnownKeys, path: YamlPath = []): UnknownKey[] {
  if (known === 'any' || value === null || typeof value !== 'object') return []
  const entries = Array.isArray(value) ? value.map((one, index) => [index, one] as const) : Object.entries(value)
  if ('of' in known) return entries.flatMap(([name, one]) => unknownKeys(one, known.of, [...path, name]))
  if (Array.isArray(value)) return []
  return entries.flatMap(([name, one]): UnknownKey[] => {
    const key = String(name)
    if (Object.hasOwn(known.keys, key)) return unknownKeys(one, known.keys[key]!, [...path, key])
    const near = nearKey(key, Object.keys(known.keys))
    return [{ path: [...path, key], key, ...(near !== undefined && { near }) }]
  })
}

/** The value at a path; undefined where the way ends before. */
export function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      at !== null && typeof at === 'object' && Object.hasOwn(at, name) ? (at as Record<string | number, unknown>)[name] : undefined,
    value,
  )
}

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** The entries of a mapping; none where it is something else. */
export const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] => (isMapping(value) ? Object.entries(value) : [])

/** The items of a list; none where it is something else. */
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
