import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isAddress, type KeyPair } from './key-pair.ts'

/** Who sets something up wants it to last. */
const leastDays = 30

/** Whether an authority can sign now, and go on for a while. */
export function isAuthority({ certificate, key }: KeyPair, now: Date): boolean {
  const authority = certificateOf(certificate)
  return authority !== null && authority.ca && isGood(authority, now) && hasKey(authority, key)
}

/** Whether a certificate of a server is of this authority, has all of these names and its own key, and is good for a while. */
export function isServerCertificate({ certificate, key }: KeyPair, authority: string, names: readonly string[], now: Date): boolean {
  const [server, issuer] = [certificateOf(certificate), certificateOf(authority)]
  if (server === null || issuer === null || !issuer.ca) return false
  const isSigned = server.checkIssued(issuer) && server.verify(issuer.publicKey)
  const hasName = (name: string): boolean => (isAddress(name) ? server.checkIP(name) : server.checkHost(name)) !== undefined
  return isSigned && isGood(issuer, now) && isGood(server, now) && names.every(hasName) && hasKey(server, key)
}

function certificateOf(text: string): X509Certificate | null {
  try {
    return new X509Certificate(text)
  } catch {
    return null
  }
}

function hasKey(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

const isGood = ({ validFrom, validTo }: X509Certificate, now: Date): boolean =>
  Date.parse(validFrom) <= now.getTime() && Date.parse(validTo) > now.getTime() + leastDays * 86_400_000
