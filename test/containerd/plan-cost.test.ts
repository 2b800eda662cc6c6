import { describe, expect, it } from 'vitest'
import { generatedFiles } from '../../lab/conformance/hosts-toml/generate.ts'
import { plannedLine, rulesFor } from '../../lab/conformance/hosts-toml/plan-line.ts'
import { urlsOfHostsToml } from '../../src/containerd/hosts-toml.ts'

const versions = ['1.7.34', '2.2.7', '2.4.2']

const lines = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('')

/** Each is of one kind of thing, in a size of its choice. */
const large: readonly (readonly [name: string, make: (count: number) => string])[] = [
  ['hosts', (count) => lines(count, (index) => `[host."http://h${index}:1"]\nskip_verify = true\n`)],
  ['hosts in dotted keys', (count) => lines(count, (index) => `host."http://h${index}:1".skip_verify = true\n`)],
  ['hosts with headers', (count) => lines(count, (index) => `[host."http://h${index}:1"]\n[host."http://h${index}:1".header]\nx = "a"\n`)],
  ['header keys', (count) => `[host."http://a".header]\n${lines(count, (index) => `k${index} = "v"\n`)}`],
  ['untyped keys', (count) => `[ca]\n${lines(count, (index) => `k${index} = "v"\n`)}`],
  ['lists of tables', (count) => '[[ca]]\nx = 1\n'.repeat(count)],
  ['tables of tables', (count) => '[[a]]\n[a.b]\n'.repeat(count)],
  ['tables in tables', (count) => lines(count, (index) => `[t${index}.a.b]\nx = 1\n`)],
  ['a dotted key', (count) => `a${'.a'.repeat(count * 5)} = 1\n`],
  ['a dotted header', (count) => `[a${'.a'.repeat(count * 5)}]\n`],
  ['open brackets', (count) => `a = ${'['.repeat(count * 10)}`],
  ['open braces', (count) => `a = ${'{a='.repeat(count * 5)}`],
  ['a comment', (count) => `#${'x'.repeat(count * 50)}`],
  ['an open string', (count) => `a = """${'\\\n'.repeat(count * 20)}`],
  ['blank lines', (count) => '\n'.repeat(count * 20)],
  ['blank lines in front of a mistake', (count) => `${'\n'.repeat(count * 20)}=`],
  ['lines of blanks in front of a mistake', (count) => `${'  \n'.repeat(count * 10)}=`],
  ['blanks', (count) => ' '.repeat(count * 50)],
  ['a list', (count) => `a = [${'1,'.repeat(count * 5)}]`],
  ['capabilities', (count) => `capabilities = [${'"pull",'.repeat(count * 5)}]\n[host."http://a"]\n`],
  ['an inline table', (count) => `header = {${lines(count, (index) => `k${index} = "v", `)}z = "v"}\n[host."http://a"]\n`],
  ['digits', (count) => `ca = ${'9'.repeat(count * 20)}`],
  ['dates', (count) => `ca = [${'1979-05-27T07:32:00Z,'.repeat(count)}]\n`],
  ['escapes', (count) => String.raw`a = "${String.raw`\u0061`.repeat(count * 3)}"`],
  ['a URL', (count) => `[host."http://h/${'../%41/'.repeat(count * 3)}"]\n`],
]

/** Processor time: it does not tell what else the machine does. */
function cost(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const plan = (text: string, containerd: string): (() => void) => {
  const file = { kind: 'odd', host: 'reg.lan', content: new TextEncoder().encode(text), withKeys: false } as const
  const rules = rulesFor(containerd)
  return () => {
    plannedLine(file, rules)
    urlsOfHostsToml(text, rules)
  }
}

/** Microseconds that can be told from nothing. */
const enough = 1500
const most = 3000

/** What a doubling costs, on average over three: the best of several runs in turn, as a pause of the collector is not the file's. */
function perDoubling(make: (count: number) => string, containerd: string): number {
  let count = 125
  // What runs for the first time is slow whatever it reads.
  for (let warm = 0; warm < 5; warm++) plan(make(count), containerd)()
  while (count < most && cost(plan(make(count), containerd)) < enough) count *= 2
  const [once, eightTimes] = [plan(make(count), containerd), plan(make(count * 8), containerd)]
  const runs = Array.from({ length: 3 }, () => [cost(once), cost(eightTimes)] as const)
  return Math.cbrt(Math.min(...runs.map(([, longer]) => longer)) / Math.min(...runs.map(([shorter]) => shorter)))
}

describe.each(versions)('a hosts.toml of twice the size on %s', (containerd) => {
  it.each(large)(
    'costs at most 2.5 times as much to plan: %s',
    (_name, make) => {
      const rounds: number[] = []
      // One round tells it as a rule; a machine with other work gets more.
      while (rounds.length < 5 && (rounds.length === 0 || median(rounds) > 2.5)) rounds.push(perDoubling(make, containerd))
      expect(median(rounds)).toBeLessThanOrEqual(2.5)
    },
    60_000,
  )
})

describe('a thousand files in one run', () => {
  it.each(versions)(
    'are planned on %s without getting slower',
    (containerd) => {
      const rules = rulesFor(containerd)
      const hundred = generatedFiles().slice(0, 100)
      const run = (): number =>
        cost(() => {
          for (const file of hundred) plannedLine(file, rules)
        })
      for (let warm = 0; warm < 5; warm++) run()
      // The same hundred each time: only the run can make a difference.
      const times = Array.from({ length: 10 }, run)
      const first = Math.min(...times.slice(0, 3))
      const last = (): number => Math.min(...times.slice(-3))
      // Other work of the machine passes; what grows from run to run does not.
      for (let more = 0; more < 40 && last() > first * 1.5; more++) times.push(run())
      expect(last()).toBeLessThanOrEqual(first * 1.5)
    },
    60_000,
  )
})
