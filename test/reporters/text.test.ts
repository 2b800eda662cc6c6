import { describe, expect, test } from 'vitest'
import { shortened, width, wrapped } from '../../src/reporters/layout.ts'
import { json } from '../../src/reporters/json.ts'
import { linesOf, oneLine, printable } from '../../src/reporters/text.ts'
import { hostileTexts } from './hostile.ts'
import { options, report } from './reports.ts'

test.each<[string, string, string]>([
  ['plain text stays', 'Größe: 3 → 世界 👨‍👩‍👧', 'Größe: 3 → 世界 👨‍👩‍👧'],
  ['colour', '\u001b[1;31mred\u001b[0m', 'red'],
  ['a link keeps its text', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u0007', 'text'],
  ['8-bit escapes', '\u009b31mred\u009d0;title\u009c', 'red'],
  ['an escape made of two', '\u001b\u001b[31m[31mred', '[31mred'],
  ['an escape without end', 'text\u001b[31', 'text'],
  ['a string without end keeps the next line', 'a\u001b]0;b\nc', 'a\nc'],
  ['line ends', 'a\r\nb\rc\u2028d\u0085e', 'a\nb\nc\nd\ne'],
  ['tabs', '\ta', '  a'],
  ['bidi marks', 'a\u202eb\u2069c', 'abc'],
  ['halves of a pair with nothing between stay apart from others', '\ud83d \ude00', '\ufffd \ufffd'],
  ['noncharacters', 'a\ufffeb\uffff', 'ab'],
])('printable: %s', (_name, given, expected) => {
  expect(printable(given)).toBe(expected)
})

test.each(Object.entries(hostileTexts))('printable twice is printable once: %s', (_name, text) => {
  expect(printable(printable(text))).toBe(printable(text))
})

test('hostile escapes take no time', () => {
  const started = performance.now()
  for (const part of ['\u001b]', '\u001b[', '\u001bP', '\u001b[0;', '\u009d']) printable(part.repeat(200_000))
  expect(performance.now() - started).toBeLessThan(2_000)
})

test('oneLine and linesOf', () => {
  expect(oneLine(' a \r\n\n b\u001b[0m ')).toBe('a b')
  expect(linesOf('\n\na  \n\n b\n')).toEqual(['a', '', ' b'])
})

test.each<[string, number]>([
  ['abc', 3],
  ['世界', 4],
  ['👨‍👩‍👧', 2],
  ['🇩🇪', 2],
  ['1️⃣', 2],
  ['e\u0301', 1],
  ['✗ → · …', 7],
  ['', 0],
])('width of %s', (text, columns) => {
  expect(width(text)).toBe(columns)
})

describe('layout', () => {
  test('wraps at spaces, by display width, and never inside a word', () => {
    expect(wrapped('世界 世界 abc', 9)).toEqual(['世界 世界', 'abc'])
    expect(wrapped('a https://example.org/a/long/path b', 10)).toEqual(['a', 'https://example.org/a/long/path', 'b'])
    expect(wrapped('', 10)).toEqual([''])
  })

  test('shortens by display width, and cuts no character in two', () => {
    expect(shortened('abcdef', 6, '…')).toBe('abcdef')
    expect(shortened('abcdefg', 6, '…')).toBe('abcde…')
    expect(shortened('世界世界', 6, '…')).toBe('世界…')
    expect(shortened('👨‍👩‍👧👨‍👩‍👧', 3, '…')).toBe('👨‍👩‍👧…')
  })
})

test('json keeps every character, and none that a terminal obeys is written as such', () => {
  const text = Object.values(hostileTexts).join('')
  const given = report({ error: { code: 'x', message: text } })
  const [output] = json(given, options)
  expect(JSON.parse(output!.text)).toEqual(given)
  // oxlint-disable-next-line no-control-regex
  expect(output!.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
})
