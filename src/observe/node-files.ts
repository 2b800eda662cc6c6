import { createHash, X509Certificate } from 'node:crypto'
import { posix } from 'node:path'
import { extract } from 'tar-stream'
import type { CertificateSummary, FileEntry } from '../model/observation.ts'
import { defineObservation } from './observe.ts'

const maxArchiveBytes = 8 * 1_048_576
const maxTextBytes = 262_144

/** A file or directory of a node with everything below it, through the engine's archive of the container: one call, no shell. */
export const nodeFiles = defineObservation('node.files', async ({ docker }, { node, path }) => {
  const archive = await docker.archive(node, path, maxArchiveBytes)
  return archive === null ? { absent: true } : { entries: await entriesOf(archive, posix.dirname(path)) }
})

/**
 * Reads a tar archive into entries by absolute path. Entry names are only ever keys: nothing is written anywhere.
 * @param parent the directory in which the archive's first entry lies
 */
export async function entriesOf(archive: Buffer, parent: string): Promise<Record<string, FileEntry>> {
  const pathOf = (name: string): string => posix.join(parent, posix.normalize(`/${name}`)).replace(/(.)\/$/, '$1')
  const entries: Record<string, FileEntry> = {}
  const reader = extract()
  reader.end(archive)
  for await (const entry of reader) {
    const path = pathOf(entry.header.name)
    const { type, linkname } = entry.header
    if (type === 'file' || type === 'contiguous-file') {
      const chunks: Buffer[] = []
      for await (const chunk of entry) chunks.push(chunk as Buffer)
      entries[path] = describeFile(Buffer.concat(chunks))
    } else {
      if (type === 'directory') entries[path] = { type: 'dir' }
      else if (type === 'symlink') entries[path] = { type: 'link', target: linkname ?? '' }
      // A hard link names its file as the archive does.
      else if (type === 'link') entries[path] = { type: 'link', target: pathOf(linkname ?? '') }
      entry.resume()
    }
  }
  return entries
}

/** What is kept of a file: its text, or of certificates and keys what is needed to judge them. */
export function describeFile(bytes: Buffer): FileEntry {
  const base = { type: 'file', size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') } as const
  if (bytes.length > maxTextBytes || bytes.includes(0)) return base
  const text = bytes.toString('utf8')
  const certificates = certificatesOf(text)
  const holdsPrivateKey = /-----BEGIN [A-Z ]{0,64}PRIVATE KEY/.test(text)
  if (certificates.length > 0 || holdsPrivateKey)
    return { ...base, ...(certificates.length > 0 && { certificates }), ...(holdsPrivateKey && { holdsPrivateKey }) }
  return { ...base, text }
}

/** Of a certificate the record keeps what is needed to judge it. */
function certificatesOf(text: string): CertificateSummary[] {
  const [begin, end] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----']
  const parts = text.split(begin).slice(1)
  return parts.flatMap((part) => {
    try {
      if (!part.includes(end)) return []
      const one = new X509Certificate(begin + part.slice(0, part.indexOf(end)) + end)
      return [
        {
          subject: one.subject,
          issuer: one.issuer,
          names: (one.subjectAltName ?? '').split(', ').filter(Boolean),
          notBefore: one.validFrom,
          notAfter: one.validTo,
          sha256: createHash('sha256').update(one.raw).digest('base64'),
          publicKeySha256: createHash('sha256')
            .update(one.publicKey.export({ type: 'spki', format: 'der' }))
            .digest('base64'),
        },
      ]
    } catch {
      return []
    }
  })
}
