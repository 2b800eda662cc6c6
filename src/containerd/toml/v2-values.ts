import { isDay } from './calendar.ts'
import { isHuge } from './huge.ts'
import type { TextKind } from './v2-numbers.ts'

/** Releases of go-toml 2.x that differ in what they accept. */
export type V2Library = '2.2' | '2.3' | '2.4'

/**
 * Whether a value that is kept as text is one. The library asks only where something takes the value.
 * Source: go-toml v2.2.4, v2.3.0 and v2.4.3, decode.go.
 */
export function isValid(kind: TextKind, text: string, library: V2Library): boolean {
  switch (kind) {
    case 'integer':
      return isInteger(text)
    case 'float':
      return isFloat(text)
    case 'local-date':
      return isDate(text)
    case 'local-time':
      return isTime(text, library)
    case 'local-date-time':
      return isDate(text.slice(0, 10)) && /^[Tt ]$/.test(text.slice(10, 11)) && isTime(text.slice(11), library)
    case 'date-time': {
      const zone = /(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text)
      return zone !== null && isValid('local-date-time', text.slice(0, zone.index), library)
    }
  }
}

function isInteger(text: string): boolean {
  const base = /^0[xob]/.test(text) && text.length > 2 ? text.slice(0, 2) : ''
  const digits = text.slice(base.length).replace(/^[+-]/, '')
  if (!underscoresBetween(digits)) return false
  const cleaned = digits.replaceAll('_', '')
  if (base === '' ? !/^(?:0|[1-9]\d*)$/.test(cleaned) : !/^[\da-fA-F]+$/.test(cleaned)) return false
  if (isHuge(cleaned)) return false
  const value = BigInt(base + cleaned)
  return value < 2n ** 63n || (text.startsWith('-') && value === 2n ** 63n)
}

function isFloat(text: string): boolean {
  if (/^[+-]?(?:inf|nan)$/.test(text)) return true
  if (!underscoresBetween(text) || /_[eE.]|[eE.]_|[+-]_/.test(text)) return false
  const cleaned = text.replaceAll('_', '')
  return /^[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cleaned) && Number.isFinite(Number(cleaned))
}

const underscoresBetween = (digits: string): boolean => !/^_|__|_$/.test(digits)

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  return isDay(year, month, day)
}

function isTime(text: string, library: V2Library): boolean {
  const found = /^(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/.exec(text)
  if (!found || (found[3] === undefined && library !== '2.4')) return false
  return Number(found[1]) < 24 && Number(found[2]) < 60 && Number(found[3] ?? 0) <= (library === '2.2' ? 60 : 59)
}
