import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openState } from '../../../src/ports/write/state-adapter.ts'
import { StateError, type StatePort } from '../../../src/ports/write/state.ts'

let home: string
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'rd-state-'))))
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(home, { recursive: true, force: true })
})
const at = (name: string): string => join(home, name)
const openHere = (): Promise<StatePort> => openState({ XDG_STATE_HOME: at('state') })
const modeOf = (path: string): number => statSync(path).mode & 0o777
const { uid } = userInfo()
const isRoot = uid === 0

describe('the state directory', () => {
  test.each<[string, () => NodeJS.ProcessEnv, string]>([
    ['XDG_STATE_HOME', () => ({ XDG_STATE_HOME: at('state'), HOME: '/nowhere' }), 'state/registry-doctor/fixes'],
    ['HOME', () => ({ HOME: home }), '.local/state/registry-doctor/fixes'],
    [
      'HOME where XDG_STATE_HOME is no absolute path',
      () => ({ XDG_STATE_HOME: 'state', HOME: home }),
      '.local/state/registry-doctor/fixes',
    ],
  ])('is found by %s, and made for this user alone', async (_what, env, path) => {
    const { directory, note } = await openState(env())
    expect({ directory, note }).toEqual({ directory: at(path), note: null })
    expect(modeOf(directory)).toBe(0o700)
    expect(readdirSync(directory)).toEqual([])
  })

  test('is closed to others where it was open', async () => {
    mkdirSync(at('state/registry-doctor/fixes'), { recursive: true })
    chmodSync(at('state/registry-doctor/fixes'), 0o755)
    expect(modeOf((await openHere()).directory)).toBe(0o700)
  })

  test('has nothing left of runs that were killed while they made a file; who makes one now is not disturbed', async () => {
    const { directory } = await openHere()
    for (const name of ['a.1.part', 'b.2.part', 'c']) writeFileSync(join(directory, name), '')
    for (const name of ['a.1.part', 'c']) utimesSync(join(directory, name), 0, 0)
    const state = await openHere()
    expect(readdirSync(directory).toSorted()).toEqual(['b.2.part', 'c'])
    expect(await state.names()).toEqual(['c'])
  })
})

describe('where the state directory cannot be used', () => {
  const own = (): string => at(`registry-doctor-${uid}`)
  const env = (): NodeJS.ProcessEnv => ({ XDG_STATE_HOME: at('file/state'), TMPDIR: home })
  beforeEach(() => writeFileSync(at('file'), ''))

  test('one among the temporary files is taken, with a word on it', async () => {
    const state = await openState(env())
    expect(state.directory).toBe(own())
    expect(state.note).toMatch(
      /^what is changed is kept in .*registry-doctor-\d+, which may not outlive a restart of this machine: .*ENOTDIR/,
    )
    expect(modeOf(own())).toBe(0o700)
    expect(await state.create('a', '')).toBe(true)
    expect(await (await openState(env())).names()).toEqual(['a'])
  })

  test('also where it is there and may not be written to', async () => {
    // Root may write everywhere but where nothing can be written.
    const directory = isRoot ? '/proc' : at('state')
    if (!isRoot) mkdirSync(directory, { mode: 0o500 })
    expect(await openState({ XDG_STATE_HOME: directory, TMPDIR: home })).toMatchObject({
      directory: own(),
      note: expect.stringMatching(/EACCES|EPERM|EROFS|ENOENT/),
    })
  })

  test.each<[string, () => void, RegExp]>([
    ['is a link', () => symlinkSync(home, own()), /is a symbolic link/],
    ['is a file', () => writeFileSync(own(), ''), /is no directory/],
    ['is open to others', () => (mkdirSync(own()), chmodSync(own(), 0o750)), /is open to other users/],
  ])('what %s is not taken', async (_what, make, why) => {
    make()
    await expect(openState(env())).rejects.toMatchObject({ name: 'StateError', code: 'not-private', message: expect.stringMatching(why) })
  })

  test.runIf(isRoot)('what belongs to another user is not taken', async () => {
    mkdirSync(own(), { mode: 0o700 })
    chownSync(own(), 65534, 65534)
    await expect(openState(env())).rejects.toThrow(/belongs to another user/)
  })

  test('because the disk is full for now, nothing is kept elsewhere, where a later run would not look', async () => {
    const { directory } = await openHere()
    const handle = await open(directory, 'r')
    const prototype = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    rmSync(at('state'), { recursive: true })
    vi.spyOn(prototype, 'sync').mockRejectedValue(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))
    await expect(openState({ XDG_STATE_HOME: at('state'), TMPDIR: home })).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(existsSync(own())).toBe(false)
  })
})

describe('a file', () => {
  test('is made once, whole, for this user alone', async () => {
    const state = await openHere()
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((text) => state.create('one', text.repeat(100_000))))).toEqual(
      expect.arrayContaining([true, false, false, false]),
    )
    expect(readFileSync(join(state.directory, 'one'), 'utf8')).toMatch(/^(.)\1{99999}$/)
    expect(modeOf(join(state.directory, 'one'))).toBe(0o600)
    expect(readdirSync(state.directory)).toEqual(['one'])
  })

  test('grows, and what was cut off goes', async () => {
    const state = await openHere()
    await state.create('one', 'first\n')
    await state.append('one', 6, 'sec')
    await state.append('one', 6, 'second\n')
    expect(Buffer.from((await state.read('one'))!).toString()).toBe('first\nsecond\n')
  })

  test('is not added to where it is shorter than it was left, or gone', async () => {
    const state = await openHere()
    await state.create('one', 'first\n')
    await expect(state.append('one', 7, 'x')).rejects.toMatchObject({ code: 'shorter' })
    expect(Buffer.from((await state.read('one'))!).toString()).toBe('first\n')
    await expect(state.append('two', 0, 'x')).rejects.toMatchObject({ name: 'StateError', code: 'ENOENT' })
    expect(await state.names()).toEqual(['one'])
  })

  test('that is not there is nothing, and is no fault', async () => {
    const state = await openHere()
    expect(await state.read('none')).toBeNull()
    await state.clear('none')
    await state.remove('none')
    expect(await state.names()).toEqual([])
  })

  test('is emptied, and removed', async () => {
    const state = await openHere()
    await state.create('one', 'text')
    await state.clear('one')
    expect(await state.read('one')).toHaveLength(0)
    await state.remove('one')
    expect(await state.names()).toEqual([])
  })

  test('that cannot be read is a fault in the system’s words', async () => {
    const state = await openHere()
    mkdirSync(join(state.directory, 'folder'))
    await expect(state.read('folder')).rejects.toThrow(
      new StateError('EISDIR', `${join(state.directory, 'folder')}: EISDIR: illegal operation on a directory, read`),
    )
  })
})

describe('what is written is on the disk', () => {
  /** What is asked of files from now on, in its order. */
  async function watch(state: StatePort): Promise<string[]> {
    const handle = await open(state.directory, 'r')
    const prototype = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    const asked: string[] = []
    const { sync, writeFile } = prototype
    vi.spyOn(prototype, 'writeFile').mockImplementation(async function (this: FileHandle, ...given) {
      await writeFile.apply(this, given)
      asked.push('written')
    })
    vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
      await sync.call(this)
      asked.push((await this.stat()).isDirectory() ? `directory with ${readdirSync(state.directory).join(' ')}` : 'file')
    })
    return asked
  }

  test('when a file is made, with its name', async () => {
    const state = await openHere()
    const asked = await watch(state)
    await state.create('one', 'text')
    expect(asked[0]).toBe('written')
    expect(asked[1]).toBe('file')
    expect(asked[2]).toMatch(/^directory with one\b/)
    expect(asked).toHaveLength(3)
  })

  test('when a line is added', async () => {
    const state = await openHere()
    await state.create('one', '')
    const asked = await watch(state)
    await state.append('one', 0, 'text')
    expect(asked).toEqual(['written', 'file'])
  })

  test('or it is told that it is not', async () => {
    const state = await openHere()
    await state.create('one', 'first\n')
    await watch(state)
    const handle = await open(state.directory, 'r')
    vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync').mockRejectedValue(
      Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }),
    )
    await handle.close()
    await expect(state.append('one', 6, 'x')).rejects.toMatchObject({ name: 'StateError', code: 'EIO' })
    await expect(state.create('two', 'x')).rejects.toMatchObject({ code: 'EIO' })
    expect(await state.names()).toEqual(['one'])
  })
})

test.skipIf(process.platform !== 'linux')('a process is told from one that had its number, and from itself when it is over', async () => {
  const state = await openHere()
  const own = await state.startOf(process.pid)
  expect(own).toMatch(/^[0-9a-f-]{36}\/\d+$/)
  expect(await state.startOf(process.pid)).toBe(own)
  expect(await state.startOf(2 ** 22 + 1)).toBeNull()
  // Its parent takes no note of its end: it is a zombie until that ends as well.
  const parent = spawn('sh', ['-c', 'sh -c "read line" <&3 & echo $!; exec 3<&-; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  })
  try {
    const [line] = (await once(parent.stdout!, 'data')) as [Buffer]
    const pid = Number(line.toString())
    const living = await state.startOf(pid)
    expect(living).toMatch(/\/\d+$/)
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(async () => expect(await state.startOf(pid)).toBe(`${living}/ended`), { timeout: 5000 })
  } finally {
    parent.kill('SIGKILL')
    await once(parent, 'close')
  }
})
