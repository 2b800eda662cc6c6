/** 2,000 files that are valid, odd or broken: always the same ones, so that only what became of them needs to be kept. */
import { createHash } from 'node:crypto'
import { document } from './document.ts'
import { seeded, type Seeded } from '../seeded.ts'
import { registryHosts } from './words.ts'

export interface GeneratedFile {
  readonly kind: 'valid' | 'odd' | 'broken'
  /** The registry host in whose directory it lies. */
  readonly host: string
  readonly content: Uint8Array
  /** The certificates and keys that files name lie beside it. */
  readonly withKeys: boolean
}

const seed = 20_261_121
const count = 2000

export function generatedFiles(): GeneratedFile[] {
  const chance = seeded(seed)
  return Array.from({ length: count }, (_, index) => {
    const kind = (['valid', 'odd', 'odd', 'broken', 'broken'] as const)[index % 5]!
    const text = document(chance, kind === 'valid' ? 0 : chance.pick([4, 10, 30]))
    const content = new TextEncoder().encode(kind === 'broken' ? broken(chance, text) : text)
    return {
      kind,
      host: chance.pick(registryHosts),
      content: kind === 'broken' && chance.in100(4) ? withRawByte(chance, content) : content,
      withKeys: kind === 'valid' || chance.in100(85),
    }
  })
}

/** Changes when any file does: what was recorded is then of other files. */
export const fingerprint = (files: readonly GeneratedFile[]): string =>
  createHash('sha256')
    .update(JSON.stringify(files.map(({ host, content, withKeys }) => [host, Buffer.from(content).toString('base64'), withKeys])))
    .digest('hex')
    .slice(0, 16)

const inserted = [
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  '=',
  '.',
  ',',
  '#',
  '\\',
  '\n',
  '\r',
  '\r\n',
  ' ',
  '\t',
  '\u0000',
  '\u0001',
  '\uFEFF',
  '\u00A0',
  '"""',
  "'''",
  '[[',
  'ü',
  '😀',
  '0',
  '-',
] as const

/** One to three small changes, as a slip of the hand or a cut file makes them. */
function broken(chance: Seeded, text: string): string {
  let chars = Array.from(text)
  for (let changes = 1 + chance.below(3); changes > 0; changes--) {
    const at = chance.below(chars.length + 1)
    const length = 1 + chance.below(4)
    chars = chance.pick([
      () => [...chars.slice(0, at), ...Array.from(chance.pick(inserted)), ...chars.slice(at)],
      () => [...chars.slice(0, at), ...chars.slice(at + length)],
      () => [...chars.slice(0, at), ...chars.slice(at, at + length * 3), ...chars.slice(at)],
      () => (chance.in100(20) ? chars.slice(0, at) : chars.length === 0 ? [] : chars.with(0, chars[at] ?? '\n')),
      () => [...chars.slice(0, at), ...chars.slice(at, at + 2).toReversed(), ...chars.slice(at + 2)],
    ])()
  }
  return chars.join('')
}

/** A byte that is no UTF-8. */
function withRawByte(chance: Seeded, content: Uint8Array): Uint8Array {
  const at = chance.below(content.length + 1)
  return Uint8Array.from([...content.subarray(0, at), chance.pick([0x80, 0xc0, 0xff, 0xed]), ...content.subarray(at)])
}

/** What `withKeys` puts beside a file. */
export const keyFiles = { 'ca.crt': '@ca', 'client.cert': '@cert', 'client.key': '@key', 'pair.pem': '@pair' } as const
