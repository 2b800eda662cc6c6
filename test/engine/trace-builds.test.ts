import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBuilds, type Build } from '../../src/engine/trace/builds.ts'

const recorded = (version: string): string[] =>
  readFileSync(new URL(`../../fixtures/builder/${version}-history.txt`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')

describe.each(['0.12.5', '0.28.1'])('the history that BuildKit %s tells', (version) => {
  const { images, nameless } = readBuilds(recorded(version))
  const found = (name: string): Build | undefined => images.find((one) => one.names.some((it) => it.endsWith(name)))

  test.each<[string, Build['output'], Build['of'], string[]]>([
    ['/pushed:1', 'pushed', 'manifest', ['linux/amd64']],
    ['/index:1', 'pushed', 'index', ['linux/amd64']],
    ['/multi:1', 'pushed', 'index', ['linux/amd64', 'linux/arm64']],
    ['/cache:1', 'kept', 'manifest', ['linux/amd64']],
    ['/cache:2', 'kept', 'index', ['linux/amd64']],
    ['/arm:1', 'kept', 'manifest', ['linux/arm64']],
    ['/loaded:1', 'exported', 'manifest', ['linux/amd64']],
    ['/oci:1', 'exported', 'manifest', ['linux/amd64']],
  ])('%s', (name, output, of, platforms) => {
    expect(found(name)).toMatchObject({ output, of, platforms, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string })
    expect(found(name)?.completed).toMatch(/^2026-11-22T02:3\d:\d\d\.\d{3}Z$/)
  })

  test('a push that failed, with its reason and all its names', () =>
    expect(found('/bare:1')).toMatchObject({
      names: ['localhost:5001/lab/unreachable:1', 'lab/bare:1'],
      output: 'push-failed',
      error: expect.stringMatching(/^failed to push localhost:5001\/lab\/unreachable:1: .*connection refused$/) as string,
    }))

  test('a build that failed made nothing, and what is pushed by digest has no name', () =>
    expect([found('/failed:1'), found('/digest')]).toEqual([undefined, undefined]))

  test('the last build without an output', () => expect(nameless).toMatch(/^2026-11-22T02:3\d/))

  test('nothing of build arguments', () => expect(recorded(version).join('')).not.toMatch(/API_TOKEN|hunter2/))
})

test('of two outputs each has its digest', () => {
  const both = readBuilds(recorded('0.28.1')).images.filter((one) => one.names.some((name) => name.endsWith('/both:1')))
  expect(both.map((one) => [one.output, one.digest?.slice(0, 14)])).toEqual([
    ['pushed', 'sha256:ad8a4bf'],
    ['exported', 'sha256:ad8a4bf'],
  ])
})

const record = { completedAt: { seconds: 1795314824 }, outputs: [], platforms: '', result: null }
const output = { type: 'image', name: 'app:1', push: '', 'push-by-digest': '' }

test.each<[string, object]>([
  ['goes on', { ...record, completedAt: null, outputs: [output] }],
  ['was made at no time', { ...record, completedAt: { seconds: 1e300 }, outputs: [output] }],
  ['only checked the Dockerfile', record],
  ['wrote files', { ...record, outputs: [{ ...output, type: 'local' }] }],
])('a build that %s is none of an image', (_name, one) => expect(readBuilds([JSON.stringify(one)])).toEqual({ images: [] }))

test('whatever a builder prints, it is read', () => {
  const lines = fc.array(fc.oneof(fc.string(), fc.json()))
  fc.assert(
    fc.property(lines, (printed) => {
      expect(readBuilds(printed)).toEqual({ images: [] })
    }),
  )
})
