import { expect, test } from 'vitest'
import { codes } from '../../src/model/codes.ts'
import { pullErrorClassSchema } from '../../src/model/pull-error.ts'
import { pullErrorMeanings } from '../../src/model/pull-error-meanings.ts'

test('every class of pull errors has a code and says what it means', () => {
  expect(Object.keys(pullErrorMeanings).toSorted()).toEqual([...pullErrorClassSchema.options].toSorted())
  for (const { code, meaning } of Object.values(pullErrorMeanings)) {
    expect(Object.keys(codes)).toContain(code)
    expect(meaning).toMatch(/^[a-z][^.]+[^.]$/)
  }
})
