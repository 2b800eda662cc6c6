import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { firstForeign, writeDirectory } from '../../src/ports/files-directory.ts'
import { readBytes } from '../../src/ports/files-input.ts'

let home: string
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'registry-doctor-files-'))))
afterEach(() => rmSync(home, { recursive: true }))

const listed = (): string[] => readdirSync(home, { recursive: true, encoding: 'utf8' }).toSorted()
const isOwn = (bytes: Uint8Array): boolean => Buffer.from(bytes).toString().startsWith('# own')

describe('a directory that is written', () => {
  it('is made where there was none', async () => {
    await writeDirectory(join(home, 'out'), { 'a/b/hosts.toml': '1', 'hosts.toml': '2' })
    expect(listed()).toEqual(['out', 'out/a', 'out/a/b', 'out/a/b/hosts.toml', 'out/hosts.toml'])
    expect(readFileSync(join(home, 'out/hosts.toml'), 'utf8')).toBe('2')
  })

  it('has nothing of before', async () => {
    mkdirSync(join(home, 'out/old'), { recursive: true })
    await writeDirectory(join(home, 'out'), { new: '' })
    expect(listed()).toEqual(['out', 'out/new'])
  })

  it('stays as it was where a file cannot be written', async () => {
    mkdirSync(join(home, 'out/old'), { recursive: true })
    await expect(writeDirectory(join(home, 'out'), { a: '', 'a/b': '' })).rejects.toThrow(/EEXIST|ENOTDIR/)
    expect(listed()).toEqual(['out', 'out/old'])
  })

  it('is where a link leads', async () => {
    mkdirSync(join(home, 'real'))
    symlinkSync('real', join(home, 'out'))
    await writeDirectory(join(home, 'out'), { new: '' })
    expect(lstatSync(join(home, 'out')).isSymbolicLink()).toBe(true)
    expect(readdirSync(join(home, 'real'))).toEqual(['new'])
  })
})

describe('what may not be replaced', () => {
  it.each([
    ['nothing, where there is no directory', [], null],
    ['nothing, where all is ours', ['out/a/hosts.toml'], null],
    ['a file that is not ours', ['out/a/hosts.toml', 'out/b/ca.crt'], 'b/ca.crt'],
  ])('%s', async (_what, files, foreign) => {
    for (const file of files) {
      mkdirSync(join(home, file, '..'), { recursive: true })
      writeFileSync(join(home, file), file.endsWith('.toml') ? '# own' : 'x')
    }
    expect(await firstForeign(join(home, 'out'), isOwn)).toBe(foreign)
  })

  it('a link, wherever it leads', async () => {
    mkdirSync(join(home, 'out'))
    symlinkSync('..', join(home, 'out/up'))
    expect(await firstForeign(join(home, 'out'), isOwn)).toBe('up')
  })

  it('a file in place of the directory is told by its path', async () => {
    writeFileSync(join(home, 'out'), '# own')
    await expect(firstForeign(join(home, 'out'), isOwn)).rejects.toMatchObject({ code: 'ENOTDIR', path: join(home, 'out') })
  })
})

it('reads a file byte by byte, and no more than was asked for', async () => {
  writeFileSync(join(home, 'file'), Uint8Array.of(0xff, 0, 1))
  expect([...(await readBytes(join(home, 'file'), 3))]).toEqual([0xff, 0, 1])
  await expect(readBytes(join(home, 'file'), 2)).rejects.toMatchObject({ code: 'too-large' })
})
