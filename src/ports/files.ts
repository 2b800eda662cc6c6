import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { makePrivate, stateDirectory } from './state-directory.ts'

const maxReadBytes = 256 * 1_048_576

/** A file as text; gzip is recognised by its first bytes. */
export async function readText(path: string, maxBytes = maxReadBytes): Promise<string> {
  const bytes = await readFile(path)
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: maxBytes }) : bytes
  return plain.toString('utf8')
}

/** Writes a whole file or none; a name that ends in .gz is compressed. */
export async function writeWhole(path: string, text: string, mode = 0o644): Promise<void> {
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    await writeFile(unfinished, path.endsWith('.gz') ? gzipSync(text) : text, { mode })
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/** Why a file could not be written, as far as that can be told before; null where it can. */
export function whyNotWritable(path: string): string | null {
  const folder = dirname(path)
  if (!existsSync(folder)) return 'its folder does not exist'
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return 'it is a folder'
  try {
    accessSync(folder, constants.W_OK)
    return null
  } catch {
    return 'its folder may not be written to'
  }
}

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

const keyLength = 32

/** This machine's key for the hashes that replace secrets; a new one for this run alone where none can be kept. */
export async function machineKey(env: NodeJS.ProcessEnv): Promise<Uint8Array> {
  const folder = stateDirectory(env)
  const path = join(folder, 'redaction-key')
  const kept = await readKey(path)
  if (kept) return kept
  const key = randomBytes(keyLength)
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    await makePrivate(folder)
    // It appears whole or not at all: of two first runs at once, the second takes the first one's key.
    await writeFile(unfinished, key, { mode: 0o600, flag: 'wx' })
    await link(unfinished, path)
    return key
  } catch (error) {
    const other = await readKey(path)
    if (other) return other
    // What is there is no key.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') await rename(unfinished, path).catch(() => undefined)
    return key
  } finally {
    await rm(unfinished, { force: true }).catch(() => undefined)
  }
}

/** A key that is cut off is none: hashes with it could be guessed. */
async function readKey(path: string): Promise<Uint8Array | null> {
  const bytes = await readFile(path).catch(() => null)
  return bytes?.length === keyLength ? bytes : null
}
