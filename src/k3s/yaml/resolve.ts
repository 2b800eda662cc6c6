import type { Scalar } from './node.ts'
import { Refusal, type Place } from './refusal.ts'

/** What the library takes a value for. A text stands for all that is told apart no further. */
export interface Resolved {
  /** In full. */
  readonly tag: string
  readonly value: string | boolean | null
}

const prefix = 'tag:yaml.org,2002:'
export const tags = {
  null: `${prefix}null`,
  bool: `${prefix}bool`,
  int: `${prefix}int`,
  float: `${prefix}float`,
  string: `${prefix}str`,
  timestamp: `${prefix}timestamp`,
  binary: `${prefix}binary`,
  merge: `${prefix}merge`,
  sequence: `${prefix}seq`,
  mapping: `${prefix}map`,
} as const

/** Tags that must fit their value; under any other a value is a text. */
const checked: ReadonlySet<string> = new Set([tags.bool, tags.int, tags.float, tags.null, tags.timestamp])

export const shortTag = (tag: string): string => (tag.startsWith(prefix) ? `!!${tag.slice(prefix.length)}` : tag)

const isTrue = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const isFalse = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/
const isNull = /^(?:|~|null|Null|NULL)$/
const isSpecialFloat = /^(?:\.nan|\.NaN|\.NAN|[+-]?(?:\.inf|\.Inf|\.INF))$/

/**
 * What a value is by its tag and its look.
 * Source: go-yaml v2.4.0, decode.go (scalar) and resolve.go (resolve).
 * @throws Refusal where the tag does not fit the value
 */
export function resolve({ tag, value, implicit, place }: Scalar): Resolved {
  if (tag === '' && !implicit) return { tag: tags.string, value }
  if (tag === tags.binary) return { tag, value: decodedBinary(value, place) }
  if (tag !== '' && !checked.has(tag)) return { tag, value }
  const found = byLook(value, tag)
  if (tag === '' || found.tag === tag) return found
  if (tag === tags.float && found.tag === tags.int && fitsInt64(value)) return { tag, value }
  throw new Refusal(`cannot decode ${shortTag(found.tag)} \`${value}\` as a ${shortTag(tag)}`, place)
}

function byLook(value: string, tag: string): Resolved {
  if (isNull.test(value)) return { tag: tags.null, value: null }
  if (isTrue.test(value)) return { tag: tags.bool, value: true }
  if (isFalse.test(value)) return { tag: tags.bool, value: false }
  if (isSpecialFloat.test(value)) return { tag: tags.float, value }
  if (value.startsWith('.')) return { tag: isFloat(value) ? tags.float : tags.string, value }
  if (!/^[+\-\d]/.test(value)) return { tag: tags.string, value }
  if ((tag === '' || tag === tags.timestamp) && isTimestamp(value)) return { tag: tags.timestamp, value }
  const plain = value.replaceAll('_', '')
  if (integerOf(plain) !== null) return { tag: tags.int, value }
  return { tag: isFloat(plain) ? tags.float : tags.string, value }
}

const isFloat = (text: string): boolean => /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text) && Number.isFinite(Number(text))

/** Source: Go, strconv.ParseInt and ParseUint with base 0. */
function integerOf(text: string): bigint | null {
  const found = /^([+-]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$|^0b([+-])([01]+)$/.exec(text)
  if (!found) return null
  const sign = found[1] ?? found[3] ?? ''
  const digits = found[2] ?? `0b${found[4]}`
  const amount = BigInt(/^0[0-7]/.test(digits) ? `0o${digits}` : digits)
  const value = sign === '-' ? -amount : amount
  const fits = sign === '' ? value < 2n ** 64n : value >= -(2n ** 63n) && value < 2n ** 63n
  return fits ? value : null
}

function fitsInt64(value: string): boolean {
  const integer = integerOf(value.replaceAll('_', ''))
  return integer !== null && integer < 2n ** 63n
}

/** Source: go-yaml v2.4.0, resolve.go (parseTimestamp); Go, time.Parse. */
function isTimestamp(text: string): boolean {
  const clock = String.raw`(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?`
  const pattern = new RegExp(String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]${clock}(?:Z|[+-](\d\d):(\d\d))| +${clock})?$`)
  const found = pattern.exec(text)
  if (!found) return false
  const [year, month, day, h1, m1, s1, zoneHour = 0, zoneMinute = 0, h2, m2, s2] = found
    .slice(1)
    .map((part) => part && Number(part)) as number[]
  const [hour, minute, second] = [h1 ?? h2 ?? 0, m1 ?? m2 ?? 0, s1 ?? s2 ?? 0]
  const days = new Date(Date.UTC(2000 + (year! % 400), month, 0)).getUTCDate()
  const dated = month! >= 1 && month! <= 12 && day! >= 1 && day! <= days
  return dated && hour < 24 && minute < 60 && second < 60 && zoneHour <= 24 && zoneMinute <= 60
}

function decodedBinary(value: string, place: Place): string {
  const plain = value.replace(/[\r\n]/g, '')
  if (!/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(plain))
    throw new Refusal('!!binary value contains invalid base64 data', place)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(atob(plain), (char) => char.charCodeAt(0)))
}
