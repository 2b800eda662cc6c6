import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codePages } from '../scripts/code-pages.ts'
import { root } from '../scripts/root.ts'

test('docs/codes is what npm run docs writes', async () => {
  const directory = join(root, 'docs/codes')
  const files = await readdir(directory)
  const onDisk = await Promise.all(files.map(async (file) => [file, await readFile(join(directory, file), 'utf8')] as const))
  expect(Object.fromEntries(onDisk), 'run `npm run docs`').toEqual(Object.fromEntries(codePages()))
})
