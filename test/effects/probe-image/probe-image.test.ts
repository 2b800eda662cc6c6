import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../../../src/derive/registry-content.ts'
import { executable } from '../../../src/effects/probe-image/executable.ts'
import { type Blob, type ProbeImage, probeImage } from '../../../src/effects/probe-image/probe-image.ts'
import { probeLine, type ProbeSeed } from '../../../src/effects/probe-image/probe-line.ts'
import { entriesOf } from '../../../src/observe/node-files.ts'

const seed: ProbeSeed = { cluster: 'dev', registryHost: 'localhost:5001', slot: 0 }
const image = await probeImage(seed)

const name = fc.string({ unit: fc.constantFrom('a', 'z', '0', '9', '.', '-', ':', '[', ']', '!', '~'), minLength: 1, maxLength: 259 })
const seeds: fc.Arbitrary<ProbeSeed> = fc.record({ cluster: name, registryHost: name, slot: fc.integer({ min: 0, max: 7 }) })

const blobsOf = ({ index, platforms }: ProbeImage): Blob[] => [
  index,
  ...platforms.flatMap(({ manifest, config, layer }) => [manifest, config, layer]),
]
const digestsOf = (one: ProbeImage): string[] => blobsOf(one).map(({ digest }) => digest)
const textOf = ({ bytes }: Blob): string => Buffer.from(bytes).toString()
const read = (blob: Blob): Record<string, unknown> => JSON.parse(textOf(blob)) as Record<string, unknown>
const descriptor = ({ mediaType, digest, bytes }: Blob): object => ({ mediaType, digest, size: bytes.length })

test('an accidental change is seen: what is in a registry since an older version would stay beside it', () => {
  expect(image.digest).toBe('sha256:e8ee93e39f9e8c1fea650f8bd84ee2e443024c6b2acaabc8d4e8cbf454d30ae9')
})

describe('whatever the seed', () => {
  test('a digest is that of the bytes, and all of them are counted', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (given) => {
        const made = await probeImage(given)
        for (const { digest, bytes } of blobsOf(made)) expect(digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)
        expect(made.digest).toBe(made.index.digest)
        expect(made.bytes).toBe(blobsOf(made).reduce((sum, { bytes }) => sum + bytes.length, 0))
        expect(made.bytes, 'what stays in a registry').toBeLessThan(9000)
      }),
    )
  })

  test('each part names the next in its type and size', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (given) => {
        const { index, platforms } = await probeImage(given)
        const named = platforms.map(({ platform, manifest }) => ({
          ...descriptor(manifest),
          platform: { os: 'linux', architecture: platform.slice('linux/'.length) },
        }))
        expect(read(index)).toEqual({ schemaVersion: 2, mediaType: index.mediaType, manifests: named })
        for (const { manifest, config, layer } of platforms) {
          const { mediaType } = manifest
          expect(read(manifest)).toEqual({ schemaVersion: 2, mediaType, config: descriptor(config), layers: [descriptor(layer)] })
          expect(read(config)['rootfs']).toEqual({ type: 'layers', diff_ids: [layer.digest] })
        }
      }),
    )
  })

  test('made again, it is the same', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (given) => {
        expect((await probeImage({ ...given })).digest).toBe((await probeImage(given)).digest)
      }),
    )
  })

  test('its program prints its line', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (given) => {
        const { platforms } = await probeImage(given)
        for (const one of platforms)
          expect(
            Buffer.from(one.executable)
              .toString('latin1')
              .endsWith(`${probeLine(given)}\n`),
          ).toBe(true)
      }),
    )
  })
})

describe('no blob is shared, so that no cache can answer for another', () => {
  test.each<[string, Partial<ProbeSeed>]>([
    ['slot', { slot: 1 }],
    ['cluster', { cluster: 'dev2' }],
    ['registry host', { registryHost: 'localhost:5002' }],
  ])('by images of another %s', async (_name, other) => {
    const digests = [...digestsOf(image), ...digestsOf(await probeImage({ ...seed, ...other }))]
    expect(new Set(digests).size).toBe(14)
  })

  test('by images of any two seeds, nor within one', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, seeds, async (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other))
        const digests = [...digestsOf(await probeImage(one)), ...digestsOf(await probeImage(other))]
        expect(new Set(digests).size).toBe(14)
      }),
    )
  })
})

describe.each(['amd64', 'arm64'] as const)('linux/%s', (architecture) => {
  const { manifest, config, layer, executable: program } = image.platforms.find((one) => one.platform === `linux/${architecture}`)!

  test('the types of its parts', () => {
    const oci = 'application/vnd.oci.image'
    expect([image.index, manifest, config, layer].map((one) => one.mediaType)).toEqual([
      `${oci}.index.v1+json`,
      `${oci}.manifest.v1+json`,
      `${oci}.config.v1+json`,
      `${oci}.layer.v1.tar`,
    ])
  })

  test('its config: one program for that platform, by a user without a name who is not root', () => {
    expect(read(config)).toMatchObject({ architecture, os: 'linux', config: { User: '65532:65532', Entrypoint: ['/probe'] } })
    expect(read(config)['created']).toBe('1970-01-01T00:00:00Z')
    expect(read(config)['history']).toHaveLength(1)
  })

  test('its layer holds that program alone', async () => {
    expect(program).toEqual(executable(architecture, `${probeLine(seed)}\n`))
    const sha256 = createHash('sha256').update(program).digest('hex')
    expect(await entriesOf(Buffer.from(layer.bytes), '/')).toEqual({ '/probe': { type: 'file', size: program.length, sha256 } })
  })

  test('tar lists and reads it', () => {
    const env = { LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] }
    const listed = execFileSync('tar', ['--numeric-owner', '-tvf', '-'], { input: layer.bytes, env }).toString()
    expect(listed).toMatch(new RegExp(`^-rwxr-xr-x +0/0 +${program.length} 1970-01-01 00:00 probe\n$`))
    expect(execFileSync('tar', ['-xOf', '-', 'probe'], { input: layer.bytes, env }).equals(program)).toBe(true)
  })

  test('the tool itself can read what it pushes', () => {
    expect(readManifest(textOf(image.index))?.manifests?.map((one) => one.digest)).toContain(manifest.digest)
    expect(readManifest(textOf(manifest))).toEqual({
      config: { digest: config.digest, size: config.bytes.length },
      layers: [{ digest: layer.digest, size: layer.bytes.length }],
    })
  })
})
