import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bytesOf, namesIn, readTree, TreeError } from '../../src/ports/files-tree.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rd-tree-'))
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  writeFileSync(join(folder, 'a/b/file'), 'text')
  symlinkSync('/nowhere', join(folder, 'a/dangling'))
  symlinkSync('..', join(folder, 'a/up'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const plenty = { entries: 100, bytes: 1_000 }

test('a directory with all below it; links are links', async () => {
  const found = await readTree(folder, plenty)
  expect([...found]).toEqual([
    ['', { type: 'dir' }],
    ['a', { type: 'dir' }],
    ['a/b', { type: 'dir' }],
    ['a/b/file', { type: 'file', bytes: Buffer.from('text') }],
    ['a/dangling', { type: 'link', target: '/nowhere' }],
    ['a/up', { type: 'link', target: '..' }],
  ])
})

test('through a link to the directory itself', async () => {
  symlinkSync(join(folder, 'a'), join(folder, 'link'))
  expect([...(await readTree(join(folder, 'link'), plenty)).keys()]).toEqual(['', 'b', 'b/file', 'dangling', 'up'])
})

test.each<[string, () => string, Partial<typeof plenty>, string]>([
  ['that is not there', () => join(folder, 'none'), {}, 'ENOENT'],
  ['that is a file', () => join(folder, 'a/b/file'), {}, 'ENOTDIR'],
  ['with too many entries', () => folder, { entries: 3 }, 'too-large'],
  ['with too many bytes', () => folder, { bytes: 3 }, 'too-large'],
])('a directory %s', async (_what, path, limits, code) => {
  const read = readTree(path(), { ...plenty, ...limits })
  await expect(read).rejects.toThrow(TreeError)
  await expect(read).rejects.toMatchObject({ code })
})

test('single files and names: what is not there is nothing, what cannot be read is told', async () => {
  expect(await bytesOf(join(folder, 'a/b/file'))).toEqual(Buffer.from('text'))
  expect(await bytesOf(join(folder, 'none'))).toBeNull()
  await expect(bytesOf(folder)).rejects.toMatchObject({ code: 'EISDIR', path: folder })
  expect(await namesIn(join(folder, 'a'))).toEqual(['b', 'dangling', 'up'])
  expect(await namesIn(join(folder, 'none'))).toEqual([])
})
