import { isDay } from './calendar.ts'
import { isHuge } from './huge.ts'
import { Other } from './v1-tree.ts'

/** The checks of go-toml v1.9.5, parser.go (parseRvalue), on scalars: null where the library rejects one. */
export const scalars = { integer, float, date: localDate, time: localTime, moment: dateTime } as const

function integer(text: string): Other | null {
  const cleaned = text.replaceAll('_', '')
  const base = cleaned.length >= 3 && cleaned.startsWith('0') ? cleaned[1]! : ''
  // A leading zero is a base that does not exist; `01` is too short for that and is a one.
  if (base !== '' && !'xob'.includes(base)) return null
  if (!underscoresBetween(text, base === 'x' ? /[\da-fA-F]/ : /\d/)) return null
  if (base === '' && !/^[+-]?\d+$/.test(cleaned)) return null
  if (base !== '' && cleaned.length === 2) return null
  if (isHuge(base === '' ? cleaned : cleaned.slice(2))) return null
  const value = base === '' ? BigInt(cleaned.replace(/^[+-]/, '')) : BigInt(cleaned)
  const negative = cleaned.startsWith('-')
  if (value < 2n ** 63n || (negative && value === 2n ** 63n)) return new Other('int64')
  // Go's ParseUint takes no sign.
  return value < 2n ** 64n && !/^[+-]/.test(cleaned) ? new Other('uint64') : null
}

function float(text: string): Other | null {
  if (/^[+-]?(?:inf|nan)$/.test(text)) return new Other('float64')
  if (!underscoresBetween(text, /\d/)) return null
  const cleaned = text.replaceAll('_', '')
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(cleaned)) return null
  return Number.isFinite(Number(cleaned)) ? new Other('float64') : null
}

/** Behind each underscore something must come, in front of it a digit. */
function underscoresBetween(text: string, digit: RegExp): boolean {
  return !text.endsWith('_') && Array.from(text).every((char, index) => char !== '_' || (index > 0 && digit.test(text[index - 1]!)))
}

function localDate(text: string): Other | null {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  return isDay(year, month, day) ? new Other('time') : null
}

function localTime(text: string): Other | null {
  const [hour, minute, second] = text.split(/[:.]/).map(Number)
  return hour! < 24 && minute! < 60 && second! < 60 ? new Other('time') : null
}

function dateTime(date: string, time: string, offset: string): Other | null {
  const [hours, minutes] = offset.slice(1).split(':').map(Number)
  if (offset !== 'Z' && offset !== '' && (hours! > 24 || minutes! > 60)) return null
  return localDate(date) && localTime(time)
}
