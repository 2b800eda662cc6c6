import { randomBytes } from 'node:crypto'
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { readTree, TreeError } from './files-tree.ts'

const limits = { entries: 10_000, bytes: 64 * 1_048_576 }

/**
 * What stands in a directory that may not be replaced, by its path in it; null where all may, or there is none yet.
 * @throws TreeError where it cannot be read
 */
export async function firstForeign(directory: string, isOwn: (bytes: Uint8Array) => boolean): Promise<string | null> {
  try {
    const foreign = [...(await readTree(directory, limits))].find(
      ([, entry]) => entry.type === 'link' || (entry.type === 'file' && !isOwn(entry.bytes)),
    )
    return foreign?.[0] ?? null
  } catch (error) {
    if (error instanceof TreeError && error.code === 'ENOENT' && error.path === directory) return null
    throw error
  }
}

/** Gives a directory these files, by their path in it, and no others. It has them all in the end, or is left as it was. */
export async function writeDirectory(directory: string, files: { readonly [path: string]: string }): Promise<void> {
  // A link stays one: what it leads to is replaced.
  const target = await realpath(directory).catch(() => resolve(directory))
  const id = randomBytes(4).toString('hex')
  const [unfinished, former] = [`${target}.${id}.part`, `${target}.${id}.old`]
  try {
    await mkdir(unfinished)
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(unfinished, dirname(path)), { recursive: true })
      await writeFile(join(unfinished, path), text, { flag: 'wx' })
    }
    const replaced = await rename(target, former).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false
        throw error
      },
    )
    try {
      await rename(unfinished, target)
    } catch (error) {
      if (replaced) await rename(former, target)
      throw error
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  await rm(former, { recursive: true, force: true })
}
