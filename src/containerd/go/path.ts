/** Paths as Go's path and path/filepath packages see them on Unix. */

/** The shortest path that means the same. Source: Go, path.Clean. */
export function clean(path: string): string {
  const rooted = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!rooted) kept.push(part)
  }
  const joined = kept.join('/')
  return rooted ? `/${joined}` : joined === '' ? '.' : joined
}

/** Source: Go, filepath.Join. */
export function join(...parts: readonly string[]): string {
  const present = parts.filter((part) => part !== '')
  return present.length === 0 ? '' : clean(present.join('/'))
}

/** Source: containerd, core/remotes/docker/config/hosts.go (makeAbsPath): an absolute path stays as it is written. */
export function absolute(path: string, base: string): string {
  return path.startsWith('/') ? path : join(base, path)
}
