import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseImageReference } from '../../src/containerd/image-reference.ts'
import { fixture } from './certs-d.ts'

interface Row {
  readonly image: string
  readonly error?: string
}
const rows = fixture('references.json') as readonly Row[]

describe('an image reference is what the real library makes of it', () => {
  it.each(rows.map((row) => [row.image.slice(0, 60), row] as const))('%j', (_name, { image, error, ...wanted }) => {
    expect(parseImageReference(image)).toMatchObject(error === undefined ? wanted : { reason: error })
  })
})

describe('an image that is none', () => {
  it('has the text that the kubelet shows', () => {
    expect(parseImageReference('localhost:5001/App:v1')).toEqual({
      reason: 'invalid reference format: repository name (App) must be lowercase',
      error:
        'Failed to apply default image tag "localhost:5001/App:v1": couldn\'t parse image name "localhost:5001/App:v1": ' +
        'invalid reference format: repository name (App) must be lowercase',
    })
  })

  it('never throws, and what is accepted is accepted again in its canonical form', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9._:/@[\]-]{0,80}$/)), (image) => {
        const parsed = parseImageReference(image)
        const again = 'error' in parsed ? null : parseImageReference(parsed.canonical)
        return again === null || 'error' in parsed || (!('error' in again) && again.canonical === parsed.canonical)
      }),
      { numRuns: 2000 },
    )
  })

  it('is found quickly however long it is', () => {
    const started = performance.now()
    for (const long of [
      'a-'.repeat(50_000),
      `${'a.'.repeat(50_000)}/`,
      'a/'.repeat(50_000),
      '_'.repeat(100_000),
      `${'0'.repeat(100_000)}/A`,
    ]) {
      expect(parseImageReference(long)).toHaveProperty('error')
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
