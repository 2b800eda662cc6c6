/** What the library sees of a file: its characters, and what ends the reading before all of them are read. */
export interface Input {
  readonly chars: readonly string[]
  /** Comes up when a character behind these is wanted; null where the file can be read to its end. */
  readonly problem: string | null
}

/** One character and how many bytes it takes; a text where the bytes are none; null where they are cut off at the end. */
type Decoded = { readonly code: number; readonly width: number } | string | null
type Decode = (bytes: Uint8Array, at: number, end: number) => Decoded

/** The library reads so many bytes at once, and finds what is wrong with them before it looks at the first. */
const chunk = 512

/** Source: go-yaml v2.4.0, readerc.go (yaml_parser_update_buffer, yaml_parser_determine_encoding). */
export function readInput(bytes: Uint8Array): Input {
  const { decode, cutOff, start } = encodingOf(bytes)
  const chars: string[] = []
  let at = start
  for (let from = 0; at < bytes.length; from = at) {
    const end = Math.min(from + chunk, bytes.length)
    const before = chars.length
    while (at < end) {
      const found = decode(bytes, at, end)
      if (found === null) break
      const problem = typeof found === 'string' ? found : isAllowed(found.code) ? null : 'control characters are not allowed'
      if (problem !== null) return { chars: chars.slice(0, before), problem }
      const { code, width } = found as Exclude<Decoded, string | null>
      chars.push(String.fromCodePoint(code))
      at += width
    }
    if (at === from) return { chars, problem: cutOff(bytes.length - at) }
  }
  return { chars, problem: null }
}

function encodingOf(bytes: Uint8Array): { decode: Decode; cutOff: (left: number) => string; start: number } {
  const [first, second, third] = bytes
  const wide = (low: number): Decode => utf16(low, 1 - low)
  const cutOff = (left: number): string => (left < 2 ? 'incomplete UTF-16 character' : 'incomplete UTF-16 surrogate pair')
  if (first === 0xff && second === 0xfe) return { decode: wide(0), cutOff, start: 2 }
  if (first === 0xfe && second === 0xff) return { decode: wide(1), cutOff, start: 2 }
  const start = first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0
  return { decode: utf8, cutOff: () => 'incomplete UTF-8 octet sequence', start }
}

const utf8: Decode = (bytes, at, end) => {
  const lead = bytes[at]!
  const width = lead < 0x80 ? 1 : (lead & 0xe0) === 0xc0 ? 2 : (lead & 0xf0) === 0xe0 ? 3 : (lead & 0xf8) === 0xf0 ? 4 : 0
  if (width === 0) return 'invalid leading UTF-8 octet'
  if (at + width > end) return null
  let code = width === 1 ? lead : lead & (0xff >> (width + 1))
  for (let next = at + 1; next < at + width; next++) {
    if ((bytes[next]! & 0xc0) !== 0x80) return 'invalid trailing UTF-8 octet'
    code = code * 64 + (bytes[next]! & 0x3f)
  }
  if (code < [0, 0, 0x80, 0x8_00, 0x1_00_00][width]!) return 'invalid length of a UTF-8 sequence'
  return (code >= 0xd8_00 && code <= 0xdf_ff) || code > 0x10_ff_ff ? 'invalid Unicode character' : { code, width }
}

const utf16 =
  (low: number, high: number): Decode =>
  (bytes, at, end) => {
    if (at + 2 > end) return null
    const unit = bytes[at + low]! + bytes[at + high]! * 256
    if ((unit & 0xfc_00) === 0xdc_00) return 'unexpected low surrogate area'
    if ((unit & 0xfc_00) !== 0xd8_00) return { code: unit, width: 2 }
    if (at + 4 > end) return null
    const second = bytes[at + low + 2]! + bytes[at + high + 2]! * 256
    if ((second & 0xfc_00) !== 0xdc_00) return 'expected low surrogate area'
    return { code: 0x1_00_00 + ((unit & 0x3_ff) << 10) + (second & 0x3_ff), width: 4 }
  }

const isAllowed = (code: number): boolean =>
  code === 0x09 ||
  code === 0x0a ||
  code === 0x0d ||
  (code >= 0x20 && code <= 0x7e) ||
  code === 0x85 ||
  (code >= 0xa0 && code <= 0xff_fd && !(code >= 0xd8_00 && code <= 0xdf_ff)) ||
  code >= 0x1_00_00
