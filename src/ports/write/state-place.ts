import { randomBytes } from 'node:crypto'
import { chmod, link, lstat, mkdir, open, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { makePrivate, stateDirectory } from '../state-directory.ts'
import { StateError } from './state.ts'

export interface StatePlace {
  readonly directory: string
  readonly note: string | null
}

/** What can be over by the next run, which would then look in the usual place and know nothing of what this one kept. */
const passing: readonly string[] = ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM']

/**
 * The directory of this user's fixes, made where there is none; where it cannot be used, one among the temporary files that is
 * as much his own.
 * @throws StateError where neither can be used
 */
export async function findStatePlace(env: NodeJS.ProcessEnv): Promise<StatePlace> {
  const usual = join(stateDirectory(env), 'fixes')
  try {
    await prepareUsual(usual)
    return { directory: usual, note: null }
  } catch (error) {
    const refused = stateError(usual, error)
    if (passing.includes(refused.code)) throw refused
    const directory = join(env['TMPDIR'] || tmpdir(), `registry-doctor-${process.getuid?.() ?? userInfo().username}`)
    await prepareTemporary(directory).catch((failure: unknown) => {
      throw stateError(directory, failure)
    })
    const note = `what is changed is kept in ${directory}, which may not outlive a restart of this machine: ${refused.message}`
    return { directory, note }
  }
}

async function prepareUsual(directory: string): Promise<void> {
  for (const made of await makePrivate(directory)) await syncDirectory(dirname(made))
  const { uid, mode } = await stat(directory)
  if (isForeign(uid)) throw notPrivate(directory, 'belongs to another user')
  if (isOpen(mode)) await chmod(directory, 0o700)
  await tryOut(directory)
}

/** Where everybody may make something, nothing is taken that is not beyond doubt this user's. */
async function prepareTemporary(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(directory)
  if (!found.isDirectory()) throw notPrivate(directory, found.isSymbolicLink() ? 'is a symbolic link' : 'is no directory')
  if (isForeign(found.uid)) throw notPrivate(directory, 'belongs to another user')
  if (isOpen(found.mode)) throw notPrivate(directory, 'is open to other users')
  await tryOut(directory)
}

// Windows has neither.
const isForeign = (uid: number): boolean => process.getuid !== undefined && uid !== process.getuid()
const isOpen = (mode: number): boolean => process.getuid !== undefined && (mode & 0o077) !== 0
const notPrivate = (directory: string, what: string): StateError => new StateError('not-private', `${directory} ${what}`)

/** Permissions do not tell all: a file system can be mounted to be read only, or know no hard links. */
async function tryOut(directory: string): Promise<void> {
  const [file, second] = [partOf(join(directory, 'try')), partOf(join(directory, 'try'))]
  try {
    await writeFile(file, '', { flag: 'wx', mode: 0o600 })
    await link(file, second)
  } finally {
    await Promise.all([file, second].map((one) => rm(one, { force: true })))
  }
}

const partEnd = '.part'
/** The name under which a file is made. */
export const partOf = (path: string): string => `${path}.${randomBytes(4).toString('hex')}${partEnd}`
export const isPart = (name: string): boolean => name.endsWith(partEnd)

/** Makes sure that names in a directory are on the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    // Not every system can; EACCES is a directory above that only lets through.
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS', 'EISDIR', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** A failure in the system's words. */
export function stateError(path: string, error: unknown): StateError {
  if (error instanceof StateError) return error
  const { code = 'unknown', message } = error as NodeJS.ErrnoException
  return new StateError(code, message.includes(path) ? message : `${path}: ${message}`)
}
