import { endpointsOf, type Endpoints } from '../../containerd/endpoints.ts'
import { filesOf, type Files } from '../../containerd/files.ts'
import { someCertificate } from '../../containerd/some-certificate.ts'
import { rulesOf } from '../../containerd/version-rules.ts'
import type { ContainerdVersion } from '../../containerd/versions.ts'
import type { FileEntry } from '../../model/observation.ts'

const root = '/etc/containerd/certs.d'

/** A registry host that is any: its default endpoint is HTTPS, as that of every host but localhost. */
export const anyHost = 'registry.example'

/** The endpoints for a registry host by the files of a node. */
export const planOfFiles = (registryHost: string, files: Files, version: ContainerdVersion): Endpoints =>
  endpointsOf(registryHost, [root], files, rulesOf(version))

/**
 * The files of a node by those of its certs.d. What they name beside themselves is taken for a readable certificate: it
 * lies in the node, which is not there yet.
 * @param texts path below certs.d → text of a hosts.toml
 */
export function nodeFiles(texts: { readonly [path: string]: string }): Files {
  const entries: { [path: string]: FileEntry } = { [root]: { type: 'dir' } }
  for (const [path, text] of Object.entries(texts)) {
    const whole = `${root}/${path}`
    for (let end = whole.lastIndexOf('/'); end > root.length; end = whole.lastIndexOf('/', end - 1))
      entries[whole.slice(0, end)] = { type: 'dir' }
    entries[whole] = { type: 'file', size: new TextEncoder().encode(text).length, sha256: '', text }
  }
  const files = filesOf([{ path: root, answer: { entries } }])
  const isDirectoryOfHost = (path: string): boolean => path.startsWith(`${root}/`) && !path.slice(root.length + 1).includes('/')
  return {
    find: (path) => {
      const found = files.find(path)
      return 'entry' in found || isDirectoryOfHost(path) || path.endsWith('/hosts.toml') ? found : { entry: someCertificate }
    },
    list: () => [],
  }
}
