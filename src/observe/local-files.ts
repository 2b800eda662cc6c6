import { posix } from 'node:path'
import type { FileEntry, FileTree } from '../model/observation.ts'
import { bytesOf, namesIn, readTree } from '../ports/files-tree.ts'
import { describeFile } from './node-files.ts'

/** Far more than a certs.d has, and little enough to be read at once. */
const limits = { entries: 4_000, bytes: 8 * 1_048_576 }

/** Files of this machine, as observations of a node's files have them. */
export interface LocalFiles {
  /** A directory as if it lay at `at` in a node. Throws TreeError. */
  tree(directory: string, at: string): Promise<FileTree>
  /** A file; null where there is none. Throws TreeError. */
  file(path: string): Promise<FileEntry | null>
  /** The names in a directory. Throws TreeError. */
  names(directory: string): Promise<readonly string[]>
}

/** @param redact replaces secrets before anything sees a file */
export const localFiles = (redact: <T>(value: T) => T): LocalFiles => ({
  async tree(directory, at) {
    const found = await readTree(directory, limits)
    const entries = [...found].map(([name, entry]): [string, FileEntry] => [
      name === '' ? at : posix.join(at, name),
      entry.type === 'file' ? describeFile(entry.bytes) : entry,
    ])
    return redact({ entries: Object.fromEntries(entries) })
  },
  async file(path) {
    const bytes = await bytesOf(path)
    return bytes === null ? null : redact(describeFile(bytes))
  },
  names: namesIn,
})
