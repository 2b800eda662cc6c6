import { posix } from 'node:path'
import { isAbsent, type FileEntry, type Look } from '../model/observation.ts'

/** A node's files as synchronous lookups: pure code then reads them like a file system. */
export interface NodeFiles {
  type(path: string): 'file' | 'dir' | 'link' | null
  /** null where there is no such file, or none with text. */
  text(path: string): string | null
  entry(path: string): FileEntry | null
  /** Names directly in a directory. */
  names(directory: string): string[]
}

/** containerd's directory of a node: its configuration and, as a rule, certs.d; one look for all. */
export const containerdDirectory = '/etc/containerd'

/** The files of a node below these paths. One look per path that lies in no other. */
export async function nodeFiles(look: Look, node: string, paths: readonly string[]): Promise<NodeFiles> {
  const tops = paths.filter((path) => !paths.some((other) => other !== path && path.startsWith(`${other}/`)))
  const trees = await Promise.all(tops.map((path) => look('node.files', { node, path })))
  const entries: Record<string, FileEntry> = Object.assign({}, ...trees.map((tree) => (isAbsent(tree) ? {} : tree.entries)))
  const resolve = (path: string, hops = 0): FileEntry | null => {
    const entry = entries[path]
    if (entry?.type !== 'link' || hops > 8) return entry ?? null
    return resolve(posix.resolve(posix.dirname(path), entry.target), hops + 1)
  }
  return {
    type: (path) => resolve(path)?.type ?? null,
    text: (path) => {
      const entry = resolve(path)
      return entry?.type === 'file' ? (entry.text ?? null) : null
    },
    entry: resolve,
    names: (directory) =>
      Object.keys(entries)
        .filter((path) => posix.dirname(path) === directory && path !== directory)
        .map((path) => posix.basename(path))
        .sort(),
  }
}
