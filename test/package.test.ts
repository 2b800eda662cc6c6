import { execFile, type ExecFileException } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatMessage } from 'publint/utils'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, versionOf } from '../scripts/root.ts'

// What `npm run package-check` runs: the package as it is published, installed where nothing else is.

let house: string
let tarball: string
let packed: { size: number; unpackedSize: number; files: { path: string }[] }

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(program: string, argv: readonly string[], cwd = house): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, argv, { cwd }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

const installed = (program: string): string => join(house, 'node_modules/.bin', program)

beforeAll(async () => {
  if (!existsSync(join(root, 'dist/cli.js'))) throw new Error('there is no dist: `npm run build` makes it')
  house = await mkdtemp(join(tmpdir(), 'package-check-'))
  const { stdout, stderr } = await run('npm', ['pack', '--json', '--pack-destination', house], root)
  const answer = JSON.parse(stdout) as (typeof packed & { filename: string })[]
  if (!answer[0]) throw new Error(stderr)
  packed = answer[0]
  tarball = join(house, answer[0].filename)
  await writeFile(join(house, 'package.json'), '{ "private": true, "type": "module" }\n')
  const install = await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball])
  if (install.code !== 0) throw new Error(install.stderr)
})
afterAll(() => rm(house, { recursive: true, force: true }))

test('publint has nothing to say', async () => {
  const bytes = await readFile(tarball)
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer }, strict: true })
  expect(messages.map((message) => formatMessage(message, pkg as Record<string, unknown>))).toEqual([])
})

test('it holds what users need, and no more', () => {
  const paths = packed.files.map(({ path }) => path)
  for (const path of ['README.md', 'CHANGELOG.md', 'LICENSE', 'dist/THIRD_PARTY_LICENSES.txt', 'docs/codes/README.md'])
    expect(paths).toContain(path)
  const rooms = new Set(paths.flatMap((path) => (path.includes('/') ? path.split('/', 1) : [])))
  expect([...rooms].filter((room) => !['bin', 'dist', 'docs', 'schema'].includes(room))).toEqual([])
  expect(packed.size, 'bytes to download').toBeLessThan(1_000_000)
})

test('it brings no other package along', async () => {
  const names = await readdir(join(house, 'node_modules'))
  expect(names.filter((name) => !name.startsWith('.'))).toEqual(['registry-doctor'])
})

test.each(['registry-doctor', 'kubectl-registry_doctor'])('%s runs', async (program) => {
  const version = versionOf(root)
  expect(await run(installed(program), ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test('the demo runs from the package alone', async () => {
  const outcome = await run(installed('registry-doctor'), ['demo'])
  expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/\S/) as string })
})

test('the library can be imported', async () => {
  const script = "console.log(Object.keys(await import('registry-doctor')).length)"
  const { code, stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(Number(stdout)).toBeGreaterThan(0)
})

test('its types are complete: nothing in them is any for want of a package', async () => {
  await writeFile(
    join(house, 'consumer.ts'),
    `import type { Report } from 'registry-doctor'
type IsAny<T> = 0 extends 1 & T ? true : false
export const known: IsAny<Report> | IsAny<Report['findings'][number]> | IsAny<Report['status']> = false
export const code = (report: Report): string => report.findings[0]!.code
// @ts-expect-error there is no such status
export const wrong: Report['status'] = 'well'
`,
  )
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  const typeRoots = ['--typeRoots', join(root, 'node_modules/@types')]
  const { code, stdout } = await run(process.execPath, [tsc, ...options, ...typeRoots, 'consumer.ts'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
})
