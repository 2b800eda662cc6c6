import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser'

/** What lies in a node's certs.d for a registry host. */
export type HostsDirectory =
  | { readonly found: 'none' }
  | { readonly found: 'directory'; readonly directory: string; readonly hostsToml: string | null }

export type EntryType = 'file' | 'dir' | 'link' | null

/**
 * The directory that containerd takes for a registry host: of each root in order `<host>_<port>_`, `<host>:<port>`,
 * `_default`; the first that exists wins, nothing is merged.
 * Source: containerd, core/remotes/docker/config/hosts.go (hostPaths, HostDirFromRoot), v1.7 to v2.3.
 * @param typeOf what a path of the node is
 * @param text the text of a file of the node
 */
export function hostsDirectory(
  roots: readonly string[],
  registryHost: string,
  typeOf: (path: string) => EntryType,
  text: (path: string) => string | null,
): HostsDirectory {
  for (const root of roots) {
    for (const name of directoryNames(registryHost)) {
      const directory = `${root.replace(/\/+$/, '')}/${name}`
      if (typeOf(directory) !== null) return { found: 'directory', directory, hostsToml: text(`${directory}/hosts.toml`) }
    }
  }
  return { found: 'none' }
}

function directoryNames(registryHost: string): string[] {
  const colon = registryHost.lastIndexOf(':')
  const withPort = colon > 0 ? [`${registryHost.slice(0, colon)}_${registryHost.slice(colon + 1)}_`] : []
  return [...withPort, registryHost, '_default']
}

/** The registry host that a directory name of certs.d stands for; null for `_default`. */
export function registryHostOf(directoryName: string): string | null {
  if (directoryName === '_default') return null
  return directoryName.replace(/_(\d+)_$/, ':$1')
}

/**
 * The URL bases that a hosts.toml names, in file order, `server` last.
 * An endpoint without a scheme is HTTPS (containerd, core/remotes/docker/config/hosts.go, parseHostConfig).
 * @returns null where the file is no TOML: containerd then ignores it
 */
export function endpointsOfHostsToml(content: string): string[] | null {
  try {
    const file = getStaticTOMLValue(parseTOML(content)) as { server?: unknown; host?: unknown }
    const hosts = file.host !== null && typeof file.host === 'object' ? Object.keys(file.host) : []
    const server = typeof file.server === 'string' && file.server !== '' ? [file.server] : []
    return [...hosts, ...server].map((url) => (url.startsWith('http') ? url : `https://${url}`))
  } catch {
    return null
  }
}
