import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDuration } from '../../src/cli/options.ts'
import { openWaitView } from '../../src/cli/wait-view.ts'
import { waitUntilHealthy, type WaitedFor } from '../../src/cli/wait.ts'
import { UnknownNameError } from '../../src/discover/options.ts'
import { errorReport } from '../../src/engine/report.ts'
import type { Report } from '../../src/model/report.ts'

const run = { startedAt: '2026-11-21T10:50:00.000Z', durationMs: 5, mode: 'live' } as const
const failing = (code: string, exitCode = 3): Report => errorReport(run, exitCode, { code, message: `it is ${code}` })
const healthy: Report = { ...failing('nothing', 0), status: 'healthy' }
const noneYet = new UnknownNameError('cluster', 'dev', [])
const another = new UnknownNameError('cluster', 'dev', ['staging'])

/** An examination: how long it would take, and what comes of it. */
type Turn = readonly [ms: number, outcome: Report | Error]

interface Run {
  readonly outcome: Report | Error
  readonly told: readonly WaitedFor[]
  /** When each examination began. */
  readonly began: readonly number[]
  readonly ms: number
}

/** Waits on a clock that only goes on by what takes its time. */
async function wait(limitMs: number, turns: readonly Turn[], timeoutMs = 60_000): Promise<Run> {
  let now = 0
  const told: WaitedFor[] = []
  const began: number[] = []
  const outcome = await waitUntilHealthy({
    limitMs,
    timeoutMs,
    examine: (mayTake) => {
      const [ms, what] = turns[Math.min(began.length, turns.length - 1)]!
      began.push(now)
      now += Math.min(ms, mayTake)
      if (ms > mayTake) return Promise.resolve({ report: failing('timeout'), endedEarly: true })
      return what instanceof Error ? Promise.reject(what) : Promise.resolve({ report: what, endedEarly: false })
    },
    tell: (cause) => told.push(cause),
    now: () => now,
    pause: (ms) => {
      now += ms
      return Promise.resolve()
    },
  }).catch((error: unknown) => error as Error)
  return { outcome, told, began, ms: now }
}

describe('waiting until healthy', () => {
  const cases: { [what: string]: readonly [limitMs: number, turns: readonly Turn[], outcome: Report | Error, began: readonly number[]] } = {
    'healthy at once': [10_000, [[300, healthy]], healthy, [0]],
    'healthy at the third time': [
      10_000,
      [
        [300, failing('no-cluster')],
        [300, failing('found', 1)],
        [300, healthy],
      ],
      healthy,
      [0, 1_300, 2_600],
    ],
    'never healthy': [2_000, [[300, failing('no-cluster')]], failing('no-cluster'), [0, 1_300]],
    'the last state counts': [
      2_000,
      [
        [300, failing('no-cluster')],
        [300, failing('found', 1)],
      ],
      failing('found', 1),
      [0, 1_300],
    ],
    'what is under way at the end is finished': [
      2_000,
      [
        [300, failing('no-cluster')],
        [3_000, healthy],
      ],
      healthy,
      [0, 1_300],
    ],
    'what does not come to its end tells nothing': [
      2_000,
      [
        [300, failing('found', 1)],
        [99_000, healthy],
      ],
      failing('found', 1),
      [0, 1_300],
    ],
    'a time that is shorter than an examination': [1, [[2_000, healthy]], healthy, [0]],
    interrupted: [10_000, [[300, failing('interrupted', 130)]], failing('interrupted', 130), [0]],
    'a name of nothing, where there is nothing yet': [
      10_000,
      [
        [300, noneYet],
        [300, healthy],
      ],
      healthy,
      [0, 1_300],
    ],
    'a name of nothing, and it does not come': [2_000, [[300, noneYet]], noneYet, [0, 1_300]],
    'a wrong name': [10_000, [[300, another]], another, [0]],
    'a fault of this tool': [10_000, [[300, new TypeError('fault')]], new TypeError('fault'), [0]],
  }
  test.each(Object.entries(cases))('%s', async (_what, [limitMs, turns, outcome, began]) => {
    const done = await wait(limitMs, turns)
    expect(done).toMatchObject({ outcome, began })
  })

  test('an examination that hangs is ended by --timeout, and another one is begun', async () => {
    const hangs = await wait(20_000, [[99_000, healthy]], 5_000)
    expect(hangs.began).toEqual([0, 6_000, 12_000, 18_000])
    expect(hangs.outcome).toMatchObject({ exitCode: 3, error: { code: 'timeout' } })
    expect(hangs.told.map((one) => one.text)).toEqual(Array(3).fill('it is timeout'))
  })

  test('an examination that is the only one, and is cut off, says what its limit was', async () => {
    expect((await wait(500, [[99_000, healthy]])).outcome).toMatchObject({
      exitCode: 3,
      error: { code: 'timeout', message: 'not judged within 0.5 s (--wait)' },
    })
  })

  test('ends in time, whatever happens', async () => {
    const outcome = fc.constantFrom(failing('no-cluster'), failing('found', 1), noneYet)
    const turns = fc.array(fc.tuple(fc.nat(20_000), outcome), { minLength: 1, maxLength: 5 })
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 30_000 }), turns, async (limitMs, all) => {
      const { ms, began } = await wait(limitMs, all, 8_000)
      expect(ms).toBeLessThanOrEqual(limitMs + 3_000)
      expect(began.every((at, nth) => nth === 0 || at - began[nth - 1]! >= 1_000)).toBe(true)
    })
    await fc.assert(property)
  })
})

describe('what is shown while it waits', () => {
  const told = (screen: { isTTY?: boolean; columns?: number }): string => {
    let text = ''
    const view = openWaitView({ ...screen, write: (more) => (text += more) }, 60_000)
    view.tell({ key: 'no-cluster', text: 'no cluster' }, 1_200)
    view.tell({ key: 'no-cluster', text: 'no cluster at all' }, 2_200)
    view.tell({ key: 'stopped', text: 'kind-registry\n\u001b[31m has stopped' }, 14_600)
    view.close()
    return text
  }

  test('a line for each cause where nobody looks on', () => {
    expect(told({})).toBe(
      'registry-doctor: waiting up to 60 s: no cluster\nregistry-doctor: still waiting after 15 s: kind-registry has stopped\n',
    )
  })

  test('one line that is renewed, and gone at the end, on a terminal', () => {
    const lines = told({ isTTY: true, columns: 40 }).split('\r\u001b[2K')
    expect(lines).toEqual([
      '',
      'waiting, 1 of 60 s: no cluster',
      'waiting, 2 of 60 s: no cluster at all',
      'waiting, 15 of 60 s: kind-registry has ',
      '',
    ])
  })

  test('nothing where it need not wait', () => {
    let text = ''
    openWaitView({ isTTY: true, write: (more) => (text += more) }, 60_000).close()
    expect(text).toBe('')
  })
})

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1m30s', 90_000],
    ['1s500ms', 1_500],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms))

  test.each(['', '5', '30 s', '1m30', '-1s', '1h', 's', '1..5s', '0s', '0m0s', '99999999m'])('"%s" is refused', (text) =>
    expect(() => parseDuration(text)).toThrow(/a duration is a number with a unit|longer than 0|at most/),
  )
})
