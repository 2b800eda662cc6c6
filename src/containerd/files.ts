import { isAbsent, type Absent, type FileEntry, type FileTree } from '../model/observation.ts'
import { join } from './go/path.ts'

/** Why the system gives no file for a path. */
export type Errno = 'ENOENT' | 'ENOTDIR' | 'ELOOP'

export type Found = { readonly entry: Exclude<FileEntry, { type: 'link' }> } | { readonly errno: Errno } | { readonly unseen: string }

/** Files of a node as far as they were looked at: a path beside what was looked at is not known, which is not "absent". */
export interface Files {
  /** What a path leads to in the end. `unseen` is the path that has to be looked at for that, links followed. */
  find(path: string): Found
  /** Names directly in a directory with the kind of entry that stands there itself, sorted as Go sorts them. */
  list(directory: string): readonly { readonly name: string; readonly type: FileEntry['type'] }[]
}

const maxLinks = 40

/**
 * Follows links in every part of a path, as the kernel does: the files of a mounted ConfigMap are links through a link.
 * @param looks each path that was looked at, with its answer
 */
export function filesOf(looks: readonly { readonly path: string; readonly answer: FileTree | Absent }[]): Files {
  const entries = new Map(looks.flatMap(({ answer }) => (isAbsent(answer) ? [] : Object.entries(answer.entries))))
  const children = new Map<string, string[]>()
  for (const path of entries.keys()) {
    const parent = path.slice(0, path.lastIndexOf('/')) || '/'
    const names = children.get(parent) ?? []
    names.push(path.slice(path.lastIndexOf('/') + 1))
    children.set(parent, names)
  }
  const below = (path: string): boolean => looks.some((look) => path === look.path || path.startsWith(`${look.path.replace(/\/$/, '')}/`))
  const above = (path: string): boolean => looks.some((look) => look.path.startsWith(path === '/' ? path : `${path}/`))

  const walk = (path: string): { at: string } | Exclude<Found, { entry: unknown }> => {
    const rest = join('/', path).split('/').filter(Boolean).toReversed()
    let at = '/'
    let links = 0
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      if (part === '..') {
        at = join(at, '..')
        continue
      }
      if (entries.get(at)?.type === 'file') return { errno: 'ENOTDIR' }
      const next = join(at, part)
      const entry = entries.get(next)
      if (entry?.type === 'link') {
        if (++links > maxLinks) return { errno: 'ELOOP' }
        if (entry.target.startsWith('/')) at = '/'
        rest.push(
          ...entry.target
            .split('/')
            .filter((one) => one !== '' && one !== '.')
            .toReversed(),
        )
        continue
      }
      if (!entry && below(next)) return { errno: 'ENOENT' }
      if (!entry && !above(next)) return { unseen: join('/', [next, ...rest.toReversed()].join('/')) }
      at = next
    }
    return { at }
  }

  return {
    find: (path) => {
      const walked = walk(path)
      if (!('at' in walked)) return walked
      const entry = entries.get(walked.at)
      return { entry: entry && entry.type !== 'link' ? entry : { type: 'dir' } }
    },
    list: (directory) => {
      const walked = walk(directory)
      if (!('at' in walked)) return []
      const names = (children.get(walked.at) ?? []).toSorted((a, b) => (a < b ? -1 : 1))
      return names.map((name) => ({ name, type: entries.get(join(walked.at, name))!.type }))
    },
  }
}

/** The system's words for what is wrong with a path. */
export const errnoText: { readonly [errno in Errno]: string } = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  ELOOP: 'too many levels of symbolic links',
}
