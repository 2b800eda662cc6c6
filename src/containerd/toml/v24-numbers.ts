import type { Cursor } from './v2-cursor.ts'
import type { TextKind } from './v2-numbers.ts'

/**
 * A number, or a date and time whose parts are checked only where something takes them.
 * Source: go-toml v2.4.3, unstable/parser.go (scanIntOrFloat, scanDateTime).
 */
export function numberOrMoment(cursor: Cursor): { readonly kind: TextKind; readonly value: string } {
  if (/^(?:\d\d:|\d{4}-)/.test(cursor.text.slice(cursor.at, cursor.at + 5))) {
    // A blank belongs to it wherever a digit follows.
    const text = cursor.take(/(?:[\d:\-+.ZzTt]| (?=\d))+/y)!
    return { kind: kindOfMoment(text), value: text }
  }
  const based = cursor.take(/0x[\da-fA-F](?:_?[\da-fA-F])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*/y)
  if (based !== null) return { kind: 'integer', value: based }
  const digits = cursor.take(/[+-]?(?:inf|nan|(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?)/y)
  if (digits === null) return cursor.fail('incomplete number')
  return { kind: /[.eEin]/.test(digits) ? 'float' : 'integer', value: digits }
}

function kindOfMoment(text: string): TextKind {
  if (text[2] === ':') return 'local-time'
  const delimiter = text.search(/[Tt ]/)
  if (delimiter < 0) return 'local-date'
  return /[Zz+-]/.test(text.slice(delimiter + 1)) ? 'date-time' : 'local-date-time'
}
