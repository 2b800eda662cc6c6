import type { Found } from './files.ts'

/** Stands for a certificate, with its key, that can be read and cannot be looked at. */
export const someCertificate: Extract<Found, { entry: unknown }>['entry'] = {
  type: 'file',
  size: 1,
  sha256: '',
  certificates: [{ subject: '', issuer: '', names: [], notBefore: '', notAfter: '', sha256: '', publicKeySha256: '' }],
  holdsPrivateKey: true,
}
