import { createHash } from 'node:crypto'
import { executable } from './executable.ts'
import type { Architecture } from './instructions.ts'
import { probeLine, type ProbeSeed } from './probe-line.ts'
import { tarOf } from './tar.ts'

export interface Blob {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Uint8Array
}

export interface ProbePlatform {
  readonly platform: `linux/${Architecture}`
  readonly manifest: Blob
  readonly config: Blob
  readonly layer: Blob
  /** The program, as it lies in the layer. */
  readonly executable: Uint8Array
}

export interface ProbeImage {
  /** Of the index. */
  readonly digest: string
  readonly index: Blob
  readonly platforms: readonly ProbePlatform[]
  /** Of all blobs together. */
  readonly bytes: number
}

const oci = 'application/vnd.oci.image'
const program = 'probe'
/** A fixed date, as equal seeds give equal bytes. */
const created = '1970-01-01T00:00:00Z'

/** The image that a probe pushes and runs: for each platform one program that prints `probeLine` and exits with 0. */
export async function probeImage(seed: ProbeSeed): Promise<ProbeImage> {
  const platforms = await Promise.all((['amd64', 'arm64'] as const).map((architecture) => platformOf(architecture, seed)))
  const manifests = platforms.map(({ platform, manifest }) => {
    const [os, architecture] = platform.split('/')
    return { ...descriptor(manifest), platform: { architecture, os } }
  })
  const index = manifestOf(`${oci}.index.v1+json`, { manifests })
  const blobs = [index, ...platforms.flatMap(({ manifest, config, layer }) => [manifest, config, layer])]
  return { digest: index.digest, index, platforms, bytes: blobs.reduce((sum, one) => sum + one.bytes.length, 0) }
}

async function platformOf(architecture: Architecture, seed: ProbeSeed): Promise<ProbePlatform> {
  const binary = executable(architecture, `${probeLine(seed)}\n`)
  // Not compressed: what zlib makes of it differs between versions of Node. Every client must take a plain layer.
  // Source: opencontainers/image-spec v1.0.2, manifest.md ("Implementations MUST support at least").
  const layer = blob(`${oci}.layer.v1.tar`, await tarOf([{ name: program, mode: 0o755, bytes: binary }]))
  const config = json(`${oci}.config.v1+json`, {
    created,
    architecture,
    os: 'linux',
    config: {
      // By number: the image has no /etc/passwd, and runAsNonRoot takes no name.
      User: '65532:65532',
      Entrypoint: [`/${program}`],
      Labels: {
        'org.opencontainers.image.title': 'registry-doctor probe',
        'org.opencontainers.image.description':
          'Made by registry-doctor to see whether a node can pull and run an image. It can be removed.',
      },
    },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created, created_by: 'registry-doctor' }],
  })
  const manifest = manifestOf(`${oci}.manifest.v1+json`, { config: descriptor(config), layers: [descriptor(layer)] })
  return { platform: `linux/${architecture}`, manifest, config, layer, executable: binary }
}

function blob(mediaType: string, bytes: Uint8Array): Blob {
  return { mediaType, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes }
}

function json(mediaType: string, value: object): Blob {
  return blob(mediaType, Buffer.from(JSON.stringify(value)))
}

/** A manifest or an index: they tell what they are themselves. */
function manifestOf(mediaType: string, parts: object): Blob {
  return json(mediaType, { schemaVersion: 2, mediaType, ...parts })
}

const descriptor = ({ mediaType, digest, bytes }: Blob): object => ({ mediaType, digest, size: bytes.length })
