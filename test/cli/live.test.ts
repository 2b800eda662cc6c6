import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { runLive, type Live } from '../../src/cli/live.ts'
import { prover } from '../../src/cli/prove.ts'

const home = mkdtempSync(join(tmpdir(), 'rd-live-'))
afterAll(() => rmSync(home, { recursive: true }))
const env = { HOME: home, DOCKER_HOST: 'tcp://127.0.0.1:1' }

const run = (timeout: number, work: (live: Live) => Promise<string>): Promise<string> =>
  runLive({ timeout }, env, work, (exitCode, { code }) => `${exitCode} ${code}`)
const never = new Promise<never>(() => undefined)
const whenEnded = (signal: AbortSignal): Promise<unknown> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', resolve))

describe('a run that is ended', () => {
  test('does not end before what it holds has settled', async () => {
    let isTakenAway = false
    const ended = await run(50, (live) => {
      const takesAway = async (): Promise<void> => {
        await whenEnded(live.signal)
        for (let nth = 0; nth < 20; nth++) await turn()
        isTakenAway = true
      }
      live.hold(takesAway())
      return never
    })
    expect({ ended, isTakenAway }).toEqual({ ended: '3 timeout', isTakenAway: true })
  })

  test('also where what it holds fails', async () => {
    const failing = (live: Live): Promise<string> => {
      live.hold(whenEnded(live.signal).then(() => Promise.reject(new Error('could not be removed'))))
      return never
    }
    expect(await run(50, failing)).toBe('3 timeout')
  })
})

describe('a run that changes things', () => {
  const toItsEnd = (timeout: number, work: (live: Live) => Promise<string>): Promise<string> =>
    runLive({ timeout, toItsEnd: true }, env, work, (exitCode, { code }, done = 'nothing') => `${exitCode} ${code}, done: ${done}`)

  test('is waited for when it is ended, and what it did until then is told', async () => {
    const work = async (live: Live): Promise<string> => {
      await whenEnded(live.signal)
      for (let nth = 0; nth < 20; nth++) await turn()
      return 'one step'
    }
    expect(await toItsEnd(50, work)).toBe('3 timeout, done: one step')
  })

  test('that fails because it is ended did nothing that is known of', async () => {
    const work = (live: Live): Promise<string> => whenEnded(live.signal).then(() => Promise.reject(new Error('aborted')))
    expect(await toItsEnd(50, work)).toBe('3 timeout, done: nothing')
  })

  test('that comes to its end tells just that', async () => expect(await toItsEnd(10_000, () => Promise.resolve('all'))).toBe('all'))
})

describe('a run that is not ended', () => {
  test('waits for what it holds too', async () => {
    let isDone = false
    const answer = await run(10_000, async (live) => {
      live.hold(turn().then(() => (isDone = true)))
      return 'done'
    })
    expect({ answer, isDone }).toEqual({ answer: 'done', isDone: true })
  })
  test('fails by what it fails by', async () => await expect(run(10_000, () => Promise.reject(new Error('ours')))).rejects.toThrow('ours'))
})

test('two sessions of a run remember nothing of each other', async () => {
  const answer = await run(10_000, async ({ session, afresh }) => {
    await session.look('nonce', {})
    return `${session.recorded().length} ${afresh().recorded().length}`
  })
  expect(answer).toBe('1 0')
})

describe('a probe', () => {
  const live = (signal: AbortSignal, held: Promise<unknown>[]): Live => ({
    session: null as never,
    afresh: () => null as never,
    signal,
    redact: (value: never) => value,
    hold: (one) => void held.push(one),
    log: () => undefined,
  })

  test('is held before anything of it is done', async () => {
    const held: Promise<unknown>[] = []
    const proving = prover({ by: 'pods', quiet: true }, env, live(new AbortController().signal, held), () => {
      expect(held).toEqual([])
      return Promise.reject(new Error('could not be drawn'))
    })({ clusters: [] } as never)
    expect(held).toHaveLength(1)
    await expect(proving).rejects.toThrow('could not be drawn')
  })

  test('is not begun where the run has ended by then: nobody would wait for it', async () => {
    const held: Promise<unknown>[] = []
    const before = (): never => {
      throw new Error('begun')
    }
    const prove = prover({ by: 'pods' }, env, live(AbortSignal.abort(new Error('interrupted')), held), before)
    await expect(async () => prove({ clusters: [] } as never)).rejects.toThrow('interrupted')
    expect(held).toEqual([])
  })
})
