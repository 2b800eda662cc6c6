import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

export interface Certificate {
  readonly name: string
  readonly pem: string
  readonly keyPem: string
  readonly key: KeyObject
}

const tlv = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, ...parts)
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'))
const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 255 : 0]))
const bits = (content: Buffer): Buffer => tlv(0x03, Buffer.from([0]), content)
const time = (date: Date): Buffer => tlv(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')))
const name = (common: string): Buffer => sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(common)))))
const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(0x04, value))

const pemOf = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')}\n-----END ${label}-----\n`

/**
 * A certificate as tests need it, so that no key lies in the repository. RFC 5280 in as few bytes as clients accept.
 * @param names DNS names, and addresses as `ip:127.0.0.1`
 */
export function makeCertificate(
  common: string,
  options: { issuer?: Certificate; authority?: boolean; names?: string[]; days?: number } = {},
): Certificate {
  const { issuer, authority = false, names = [], days = 2 } = options
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid('2a8648ce3d040302'))
  const alternative = names.map((one) =>
    one.startsWith('ip:') ? tlv(0x87, Buffer.from(one.slice(3).split('.').map(Number))) : tlv(0x82, Buffer.from(one)),
  )
  const from = Date.now() - 3_600_000
  const tbs = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1, Math.floor(Math.random() * 128), Math.floor(Math.random() * 256)])),
    algorithm,
    name(issuer?.name ?? common),
    sequence(time(new Date(from)), time(new Date(from + days * 86_400_000))),
    name(common),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(
      0xa3,
      sequence(
        extension('551d13', true, sequence(...(authority ? [boolean(true)] : []))),
        ...(names.length > 0 ? [extension('551d11', false, sequence(...alternative))] : []),
      ),
    ),
  )
  const signature = sign('sha256', tbs, issuer?.key ?? privateKey)
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { name: common, pem: pemOf('CERTIFICATE', sequence(tbs, algorithm, bits(signature))), keyPem, key: createPrivateKey(keyPem) }
}
