import type { Cursor } from './v2-cursor.ts'

/** Values that are kept as text: whether they are any is asked only where something takes them. */
export type TextKind = 'integer' | 'float' | 'local-date' | 'local-time' | 'local-date-time' | 'date-time'

/** Source: go-toml v2.2.4, unstable/parser.go (parseIntOrFloatOrDateTime, scanDateTime, scanIntOrFloat). */
export function numberOrMoment(cursor: Cursor): { readonly kind: TextKind; readonly value: string } {
  if (/^(?:\d\d:|\d{4}-)/.test(cursor.text.slice(cursor.at, cursor.at + 5))) return moment(cursor)
  if (
    !cursor.follows('0.') &&
    !/^0e/i.test(cursor.text.slice(cursor.at, cursor.at + 2)) &&
    cursor.char === '0' &&
    cursor.at + 2 < cursor.text.length
  ) {
    // `0123` is a zero, and the rest then stands where a line should end.
    return { kind: 'integer', value: cursor.take(/0(?:x[\da-fA-F_]*|o[0-7_]*|b[01_]*)?/y)! }
  }
  const digits = cursor.take(/[\d+\-_.eE]+(?:inf|nan)?|inf|nan/y)
  if (digits === null) return cursor.fail('incomplete number')
  if (/^[in]/.test(cursor.char)) cursor.fail(`unexpected character '${cursor.char}' while scanning for a number`)
  return { kind: /[.eEin]/.test(digits) ? 'float' : 'integer', value: digits }
}

function moment(cursor: Cursor): { readonly kind: TextKind; readonly value: string } {
  // One blank between date and time, and only in front of a digit: whatever stands behind that digit is taken unseen.
  const text = cursor.take(/[\d\-Tt:.+Zz]+(?: \d[^]?[\d\-Tt:.+Zz]*)?/y)!
  const judged = text.replace(/( \d)[^]/, '$10')
  const hasTime = /[Tt:. ]/.test(judged)
  const hasDate = judged.includes('-')
  const hasZone = /[+Zz]/.test(judged) || judged.slice(8).includes('-')
  if (!hasTime) return { kind: 'local-date', value: text }
  return { kind: hasDate ? (hasZone ? 'date-time' : 'local-date-time') : 'local-time', value: text }
}
