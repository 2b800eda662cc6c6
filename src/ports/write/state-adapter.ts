import { constants } from 'node:fs'
import { link, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { findStatePlace, isPart, partOf, stateError, syncDirectory } from './state-place.ts'
import { StateError, type StatePort } from './state.ts'

/**
 * The state directory of this user, on the disk.
 * @throws StateError where there is none that can be used
 */
export async function openState(env: NodeJS.ProcessEnv): Promise<StatePort> {
  const { directory, note } = await findStatePlace(env)
  await removeParts(directory)

  async function onFile<T>(name: string, run: (path: string) => Promise<T>): Promise<T> {
    const path = join(directory, name)
    try {
      return await run(path)
    } catch (error) {
      throw stateError(path, error)
    }
  }

  return {
    directory,
    note,
    names: () => onFile('.', async () => (await readdir(directory)).filter((name) => !isPart(name))),
    read: (name) => onFile(name, (path) => readFile(path).catch(orIfAbsent(null))),
    create: (name, text) =>
      onFile(name, async (path) => {
        const part = partOf(path)
        try {
          await writeTo(part, 'wx', text)
          const isMade = await link(part, path).then(
            () => true,
            (error: NodeJS.ErrnoException) => {
              if (error.code === 'EEXIST') return false
              throw error
            },
          )
          if (isMade) await syncDirectory(directory)
          return isMade
        } finally {
          await rm(part, { force: true })
        }
      }),
    append: (name, length, text) => onFile(name, (path) => writeTo(path, appending, text, length)),
    clear: (name) => onFile(name, (path) => truncate(path).catch(orIfAbsent(undefined))),
    remove: (name) => onFile(name, (path) => rm(path, { force: true })),
    startOf,
  }
}

const orIfAbsent =
  <T>(otherwise: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return otherwise
    throw error
  }

// Node's 'a' makes a file that is not there.
const appending = constants.O_WRONLY | constants.O_APPEND

async function writeTo(path: string, flags: string | number, text: string, length = 0): Promise<void> {
  const handle = await open(path, flags, 0o600)
  try {
    const { size } = await handle.stat()
    if (size < length) throw new StateError('shorter', `${path} is shorter than it was left`)
    if (size > length) await handle.truncate(length)
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const dayMs = 86_400_000

/** What runs left that were killed while they made a file. */
async function removeParts(directory: string): Promise<void> {
  const names = await readdir(directory).catch((): string[] => [])
  for (const part of names.filter(isPart).map((name) => join(directory, name))) {
    const made = await stat(part).catch(() => null)
    if (made !== null && Date.now() - made.mtimeMs > dayMs) await rm(part, { force: true }).catch(() => undefined)
  }
}

/** Since which tick of which boot it runs. Source: proc_pid_stat(5), fields 3 and 22; a name may hold spaces and brackets. */
async function startOf(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (line === null) return null
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  // One that is over and not yet taken note of keeps its number: by this it is not the one that lived.
  return `${boot.trim()}/${fields[19]}${fields[0] === 'Z' ? '/ended' : ''}`
}
