import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { runProgram } from './host-program.ts'
import { holderOf } from './host-sockets.ts'
import { HostError, type HostWritePort } from './host.ts'

/** This machine: its programs, its files, who listens on its ports. */
export function createHostWritePort(env: NodeJS.ProcessEnv): HostWritePort {
  return {
    run: (command, args, given) => runProgram(command, args, { env, ...given }),
    read: (path) =>
      readFile(path, 'utf8').catch((error: unknown) => {
        if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null
        throw hostError(`read ${path}`, error)
      }),
    write: (path, text, mode) =>
      writeDurably(path, text, mode).catch((error: unknown) => {
        throw hostError(`write ${path}`, error)
      }),
    remove: (path) =>
      rm(path).catch((error: unknown) => {
        if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw hostError(`remove ${path}`, error)
      }),
    portHolder: (port) => holderOf(port),
  }
}

/**
 * The text is on the disk, and only then has its name. A link stays one: what it leads to is written. Folders that are made
 * for a file that others may not read are closed to them too.
 */
async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const folder = dirname(target)
  await mkdir(folder, { recursive: true, mode: (mode & 0o077) === 0 ? 0o700 : 0o755 })
  const unfinished = join(folder, `.${basename(target)}.${randomBytes(4).toString('hex')}.part`)
  try {
    const file = await open(unfinished, 'wx', mode)
    try {
      // Whatever the umask is.
      await file.chmod(mode)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, target)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
  await syncFolder(folder)
}

/** The new name is an entry of its folder. Not every file system lets a folder be synced, and the file is whole without it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => null)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

const words: { readonly [code: string]: string } = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no room on the disk',
  EISDIR: 'it is a folder',
  ERR_FS_EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
}

const hostError = (what: string, error: unknown): HostError =>
  new HostError(codeOf(error) || 'unknown', `cannot ${what}: ${words[codeOf(error)] ?? (error as Error).message}`)
