import { eastAsianWidth } from 'get-east-asian-width'

let segmenter: Intl.Segmenter | undefined
/** Made when the first text needs it: most reports are plain ASCII, and it takes 15 ms to make. */
const graphemes = (text: string): Intl.Segments => (segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })).segment(text)

/** One column per character: ASCII, and the marks and arrows that every report has. */
const plain = /^[\u0020-\u007e✗✓→·…–]*$/
const invisible = /^(?:\p{Mark}|\p{Default_Ignorable_Code_Point})+$/u
const emoji = /\p{Emoji_Presentation}|\ufe0f/u

/** How many columns of a terminal a printable text takes. */
export function width(text: string): number {
  if (plain.test(text)) return text.length
  let columns = 0
  for (const { segment } of graphemes(text)) columns += graphemeWidth(segment)
  return columns
}

function graphemeWidth(grapheme: string): number {
  if (plain.test(grapheme)) return grapheme.length
  if (invisible.test(grapheme)) return 0
  return emoji.test(grapheme) ? 2 : eastAsianWidth(grapheme.codePointAt(0) ?? 0)
}

/** The text with spaces behind it up to a width. */
export const padded = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)))

/** Deeper than this nothing is indented that is worth its room. */
const deepest = 12

/**
 * Wraps one line at spaces; its indentation, which means something in YAML, stays before each part. A word wider than a line
 * gets a line of its own: a cut URL or name can be neither read nor copied.
 */
export function wrapped(line: string, columns: number): string[] {
  const lead = ' '.repeat(Math.min(line.length - line.trimStart().length, deepest))
  return wrappedWords(line, columns - lead.length).map((part) => (part === '' ? '' : lead + part))
}

function wrappedWords(line: string, columns: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(/ +/).filter((part) => part !== '')) {
    if (current === '') current = word
    else if (width(current) + 1 + width(word) <= columns) current += ` ${word}`
    else {
      lines.push(current)
      current = word
    }
  }
  return [...lines, current]
}

/** At most this many columns, with an ellipsis where something was left out. */
export function shortened(text: string, columns: number, ellipsis: string): string {
  if (text.length * 2 <= columns || (plain.test(text) && text.length <= columns)) return text
  const room = columns - width(ellipsis)
  let used = 0
  let end = 0
  // Stops where it is full: the text may be very long.
  for (const { segment, index } of graphemes(text)) {
    used += graphemeWidth(segment)
    if (used <= room) end = index + segment.length
    if (used > columns) return text.slice(0, end).trimEnd() + ellipsis
  }
  return text
}

/** At most this many columns of the end of a text, which tells names of one kind apart, with an ellipsis before it. */
export function endOf(text: string, columns: number, ellipsis: string): string {
  // The text may be very long.
  const tail = text.slice(-Math.max(1, columns * longestGrapheme))
  if (tail === text && width(text) <= columns) return text
  const room = columns - width(ellipsis)
  let used = 0
  let start = tail.length
  for (const { segment, index } of [...graphemes(tail)].toReversed()) {
    used += graphemeWidth(segment)
    if (used > room) break
    start = index
  }
  return ellipsis + tail.slice(start)
}

/** In UTF-16 units, of any that is written in earnest. */
const longestGrapheme = 16
