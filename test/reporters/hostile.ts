import { width } from '../../src/reporters/layout.ts'
import type { Report } from '../../src/model/report.ts'

/** Texts that a registry, a container or a pod could put into a report. */
export const hostileTexts: Readonly<Record<string, string>> = {
  'C0 controls': 'a\u0000b\u0001c\u0007d\u0008e\u000bf\u000cg\u001fh',
  'DEL and C1 controls': 'a\u007fb\u0080c\u0085d\u009b31me\u009d0;title\u009cf',
  'ANSI colours and cursor': '\u001b[31mred\u001b[0m\u001b[2J\u001b[1;1Hhome',
  'ANSI title and link': '\u001b]0;owned\u0007text\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\',
  'ANSI cut off': 'text\u001b[',
  'ANSI inside ANSI': '\u001b\u001b[31m[31m\u001b[\u001b[0m31m',
  'an ANSI string that never ends': 'before\u001bPnever ends',
  'CDATA end': 'x]]>y<![CDATA[z',
  markup: `<failure a="1" b='2'>&amp;&#27;<!-- -- --><?php ?>`,
  quotes: `"double" 'single' \`back\``,
  'CRLF and other line ends': 'one\r\ntwo\rthree\nfour\u2028five\u2029six\u0085seven\n\n',
  tabs: '\tone\ttwo',
  'bidi marks': '\u202egpj.exe\u202c \u2066\u2067\u2068\u2069 \u200e\u200f\u061c',
  'invisible letters': 'a\u200bb\ufeffc\u{e0041}\u{e007f}d',
  'lone surrogates': '\ud800 a \udc00 b \ud83d\u0000\ude00 \ude00\ud83d',
  'XML noncharacters': 'a\ufffeb\uffffc',
  emoji: '🩺 👨‍👩‍👧 🇩🇪 ✅ 1️⃣ 世界 한글 ｗｉｄｅ',
  'combining marks': `z${'\u0335\u0321\u0489'.repeat(40)}`,
  'a long line of words': 'lorem ipsum '.repeat(850),
  'a long word': 'x'.repeat(10_240),
  'a long word of wide characters': '世'.repeat(5_000),
  'many lines': 'line\n'.repeat(2_000),
  'workflow command': '::error::x%0A::set-output name=a::b',
  'object keys': '__proto__',
  'only spaces': '   ',
  empty: '',
}

/** Fields whose values other programs rely on: there the model allows a few words only. */
const closed = new Set(['kind', 'severity', 'hop', 'vantage', 'risk', 'status', 'state', 'mode', 'provider', 'op'])

/** The report with the text in every string field that can hold any; ids stay equal where they were equal. */
export function hostile(report: Report, text: string): Report {
  const turn = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return closed.has(key) ? value : `${text}${value}${text}`
    if (Array.isArray(value)) return value.map((each) => turn(each, key))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, turn(inner, name)]))
  }
  return turn(report, '') as Report
}

/** The report with nothing but the text in those fields: ids collide, names are empty or equal. */
export function swamped(report: Report, text: string): Report {
  const turn = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return closed.has(key) ? value : text
    if (Array.isArray(value)) return value.map((each) => turn(each, key))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, turn(inner, name)]))
  }
  return turn(report, '') as Report
}

// oxlint-disable-next-line no-control-regex
export const sgr = /\u001b\[[0-9;]*m/g

/** Lines wider than the terminal, except those that could not be broken anywhere, such as commands, given as a set. */
export function tooWide(text: string, columns: number, commands: ReadonlySet<string>): string[] {
  return text.split('\n').filter((line) => {
    const plain = line.replace(sgr, '')
    if (plain.length * 2 <= columns || width(plain) <= columns) return false
    if ([...commands].some((command) => command !== '' && plain.endsWith(command))) return false
    const words = plain.trim().split(/ +/)
    // A mark, a label or a vantage may stand before the word.
    return words.filter((word) => width(word) > 20).length !== 1 || words.length > 3
  })
}
