import { describe, expect, test } from 'vitest'
import { dockerImage } from '../../src/observe/docker-images.ts'
import { fakePorts } from './fake-ports.ts'

const ask = (raw: unknown): Promise<unknown> => dockerImage(fakePorts({ docker: { inspectImage: async () => raw } }), { name: 'app:1' })

/** As engine 20.10 tells it, shortened. */
const classic = {
  Id: 'sha256:c',
  RepoTags: ['localhost:5001/app:1'],
  RepoDigests: ['localhost:5001/app@sha256:m'],
  Created: '2026-11-21T13:06:55.13265812Z',
  Os: 'linux',
  Architecture: 'amd64',
  Config: { Env: ['TOKEN=secret'], Labels: { note: 'secret' } },
}

describe('one image of the engine', () => {
  test.each([
    [
      'of the classic store',
      classic,
      { id: 'sha256:c', names: classic.RepoTags, digests: classic.RepoDigests, created: classic.Created, platform: 'linux/amd64' },
    ],
    [
      'of the containerd image store',
      { ...classic, Id: 'sha256:m', Architecture: 'arm64', Variant: 'v8', Descriptor: { digest: 'sha256:m' } },
      {
        id: 'sha256:m',
        names: classic.RepoTags,
        digests: classic.RepoDigests,
        created: classic.Created,
        platform: 'linux/arm64/v8',
        descriptor: 'sha256:m',
      },
    ],
    [
      'without names or a date',
      { Id: 'sha256:c', RepoTags: null, RepoDigests: null, Created: '0001-01-01T00:00:00Z', Os: '', Architecture: '' },
      { id: 'sha256:c', names: [], digests: [], platform: 'unknown/unknown' },
    ],
    ['that is not there', null, { absent: true }],
  ])('%s', async (_name, raw, expected) => {
    expect(await ask(raw)).toEqual(expected)
  })

  test('nothing else of it is kept', async () => {
    expect(JSON.stringify(await ask(classic))).not.toContain('secret')
  })
})
