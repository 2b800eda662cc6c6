import { expect, test } from 'vitest'
import { probeLine } from '../../../src/effects/probe-image/probe-line.ts'

const seed = { cluster: 'dev', registryHost: 'localhost:5001', slot: 0 }

test.each([
  [seed, 'registry-doctor probe 0 of dev by localhost:5001'],
  [{ cluster: 'k3s-default', registryHost: '[::1]:5000', slot: 7 }, 'registry-doctor probe 7 of k3s-default by [::1]:5000'],
])('the line of %j', (given, line) => {
  expect(probeLine(given)).toBe(line)
})

test.each([
  ['a slot below the first', { slot: -1 }],
  ['a slot beyond the last', { slot: 8 }],
  ['half a slot', { slot: 0.5 }],
  ['no slot at all', { slot: Number.NaN }],
])('%s is refused', (_name, wrong) => {
  expect(() => probeLine({ ...seed, ...wrong })).toThrow(/^no slot of a probe image: /)
})

test.each([
  ['an empty name', ''],
  ['a name that would give two seeds the same line', 'dev by localhost:5001'],
  ['a name of two lines', 'dev\nprod'],
  ['a name that is not ASCII', 'dév'],
  ['a name that is longer than any', 'a'.repeat(260)],
])('%s is refused', (_name, wrong) => {
  expect(() => probeLine({ ...seed, cluster: wrong })).toThrow(/^no name for a probe image: "/)
  expect(() => probeLine({ ...seed, registryHost: wrong })).toThrow(/^no name for a probe image: "/)
})
