import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeLock, type TakenLock } from '../../../src/effects/journal/lock.ts'
import { isAlive, thisProcess } from '../../../src/effects/owner.ts'
import { openState } from '../../../src/ports/write/state-adapter.ts'
import type { StatePort } from '../../../src/ports/write/state.ts'
import { memoryState } from './memory-state.ts'

const now = '2026-11-28T19:05:33.000Z'
const everyone = (): boolean => true
const take = (
  state: StatePort,
  pid: number,
  more: { host?: string; now?: string; isAlive?: (pid: number) => boolean } = {},
): Promise<TakenLock> =>
  takeLock(state, { host: more.host ?? 'laptop', pid }, 'fix', { isAlive: more.isAlive ?? everyone, now: more.now ?? now })
const isTaken = (lock: TakenLock): boolean => 'release' in lock

describe('the lock', () => {
  test('is held by one, and tells the others by whom', async () => {
    const state = memoryState()
    expect(isTaken(await take(state, 1))).toBe(true)
    expect(await take(state, 2)).toEqual({ heldBy: { host: 'laptop', pid: 1, since: now, command: 'fix', path: '/state/lock-1' } })
  })

  test('can be had again when it is released; releasing it twice takes it from nobody', async () => {
    const state = memoryState()
    const first = await take(state, 1)
    if (!('release' in first)) throw new Error('not taken')
    await first.release()
    expect(isTaken(await take(state, 2))).toBe(true)
    await first.release()
    expect(isTaken(await take(state, 3))).toBe(false)
    expect([...state.files.keys()]).toEqual(['lock-2'])
  })

  const starts = { 1: 'boot/10' }
  test.each<[string, Parameters<typeof take>[2], { [pid: number]: string }, boolean]>([
    ['can be had where its process is gone', { isAlive: (pid) => pid !== 1 }, {}, true],
    ['can be had where another process has its number by now', {}, { 1: 'boot/99' }, true],
    ['cannot be had where its process lives', {}, starts, false],
    ['cannot be had where its process lives, and the machine no longer tells since when', {}, {}, false],
    ['cannot be had where it is of another host', { host: 'container', isAlive: () => false }, {}, false],
    ['can be had where it is of another host, from a day ago', { host: 'container', now: '2026-11-29T19:05:33.000Z' }, starts, true],
    [
      'cannot be had where it is of another host whose clock is ahead',
      { host: 'container', now: '2026-11-28T19:00:00.000Z' },
      starts,
      false,
    ],
  ])('%s', async (_what, by, startsBy, expected) => {
    const { files } = memoryState()
    await take(memoryState(files, starts), 1)
    expect(isTaken(await take(memoryState(files, startsBy), 2, by))).toBe(expected)
  })

  test.each(['{"host":"lap', '{"host":"laptop"}', '\0\0\0'])(
    'is nobody’s where its file holds %j, which no run that lives has made',
    async (text) => {
      expect(isTaken(await take(memoryState(new Map([['lock-7', Buffer.from(text)]])), 2))).toBe(true)
    },
  )

  test('does not mistake other files for locks', async () => {
    const files = new Map(['lock-', 'lock-x', '20261128-190533-7f3a.jsonl'].map((name) => [name, Buffer.from('x')]))
    const state = memoryState(files)
    expect(isTaken(await take(state, 1))).toBe(true)
    expect(files).toHaveLength(4)
  })
})

test('one at most holds the lock, in whatever order runs proceed and wherever they are killed', async () => {
  const runs = fc.array(fc.option(fc.nat({ max: 14 }), { nil: null }), { minLength: 2, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), runs, fc.boolean(), async (scheduler, killedAfter, hasStale) => {
      const memory = memoryState()
      const dead = new Set([99])
      if (hasStale) await take(memory, 99)
      const holding = new Set<number>()
      let mostAtOnce = 0
      const isLiving = (pid: number): boolean => !dead.has(pid)

      /** Each call takes place at some time after it was made; a killed run makes no more. */
      const ofRun = (pid: number, callsLeft: number): StatePort => {
        let left = callsLeft
        const later =
          <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
          async (...given: A): Promise<R> => {
            await scheduler.schedule(Promise.resolve())
            const answer = await call(...given)
            if (left-- <= 0) {
              dead.add(pid)
              holding.delete(pid)
              throw new Error('killed')
            }
            return answer
          }
        const { names, read, create, clear, remove } = memory
        return { ...memory, names: later(names), read: later(read), create: later(create), clear: later(clear), remove: later(remove) }
      }
      const run = async (pid: number, callsLeft: number): Promise<void> => {
        const state = ofRun(pid, callsLeft)
        for (let round = 0; round < 2; round++) {
          const lock = await take(state, pid, { isAlive: isLiving })
          if (dead.has(pid)) return
          if ('heldBy' in lock) continue
          holding.add(pid)
          mostAtOnce = Math.max(mostAtOnce, holding.size)
          await state.names()
          holding.delete(pid)
          await lock.release()
        }
      }
      const all = Promise.all(killedAfter.map((calls, nth) => run(nth + 1, calls ?? Infinity).catch(() => undefined)))
      await scheduler.waitFor(all)
      expect(mostAtOnce).toBeLessThanOrEqual(1)
      expect(isTaken(await take(memory, 50, { isAlive: isLiving })), 'nobody holds it in the end').toBe(true)
      expect([...memory.files.keys()], 'and nothing else is left').toHaveLength(1)
    }),
    { numRuns: 500 },
  )
})

describe('on a real disk', () => {
  let home: string
  beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'rd-lock-'))))
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  test('of calls at once, one has it', async () => {
    const state = await openState({ XDG_STATE_HOME: home })
    const locks = await Promise.all(Array.from({ length: 30 }, () => takeLock(state, thisProcess(), 'fix', { isAlive, now })))
    expect(locks.filter(isTaken)).toHaveLength(1)
  })

  test('of processes that contend for it, one at a time has it, also when holders are killed', async () => {
    const child = fileURLToPath(new URL('lock-child.ts', import.meta.url))
    const ends = ['release', 'kill', 'release', 'kill'].map(async (way) => {
      const started = spawn(process.execPath, ['--import', 'tsx', child, home, way, '8'], { stdio: ['ignore', 'ignore', 'pipe'] })
      let said = ''
      started.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
      const [code, signal] = (await once(started, 'close')) as [number | null, string | null]
      return { way, end: signal ?? code, said }
    })
    expect(await Promise.all(ends)).toEqual([
      { way: 'release', end: 0, said: '' },
      { way: 'kill', end: 'SIGKILL', said: '' },
      { way: 'release', end: 0, said: '' },
      { way: 'kill', end: 'SIGKILL', said: '' },
    ])
    const state = await openState({ XDG_STATE_HOME: home })
    expect(isTaken(await takeLock(state, thisProcess(), 'fix', { isAlive, now }))).toBe(true)
    expect(readdirSync(state.directory).filter((name) => name.startsWith('lock-'))).toHaveLength(1)
  }, 60_000)
})
