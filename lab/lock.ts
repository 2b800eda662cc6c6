/** One lab command at a time: two of them would work on the same engine, registry and cache. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { sweepTemp } from './cache.ts'
import { cacheDir, cachePath } from './paths.ts'
import { endOrphans, isAlive, pidOf, processIdentity } from './processes.ts'
import { progress } from './steps.ts'

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Tries once to become the owner; a link appears with its content, so nobody sees an empty lock. */
function tryAcquire(lock: string, mine: string): boolean {
  const temp = `${lock}.${process.pid}`
  writeFileSync(temp, mine)
  try {
    linkSync(temp, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(temp, { force: true })
  }
  const owner = read(lock)
  if (owner !== undefined && !isAlive(owner)) removeDead(lock, owner)
  return false
}

/** Moves a dead owner's lock away, and back if meanwhile it was somebody else's. */
function removeDead(lock: string, owner: string): void {
  const aside = `${lock}.dead.${process.pid}`
  try {
    renameSync(lock, aside)
    if (read(aside) !== owner) linkSync(aside, lock)
    unlinkSync(aside)
  } catch {
    // another waiter was faster
  }
}

let queue: Promise<unknown> = Promise.resolve()

/** Runs `work` while holding the lab's lock; waits for other lab commands and for other calls of this process. */
export function withLock<T>(work: () => Promise<T>): Promise<T> {
  const result = queue.then(async () => {
    mkdirSync(cacheDir(), { recursive: true })
    const lock = cachePath('lock')
    const mine = processIdentity(process.pid) ?? `${process.pid}`
    for (let said = false; !tryAcquire(lock, mine); said = true) {
      const owner = read(lock)
      if (!said && owner) progress('lock', `waiting for the lab command with pid ${pidOf(owner)}`)
      await sleep(200)
    }
    const release = (): void => {
      if (read(lock) === mine) rmSync(lock, { force: true })
    }
    process.once('exit', release)
    try {
      endOrphans(cachePath('children'))
      await sweepTemp()
      return await work()
    } finally {
      process.off('exit', release)
      release()
    }
  })
  queue = result.catch(() => {})
  return result
}
