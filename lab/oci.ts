/** Writes small images as an OCI layout, without an engine: one static binary each. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, copyFile, mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { withTempDir } from './cache.ts'
import { run } from './run.ts'

/** An image that holds one binary and starts it. */
export interface BinaryImage {
  readonly ref: string
  readonly binary: string
  /** Directory of the binary inside the image. */
  readonly place: string
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

const oci = 'application/vnd.oci.image'

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return `sha256:${hash.digest('hex')}`
}

/** Makes a tar file of one image; the same binary always gives the same bytes. */
export async function layerTar(image: BinaryImage, tar: string, log: string): Promise<void> {
  await withTempDir('layer', async (dir) => {
    const place = join(dir, image.place)
    await mkdir(place, { recursive: true })
    await copyFile(image.binary, join(place, basename(image.binary)))
    await chmod(join(place, basename(image.binary)), 0o755)
    await mkdir(join(dir, 'tmp'), { recursive: true })
    await chmod(join(dir, 'tmp'), 0o1777)
    const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=go-w']
    await run('tar', [...same, '-C', dir, '-cf', tar, '.'], { log })
  })
}

/** Writes the images as `blobs/`, `index.json` and `oci-layout` below `dir`. */
export async function writeLayout(dir: string, images: readonly BinaryImage[], log: string): Promise<void> {
  const blobs = join(dir, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const put = async (mediaType: string, value: unknown): Promise<Descriptor> => {
    const text = JSON.stringify(value)
    const hex = createHash('sha256').update(text).digest('hex')
    await writeFile(join(blobs, hex), text)
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text) }
  }
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const manifests: unknown[] = []
  for (const image of images) {
    const tar = join(dir, 'layer.tar')
    await layerTar(image, tar, log)
    const digest = await sha256(tar)
    const { size } = await stat(tar)
    await rename(tar, join(blobs, digest.slice('sha256:'.length)))
    const entrypoint = [join('/', image.place, basename(image.binary))]
    const config = await put(`${oci}.config.v1+json`, {
      architecture: arch,
      os: 'linux',
      config: { Entrypoint: entrypoint, Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] },
      rootfs: { type: 'layers', diff_ids: [digest] },
    })
    const layers: Descriptor[] = [{ mediaType: `${oci}.layer.v1.tar`, digest, size }]
    const manifest = { schemaVersion: 2, mediaType: `${oci}.manifest.v1+json`, config, layers }
    const descriptor = await put(`${oci}.manifest.v1+json`, manifest)
    const annotations = { 'io.containerd.image.name': image.ref }
    manifests.push({ ...descriptor, platform: { architecture: arch, os: 'linux' }, annotations })
  }
  const index = { schemaVersion: 2, mediaType: `${oci}.index.v1+json`, manifests }
  await writeFile(join(dir, 'index.json'), JSON.stringify(index))
  await writeFile(join(dir, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}
