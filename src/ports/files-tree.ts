import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What stands at a path. Links stay links: what they lead to is not read. */
export type TreeEntry =
  | { readonly type: 'dir' }
  | { readonly type: 'link'; readonly target: string }
  | { readonly type: 'file'; readonly bytes: Buffer }

/** A directory that cannot be read, and the path at fault. */
export class TreeError extends Error {
  override readonly name = 'TreeError'
  /** The system's code, or `too-large`. */
  readonly code: string
  readonly path: string
  constructor(path: string, code: string) {
    super(`${path}: ${code}`)
    this.path = path
    this.code = code
  }
}

export interface TreeLimits {
  readonly entries: number
  readonly bytes: number
}

/**
 * Everything below a directory, by its path in it; the directory itself is ''. What is neither file, directory nor link is
 * left out.
 * @throws TreeError
 */
export async function readTree(directory: string, limits: TreeLimits): Promise<Map<string, TreeEntry>> {
  const entries = new Map<string, TreeEntry>()
  let bytes = 0
  const told = async <T>(path: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      throw error instanceof TreeError ? error : new TreeError(path, (error as NodeJS.ErrnoException).code ?? String(error))
    }
  }
  const walk = async (name: string): Promise<void> => {
    const path = join(directory, name)
    // The directory itself may be a link to where it really is.
    const found = await told(path, () => (name === '' ? stat(path) : lstat(path)))
    if (entries.size === limits.entries) throw new TreeError(directory, 'too-large')
    if (found.isDirectory()) {
      entries.set(name, { type: 'dir' })
      for (const inner of (await told(path, () => readdir(path))).toSorted()) await walk(name === '' ? inner : `${name}/${inner}`)
    } else if (name === '') throw new TreeError(path, 'ENOTDIR')
    else if (found.isSymbolicLink()) entries.set(name, { type: 'link', target: await told(path, () => readlink(path)) })
    else if (found.isFile()) {
      bytes += found.size
      if (bytes > limits.bytes) throw new TreeError(directory, 'too-large')
      entries.set(name, { type: 'file', bytes: await told(path, () => readFile(path)) })
    }
  }
  await walk('')
  return entries
}

/** Names in a directory; none where there is no such directory. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).toSorted()
  } catch (error) {
    return absent(error, directory) ?? []
  }
}

/** The bytes of a file; null where there is none. */
export async function bytesOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    return absent(error, path)
  }
}

function absent(error: unknown, path: string): null {
  const { code = String(error) } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return null
  throw new TreeError(path, code)
}
