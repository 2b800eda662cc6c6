import { errnoText, type Files } from './files.ts'
import { join } from './go/path.ts'
import type { VersionRules } from './version-rules.ts'

export type HostDirectory =
  | { readonly found: 'directory'; readonly path: string }
  | { readonly found: 'none' }
  /** The pull fails with this. */
  | { readonly found: 'error'; readonly text: string }
  | { readonly found: 'unseen'; readonly path: string }

/**
 * The directory of a registry host: of each root in order `<host>_<port>_`, `<host>:<port>`, `_default`. The first that
 * exists wins, whatever it is, and nothing is merged; so an empty one hides `_default` and the roots behind it.
 * Sources: containerd v2.2.7, core/remotes/docker/config/hosts.go (HostDirFromRoot, hostDirectory) and config_unix.go
 * (hostPaths), internal/cri/server/images/image_pull.go (hostDirFromRoots).
 */
export function hostDirectory(roots: readonly string[], registryHost: string, files: Files, rules: VersionRules): HostDirectory {
  for (const root of roots) {
    for (const name of directoryNames(registryHost, rules)) {
      const path = join(root, name)
      const found = files.find(path)
      if ('entry' in found) return { found: 'directory', path }
      if ('unseen' in found) return { found: 'unseen', path: found.unseen }
      if (found.errno !== 'ENOENT') return { found: 'error', text: `stat ${path}: ${errnoText[found.errno]}` }
    }
  }
  return { found: 'none' }
}

/** The names under which a registry host is looked up, in order. */
export function directoryNames(registryHost: string, { defaultDirectory }: Pick<VersionRules, 'defaultDirectory'>): string[] {
  const colon = registryHost.lastIndexOf(':')
  const withPort = colon > 0 ? [`${registryHost.slice(0, colon)}_${registryHost.slice(colon + 1)}_`] : []
  return [...withPort, registryHost, ...(defaultDirectory ? ['_default'] : [])]
}

/** The directory of certs.d that serves the images of a legacy mirror: `*` is every host that has none of its own. */
export const directoryOfMirror = (registryHost: string): string => (registryHost === '*' ? '_default' : registryHost)

/** The registry host that a directory name of certs.d stands for; null for `_default`. */
export function registryHostOf(directoryName: string): string | null {
  return directoryName === '_default' ? null : directoryName.replace(/_(\d+)_$/, ':$1')
}
