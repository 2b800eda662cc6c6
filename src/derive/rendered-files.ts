import { join } from '../containerd/go/path.ts'
import type { Files, Found } from '../containerd/files.ts'
import { header } from '../k3s/hosts-toml.ts'

/** Whether k3s wrote a hosts.toml, and will write or remove it at its next start. */
export const isGenerated = (text: string): boolean => text.startsWith(header)

/**
 * The files of a node as they will be once k3s has written its certs.d anew: directories that it made are removed, others
 * stay (k3s, pkg/agent/containerd/config_linux.go, v1.30.5 and later).
 * @param root where certs.d is
 * @param rendered path below certs.d → text
 */
export function renderedFiles(files: Files, root: string, rendered: { readonly [path: string]: string }): Files {
  const below = join('/', root)
  const texts = new Map(Object.entries(rendered).map(([path, text]) => [join(below, path), text]))
  const directories = new Set([...texts.keys()].map((path) => path.slice(0, path.lastIndexOf('/'))))
  const wasGenerated = (directory: string): boolean => {
    const found = files.find(join(directory, 'hosts.toml'))
    return 'entry' in found && found.entry.type === 'file' && isGenerated(found.entry.text ?? '')
  }
  const directoryOf = (path: string): string => join(below, path.slice(below.length + 1).split('/')[0]!)
  const find = (path: string): Found => {
    const at = join('/', path)
    const text = texts.get(at)
    if (text !== undefined) return { entry: { type: 'file', size: text.length, sha256: '', text } }
    if (at === below && texts.size > 0) return { entry: { type: 'dir' } }
    if (!at.startsWith(`${below}/`)) return files.find(path)
    if (directories.has(at)) return { entry: { type: 'dir' } }
    return wasGenerated(directoryOf(at)) ? { errno: 'ENOENT' } : files.find(path)
  }
  const list = (directory: string): ReturnType<Files['list']> => {
    const at = join('/', directory)
    const own = [...texts.keys(), ...directories].filter((path) => path.slice(0, path.lastIndexOf('/')) === at)
    const kept = files.list(directory).filter(({ name }) => {
      const path = join(at, name)
      return !own.includes(path) && !(path.startsWith(`${below}/`) && wasGenerated(directoryOf(path)))
    })
    const names = own.map((path) => ({
      name: path.slice(path.lastIndexOf('/') + 1),
      type: texts.has(path) ? ('file' as const) : ('dir' as const),
    }))
    return [...kept, ...names].sort((a, b) => (a.name < b.name ? -1 : 1))
  }
  return { find, list }
}
