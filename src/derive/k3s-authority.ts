import type { Finding } from '../model/finding.ts'
import type { Look } from '../model/observation.ts'
import { hashOf, nodeFiles } from './node-files.ts'
import { orNull } from './tried.ts'

/** Where a certificate has to be for k3s, which certificate of which container that is, and the hash of what is there. */
export type Authority = {
  readonly path: string
  readonly from: { readonly container: string; readonly path: string }
  readonly expect: string | null
}

/** @returns null where no certificate is wanted, or where it is to be had from is not known */
export async function authorityOf(look: Look, node: string, { code, data }: Finding): Promise<Authority | null> {
  const { container, certificate } = data
  const isTls = typeof data['endpoint'] === 'string' && data['endpoint'].startsWith('https:')
  const isWanted = code === 'registry-certificate-untrusted' || code === 'hosts-toml-unusable'
  if (!isWanted || !isTls || typeof container !== 'string' || typeof certificate !== 'string') return null
  const path = `/etc/rancher/k3s/${container}-ca.crt`
  const files = await orNull(nodeFiles(look, node, [path]))
  return { path, from: { container, path: certificate }, expect: files && hashOf(files, path) }
}
