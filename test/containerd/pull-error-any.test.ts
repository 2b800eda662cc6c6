import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { classifyPullError } from '../../src/containerd/pull-error/classify.ts'
import { pullErrorClassSchema } from '../../src/model/pull-error.ts'

const messages = ['kubelet', 'containerd', 'cri-o', 'docker'].flatMap((file) =>
  (JSON.parse(readFileSync(new URL(`../../fixtures/pull-errors/${file}.json`, import.meta.url), 'utf8')) as { message: string }[]).map(
    ({ message }) => message,
  ),
)
const pieces = [...new Set(messages.flatMap((message) => message.split(/(?<=: )/)))]
const noReason = classifyPullError('').detail

test('any string has a class, and its detail is a part of it, or says that there is none', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 12 }).map((parts) => parts.join('')),
    fc.constantFrom(...messages).chain((message) => fc.nat(message.length).map((end) => message.slice(0, end))),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const { class: found, detail, via, status, url, host } = classifyPullError(text)
      expect(pullErrorClassSchema.options).toContain(found)
      expect(text.includes(detail) || detail === noReason).toBe(true)
      expect(detail).not.toBe('')
      expect(['mirror', 'default', 'unknown']).toContain(via)
      expect(status === undefined || (status >= 0 && status <= 999)).toBe(true)
      expect(url === undefined || (text.includes(url) && host !== undefined)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('a message as long as anything can be is read', () => {
  for (const unit of ['a', '"', String.raw`\"`, 'Error: ', 'Get "']) {
    expect(classifyPullError(`Failed to pull image "${unit.repeat(3_000_000 / unit.length)}`).class).toBe('unknown')
  }
})

/** Of the processor alone: what else runs on the machine does not count. */
function cost(text: string): number {
  const before = process.cpuUsage()
  classifyPullError(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Milliseconds that are too few to be compared. */
const noise = 2

function growth(unit: string): number {
  const once = unit.repeat(Math.ceil(60_000 / unit.length))
  const twice = once + once
  let best = Infinity
  // Whatever disturbs a measurement makes it longer: the least of several is the nearest to the truth.
  for (let rounds = 0; rounds < 8 && best > 2.5; rounds++) {
    const long = Math.min(cost(twice), cost(twice), cost(twice))
    const short = Math.min(cost(once), cost(once), cost(once))
    best = Math.min(best, long < noise ? 1 : long / short)
  }
  return best
}

/** Beginnings without their ends, on which a regular expression that goes back would go back each time. */
// prettier-ignore
const beginnings = [
  'Failed to pull image "', 'Back-off pulling image "a" ', 'Get "https://a', 'Get https://a/',
  'Head "https:', 'request to https://a', 'unexpected status code [m ', 'unexpected status from GET request to a',
  'pulling from host a failed with status code [', '(Mirrors also failed: [', 'dial tcp: lookup a on ', 'dial unix /a',
  'no matching manifest for ', 'short-name "', 'manifest for ', 'repository ',
  'wrong diff id "', 'Reading manifest a in b', 'pinging container registry ', 'content digest ',
  'image operating system "', ']): ', 'a', '"',
  ' ', '\\"', '\n', ': ',
]

test.each([...new Set([...beginnings, ...messages.filter((_one, index) => index % 8 === 0)])])(
  'twice as much of %j takes no more than 2.5 times as long',
  (unit) => {
    expect(growth(unit)).toBeLessThanOrEqual(2.5)
  },
)
