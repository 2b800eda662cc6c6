import type { Reporter } from '../model/reporter.ts'

// JSON.stringify already escapes C0 controls and lone surrogates. These it leaves as they are, and a terminal obeys them;
// they can only stand inside strings, where the escape means the same.
const risky = /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]/g
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** The document itself: the one format that loses nothing. */
export const json: Reporter<object> = (document) => [
  { sink: 'out', text: `${JSON.stringify(document, null, 2).replace(risky, escaped)}\n` },
]
