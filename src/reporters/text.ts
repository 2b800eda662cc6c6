// Everything in a report may come from a hostile place: a container's name, a registry's answer, a pod's event.
// What is printed must not move the cursor, colour, hide or reorder anything.

// Each part ends at a fixed set of characters, so that hostile input cannot make matching slow.
// oxlint-disable no-control-regex
const ansi = new RegExp(
  [
    '(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)?', // OSC, DCS, SOS, PM, APC: with their text
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?', // CSI: colours, cursor
    '\\u001b[ -/]*[0-~]?', // all other escapes
  ].join('|'),
  'g',
)
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g
// oxlint-enable no-control-regex

/** Marks that reorder or hide the text around them; U+FEFF is a byte order mark, the tags are invisible letters. */
const hidden = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu
const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const nonCharacters = /[\ufffe\uffff]/g

/** The text without anything but visible characters, spaces and newlines. What remains is also legal in XML 1.0. */
export function printable(text: string): string {
  return text
    .replace(ansi, '')
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/\t/g, '  ')
    .replace(controls, '')
    .replace(loneSurrogates, '\ufffd')
    .replace(nonCharacters, '')
    .replace(hidden, '')
}

/** The same on one line: for names, titles and attributes. */
export const oneLine = (text: string): string =>
  printable(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim()

/** The printable lines of a text, without empty lines around it. */
export function linesOf(text: string): string[] {
  const lines = printable(text)
    .split('\n')
    .map((line) => line.trimEnd())
  while (lines.at(-1) === '') lines.pop()
  while (lines[0] === '') lines.shift()
  return lines
}

/** `1 check`, `2 checks`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
