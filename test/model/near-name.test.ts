import { expect, test } from 'vitest'
import { nearest } from '../../src/model/near-name.ts'

test.each([
  ['dve', ['dev', 'prod'], 'dev'],
  ['DEV', ['dev'], 'dev'],
  ['kind-dev', ['kind-dev2', 'kind-deva', 'x'], 'kind-dev2'],
  ['staging', ['production'], undefined],
  ['', ['dev'], undefined],
  ['dev', [], undefined],
])('nearest to "%s" of %j', (given, existing, expected) => {
  expect(nearest(given, existing)).toBe(expected)
})
