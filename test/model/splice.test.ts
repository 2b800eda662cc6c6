import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { spliceBesideSecrets, spliceBetween, spliced } from '../../src/model/splice.ts'

describe('the lines in which two texts differ', () => {
  test.each([
    ['nothing', 'a\nb\n', 'a\nb\n', { line: 3, remove: 0, insert: [] }],
    ['a line more', 'a\nc\n', 'a\nb\nc\n', { line: 2, remove: 0, insert: ['b'] }],
    ['a line less', 'a\nb\nc\n', 'a\nc\n', { line: 2, remove: 1, insert: [] }],
    ['another line', 'a\nb\nc\n', 'a\nx\nc\n', { line: 2, remove: 1, insert: ['x'] }],
    ['two places', 'a\nb\nc\nd\n', 'x\nb\nc\ny\n', { line: 1, remove: 4, insert: ['x', 'b', 'c', 'y'] }],
    ['more at the end', 'a\n', 'a\n\nb\n', { line: 2, remove: 0, insert: ['', 'b'] }],
    ['more behind a last line without a break', 'a', 'a\nb\n', { line: 2, remove: 0, insert: ['b'] }],
    ['more at the beginning', 'a\n', 'b\na\n', { line: 1, remove: 0, insert: ['b'] }],
    ['the same line again', 'a\na\n', 'a\na\na\n', { line: 3, remove: 0, insert: ['a'] }],
    ['a line break of Windows', 'a\r\nb\n', 'a\nb\n', { line: 1, remove: 1, insert: ['a'] }],
  ])('%s', (_what, before, after, splice) => {
    expect(spliceBetween(before, after)).toEqual(splice)
  })

  test('put in, they make the one of the other', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '', ' c', 'a\r'), { maxLength: 8 })
      .map((lines) => lines.map((one) => `${one}\n`).join(''))
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== '' && after !== '')
        expect(spliced(before, spliceBetween(before, after))).toBe(after)
      }),
    )
  })
})

describe('a change beside secrets', () => {
  const before = 'a\ntoken = "[redacted:0123456789]"\nb\n'

  test('is told where the secret stands outside of it', () => {
    expect(spliceBesideSecrets(before, before.replace('b', 'c'))).toEqual({ line: 3, remove: 1, insert: ['c'] })
  })

  test.each([
    ['between two changes', before.replace('a', 'x').replace('b', 'y')],
    ['in the line that goes', 'a\nb\n'],
    ['in the line that changes', before.replace('token', 'tokens')],
  ])('is not where it stands %s', (_where, after) => {
    expect(spliceBesideSecrets(before, after)).toBeNull()
  })
})
