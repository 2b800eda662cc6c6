import { errnoText, type Files } from './files.ts'
import { join } from './go/path.ts'
import { quote } from './go/quote.ts'
import type { HostConfig } from './host-config.ts'

/** Why a pull fails because of a certificate or key file; null where all can be used. */
export type TlsFileProblem = { readonly text: string } | { readonly unseen: string } | null

/**
 * What containerd reads for one endpoint before it makes any request: what cannot be read or holds nothing fails the pull,
 * also where another endpoint could serve.
 * Source: containerd v2.2.7, core/remotes/docker/config/hosts.go (updateTLSConfigFromHost); Go, crypto/tls (X509KeyPair).
 */
export function tlsFileProblem({ ca = [], client = [] }: Pick<HostConfig, 'ca' | 'client'>, files: Files): TlsFileProblem {
  for (const path of ca) {
    const problem = readProblem(`unable to read CA cert ${quote(path)}`, path, files)
    if (problem) return problem
    if (!holds(path, files).certificate) return { text: `unable to load CA cert ${quote(path)}` }
  }
  for (const [certificate, key] of client) {
    const inOneFile = key === ''
    for (const path of inOneFile ? [certificate] : [certificate, key]) {
      const problem = readProblem(`unable to read CERT file ${quote(path)}`, path, files)
      if (problem) return problem
    }
    const wrong = pairProblem(holds(certificate, files), holds(inOneFile ? certificate : key, files))
    if (wrong !== null) return { text: `failed to load X509 key pair: tls: ${wrong}` }
  }
  return null
}

interface Holds {
  readonly certificate: boolean
  readonly key: boolean
}

function readProblem(what: string, path: string, files: Files): TlsFileProblem {
  const found = files.find(path)
  if ('unseen' in found) return { unseen: found.unseen }
  if ('errno' in found) return { text: `${what}: open ${path}: ${errnoText[found.errno]}` }
  return found.entry.type === 'dir' ? { text: `${what}: read ${path}: is a directory` } : null
}

function holds(path: string, files: Files): Holds {
  const found = files.find(path)
  if (!('entry' in found) || found.entry.type !== 'file') return { certificate: false, key: false }
  return { certificate: (found.entry.certificates ?? []).length > 0, key: found.entry.holdsPrivateKey === true }
}

function pairProblem(certificate: Holds, key: Holds): string | null {
  if (!certificate.certificate) {
    return certificate.key
      ? 'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
      : 'failed to find any PEM data in certificate input'
  }
  if (key.key) return null
  return key.certificate
    ? 'found a certificate rather than a key in the PEM for the private key'
    : 'failed to find any PEM data in key input'
}

/**
 * Certificate files as Docker lays them out, which containerd takes where there is no hosts.toml or none that it accepts:
 * `*.crt` are authorities, `*.cert` is a client certificate, and `*.key` of the same name its key.
 * Source: containerd v2.2.7, core/remotes/docker/config/hosts.go (loadCertFiles).
 */
export function certificateFiles(directory: string, files: Files): Pick<HostConfig, 'ca' | 'client'> {
  const names = files.list(directory).flatMap(({ name, type }) => (type === 'dir' ? [] : [name]))
  const ca = names.filter((name) => name.endsWith('.crt')).map((name) => join(directory, name))
  const client = names
    .filter((name) => name.endsWith('.cert'))
    .map((name): [string, string] => {
      const key = join(directory, `${name.slice(0, -'.cert'.length)}.key`)
      return [join(directory, name), 'entry' in files.find(key) ? key : '']
    })
  return { ...(ca.length > 0 && { ca }), ...(client.length > 0 && { client }) }
}
