import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isFile, machineKey, readText, whyNotWritable, writeWhole } from '../../src/ports/files.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rd-files-'))))
afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true, force: true })
})
const at = (name: string): string => join(folder, name)

describe('writeWhole', () => {
  test('writes the text, with the mode that was asked for', async () => {
    await writeWhole(at('report.xml'), 'text', 0o600)
    expect(readFileSync(at('report.xml'), 'utf8')).toBe('text')
    expect(statSync(at('report.xml')).mode & 0o777).toBe(0o600)
  })

  test('replaces what was there, and its mode', async () => {
    writeFileSync(at('bundle.json'), 'old', { mode: 0o644 })
    await writeWhole(at('bundle.json'), 'new', 0o600)
    expect(readFileSync(at('bundle.json'), 'utf8')).toBe('new')
    expect(statSync(at('bundle.json')).mode & 0o777).toBe(0o600)
  })

  test('compresses a name that ends in .gz', async () => {
    await writeWhole(at('b.json.gz'), 'text')
    expect(gunzipSync(readFileSync(at('b.json.gz'))).toString()).toBe('text')
    expect(await readText(at('b.json.gz'))).toBe('text')
  })

  test('leaves nothing behind where it fails', async () => {
    mkdirSync(at('taken'))
    await expect(writeWhole(at('taken'), 'text')).rejects.toThrow()
    await expect(writeWhole(join(folder, 'nowhere', 'x'), 'text')).rejects.toThrow()
    expect(readdirSync(folder)).toEqual(['taken'])
  })

  test('is whole or nothing for whoever reads meanwhile', async () => {
    const texts = 'abcdefgh'.split('').map((letter) => letter.repeat(200_000))
    writeFileSync(at('report'), texts[0]!)
    const seen: string[] = []
    const writing = Promise.all(texts.map((text) => writeWhole(at('report'), text)))
    const watching = setInterval(() => seen.push(readFileSync(at('report'), 'utf8')), 0)
    await writing
    clearInterval(watching)
    seen.push(readFileSync(at('report'), 'utf8'))
    for (const text of seen) expect(text === text[0]!.repeat(200_000)).toBe(true)
    expect(readdirSync(folder)).toEqual(['report'])
  })
})

test.each([
  ['plain', Buffer.from('{"a":"ü"}')],
  ['gzip', gzipSync('{"a":"ü"}')],
])('readText reads %s by its first bytes', async (_what, bytes) => {
  writeFileSync(at('any'), bytes)
  expect(await readText(at('any'))).toBe('{"a":"ü"}')
})

test('readText does not unpack what is far larger than any bundle', async () => {
  writeFileSync(at('bomb'), gzipSync(Buffer.alloc(1_048_577)))
  await expect(readText(at('bomb'), 1_048_576)).rejects.toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' })
})

describe('whyNotWritable', () => {
  test('null where a file can be written', () => {
    writeFileSync(at('there'), '')
    expect([whyNotWritable(at('new')), whyNotWritable(at('there')), whyNotWritable('new-in-the-working-directory')]).toEqual([
      null,
      null,
      null,
    ])
  })
  test('a folder that is not there', () => expect(whyNotWritable(at('no/file'))).toBe('its folder does not exist'))
  test('a folder', () => expect(whyNotWritable(folder)).toBe('it is a folder'))
  test.skipIf(userInfo().uid === 0)('a folder that may not be written to', () => {
    chmodSync(folder, 0o500)
    expect(whyNotWritable(at('new'))).toBe('its folder may not be written to')
  })
  test('a device, as > /dev/null', () => expect(whyNotWritable('/dev/null')).toBeNull())
})

test('isFile', () => {
  writeFileSync(at('file'), '')
  expect([isFile(at('file')), isFile(folder), isFile(at('none'))]).toEqual([true, false, false])
})

describe('machineKey', () => {
  const key = (env: NodeJS.ProcessEnv = { XDG_STATE_HOME: at('state') }): Promise<Uint8Array> => machineKey(env)
  const file = (): string => at('state/registry-doctor/redaction-key')

  test('is made once, for the user alone, and is the same from then on', async () => {
    const first = await key()
    expect(first).toHaveLength(32)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(statSync(at('state/registry-doctor')).mode & 0o777).toBe(0o700)
    expect(Buffer.from(await key())).toEqual(Buffer.from(first))
  })

  test('is the same for runs that begin at once', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => key()))
    expect(new Set(keys.map((one) => Buffer.from(one).toString('hex'))).size).toBe(1)
  })

  test('is the same for processes that begin at once', async () => {
    const script = `import { machineKey } from ${JSON.stringify(new URL('../../src/ports/files.ts', import.meta.url).href)}; process.stdout.write(Buffer.from(await machineKey({ XDG_STATE_HOME: ${JSON.stringify(at('state'))} })).toString('hex'))`
    const shell = `for i in 1 2 3; do "$0" --import tsx --input-type=module -e "$1" > "$2/$i" & done; wait`
    spawnSync('sh', ['-c', shell, process.execPath, script, folder], { stdio: 'inherit' })
    const keys = ['1', '2', '3'].map((name) => readFileSync(at(name), 'utf8'))
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(keys).size).toBe(1)
  })

  test.each([
    ['empty', ''],
    ['cut off', 'short'],
  ])('is made anew where its file is %s: an empty key would make hashes that can be guessed', async (_what, text) => {
    mkdirSync(at('state/registry-doctor'), { recursive: true })
    writeFileSync(file(), text)
    const fresh = await key()
    expect(fresh).toHaveLength(32)
    expect(Buffer.from(await key())).toEqual(Buffer.from(fresh))
  })

  test.each(['/dev/null/state', '/proc/state'])('is for one run alone where it can not be kept, as in %s', async (XDG_STATE_HOME) => {
    const env = { XDG_STATE_HOME }
    const one = await key(env)
    expect(one).toHaveLength(32)
    expect(Buffer.from(await key(env))).not.toEqual(Buffer.from(one))
  })

  test('leaves nothing else behind', async () => {
    await Promise.all([key(), key()])
    expect(readdirSync(at('state/registry-doctor'))).toEqual(['redaction-key'])
  })

  test('goes by XDG_STATE_HOME, else by HOME', async () => {
    await key({ HOME: folder, XDG_STATE_HOME: '' })
    expect(existsSync(at('.local/state/registry-doctor/redaction-key'))).toBe(true)
  })
})
