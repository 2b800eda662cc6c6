/** Tiny images that unpack: one of its own for each row, so that containerd has none of its parts from another row. */
import { createHash } from 'node:crypto'

export interface TinyImage {
  readonly digest: string
  readonly manifest: Buffer
  readonly config: string
  readonly layer: string
  readonly blobs: ReadonlyMap<string, Buffer>
}

export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const made = new Map<number, TinyImage>()

export function tinyImage(number: number): TinyImage {
  const image = made.get(number) ?? makeImage(number)
  made.set(number, image)
  return image
}

function makeImage(number: number): TinyImage {
  const layer = tarOf('row', `${number}\n`)
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const config = json({ architecture, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } })
  const descriptor = (mediaType: string, content: Buffer): object => ({ mediaType, digest: digestOf(content), size: content.length })
  const manifest = json({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: descriptor(mediaTypes.config, config),
    layers: [descriptor(mediaTypes.layer, layer)],
  })
  const blobs = new Map([config, layer].map((content) => [digestOf(content), content]))
  return { digest: digestOf(manifest), manifest, config: digestOf(config), layer: digestOf(layer), blobs }
}

/** An archive with one file. */
function tarOf(name: string, content: string): Buffer {
  const header = Buffer.alloc(512)
  header.write(name)
  for (const [at, text] of [
    [100, '0000644\0'],
    [108, '0000000\0'],
    [116, '0000000\0'],
    [124, `${content.length.toString(8).padStart(11, '0')}\0`],
    [136, '00000000000\0'],
    [148, ' '.repeat(8)],
    [156, '0'],
    [257, 'ustar\u000000'],
  ] as const)
    header.write(text, at)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const body = Buffer.alloc(512)
  body.write(content)
  return Buffer.concat([header, body, Buffer.alloc(1024)])
}
