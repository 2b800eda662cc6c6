import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser'
import { Rejected } from '../../containerd/toml/rejected.ts'
import { parseTomlV1 } from '../../containerd/toml/v1.ts'
import type { Json } from '../../model/json.ts'
import type { Place } from '../problem.ts'
import { kindConfigToml } from './default-config.ts'
import { jsonPatch, mergePatch, PatchError } from './json-patch.ts'

export interface KindPatches {
  /** Texts of TOML, merged in their order. */
  readonly merge: readonly string[]
  /** Texts of JSON, applied after them. */
  readonly json6902: readonly string[]
}

/** A patch with which kind makes no cluster. */
export interface RefusedPatch {
  readonly refused: string
  readonly list: keyof KindPatches
  readonly index: number
  /** In the text of the patch. */
  readonly place?: Place
}

/**
 * The config.toml of a kind node after the patches of its cluster's configuration.
 * Source: kind v0.33.0, pkg/cluster/internal/patch/toml.go.
 */
export function patchedConfig({ merge, json6902 }: KindPatches): { readonly toml: string } | RefusedPatch {
  let config: Json = kindConfigToml
  for (const [index, text] of merge.entries()) {
    const patch = tomlPatch(text)
    if ('refused' in patch) return { ...patch, list: 'merge', index }
    config = mergePatch(config, patch.value)
  }
  for (const [index, text] of json6902.entries()) {
    try {
      config = jsonPatch(config, text)
    } catch (error) {
      if (!(error instanceof PatchError)) throw error
      return { refused: error.message, list: 'json6902', index }
    }
  }
  return { toml: tomlOf(config) }
}

/** kind reads patches with the library of containerd 1.x; what that takes and TOML 1.0 does not, is not judged here. */
function tomlPatch(text: string): { readonly value: Json } | { readonly refused: string; readonly place?: Place } {
  try {
    parseTomlV1(text)
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    return { refused: error.message, place: error.place }
  }
  try {
    return { value: plain(getStaticTOMLValue(parseTOML(text))) }
  } catch (error) {
    return { refused: (error as Error).message }
  }
}

/** Numbers and dates of TOML as JSON has them. */
function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.toISOString()
  if (value === null || typeof value !== 'object') return value as Json
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
}

/** The value as TOML, each table on its line: what reads it does not care for its looks. */
function tomlOf(config: Json): string {
  if (config === null || typeof config !== 'object' || Array.isArray(config)) return ''
  return Object.entries(config)
    .map(([key, value]) => `${JSON.stringify(key)} = ${inline(value)}\n`)
    .join('')
}

function inline(value: Json): string {
  if (value === null) return '""'
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(inline).join(', ')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)} = ${inline(one)}`)
    .join(', ')} }`
}
