import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { takeLock } from '../../../src/effects/journal/lock.ts'
import { isAlive, thisProcess } from '../../../src/effects/owner.ts'
import { openState } from '../../../src/ports/write/state-adapter.ts'

// A process that takes the lock so many times; with `kill` it is killed the last time, while it holds it.
const [home = '', way, times] = process.argv.slice(2)
const inside = join(home, 'inside')

const state = await openState({ XDG_STATE_HOME: home })
const nameOf = async (pid: number): Promise<string> => `${pid} ${await state.startOf(pid)}`

/** Fails where another living process is inside. */
async function enter(): Promise<void> {
  const own = await nameOf(process.pid)
  try {
    writeFileSync(inside, own, { flag: 'wx' })
  } catch {
    const other = readFileSync(inside, 'utf8')
    if (other === (await nameOf(Number.parseInt(other, 10)))) throw new Error(`process ${other} is inside as well`)
    writeFileSync(inside, own)
  }
}

for (let left = Number(times); left > 0;) {
  const lock = await takeLock(state, thisProcess(), 'fix', { isAlive, now: new Date().toISOString() })
  if (!('release' in lock)) {
    await nextTurn()
    continue
  }
  await enter()
  left--
  if (left === 0 && way === 'kill') process.kill(process.pid, 'SIGKILL')
  await nextTurn()
  rmSync(inside)
  await lock.release()
}
