import { chmod, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHostWritePort } from '../../../src/ports/write/host-adapter.ts'
import { listenersIn } from '../../../src/ports/write/host-sockets.ts'
import { HostError } from '../../../src/ports/write/host.ts'

const host = createHostWritePort(process.env)
const limitMs = 8000
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof HostError ? error.code : String(error)),
  )

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-doctor-host-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('run', () => {
  test('gives what a program wrote and how it ended', async () => {
    const script = 'cat; echo wrong >&2; exit 3'
    expect(await host.run('sh', ['-c', script], { input: 'config: 1\n', limitMs })).toEqual({
      exitCode: 3,
      stdout: 'config: 1\n',
      stderr: 'wrong\n',
    })
  })

  test('no shell reads the arguments', async () => {
    const { stdout } = await host.run('printf', ['%s', '$(id); `id` > x'], { limitMs })
    expect(stdout).toBe('$(id); `id` > x')
  })

  test('a program that is not there is told by the system code', async () => {
    const failure = host.run('registry-doctor-no-such-program', [], { limitMs })
    await expect(failure).rejects.toThrow('there is no program registry-doctor-no-such-program')
    expect(await codeOf(host.run('registry-doctor-no-such-program', [], { limitMs }))).toBe('ENOENT')
  })

  test('without input there is nothing to read, whatever this process has', async () => {
    expect((await host.run('cat', [], { limitMs })).stdout).toBe('')
  })

  test('input that is not read is no failure', async () => {
    expect((await host.run('true', [], { input: 'x'.repeat(1_000_000), limitMs })).exitCode).toBe(0)
  })

  test('the limit ends the program and all that it has started', async () => {
    const pidFile = join(folder, 'pid')
    const script = `sh -c 'echo $$ > ${pidFile}; sleep 60' & wait`
    expect(await codeOf(host.run('sh', ['-c', script], { limitMs: 1500 }))).toBe('timeout')
    const pid = Number(await readFile(pidFile, 'utf8'))
    // A process that has ended and that nobody has waited for is still listed.
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').then(
      (text) => text.split(' ')[2],
      () => 'gone',
    )
    expect(['gone', 'Z', 'X']).toContain(state)
  })

  test('one that does not listen to SIGTERM ends all the same', async () => {
    expect(await codeOf(host.run('sh', ['-c', "trap '' TERM; sleep 60 & wait; sleep 60"], { limitMs: 200 }))).toBe('timeout')
  })

  test('the signal ends it, also before it begins', async () => {
    const controller = new AbortController()
    const running = codeOf(host.run('sh', ['-c', 'echo begun; sleep 60'], { limitMs, signal: controller.signal }))
    controller.abort()
    expect(await running).toBe('aborted')
    expect(await codeOf(host.run('true', [], { limitMs, signal: controller.signal }))).toBe('aborted')
  })

  test('of much output the end is kept', async () => {
    const { stdout } = await host.run('sh', ['-c', 'yes line | head -c 3000000; echo the end'], { limitMs })
    expect(stdout.length).toBe(1_048_576)
    expect(stdout.endsWith('the end\n')).toBe(true)
  })

  test('who was ended by a signal has the exit code that shells give it', async () => {
    expect((await host.run('sh', ['-c', 'kill -9 $$'], { limitMs })).exitCode).toBe(137)
  })

  test('what it leaves behind with its streams open is not waited for', async () => {
    const started = performance.now()
    const { stdout } = await host.run('sh', ['-c', 'sleep 5 & echo done'], { limitMs: 60_000 })
    expect(stdout).toBe('done\n')
    expect(performance.now() - started).toBeLessThan(4500)
  })
})

describe('files', () => {
  const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

  test('what was written is read, and what is not there is null', async () => {
    const path = join(folder, 'a', 'b', 'ca.crt')
    expect(await host.read(path)).toBeNull()
    await host.write(path, 'text\n', 0o644)
    expect(await host.read(path)).toBe('text\n')
    expect(await host.read(join(path, 'below'))).toBeNull()
  })

  test('a secret file is closed to others, and so are the folders that are made for it', async () => {
    const path = join(folder, 'tls', 'server.key')
    await host.write(path, 'secret', 0o600)
    expect([await modeOf(path), await modeOf(join(folder, 'tls'))]).toEqual(['600', '700'])
  })

  test('the mode counts whatever the umask is, also of a file that is replaced', async () => {
    const path = join(folder, 'ca.crt')
    await writeFile(path, 'old', { mode: 0o600 })
    const before = process.umask(0o077)
    try {
      await host.write(path, 'new', 0o644)
    } finally {
      process.umask(before)
    }
    expect([await host.read(path), await modeOf(path)]).toEqual(['new', '644'])
  })

  test('nothing else stays in the folder, also where it cannot be written', async () => {
    await host.write(join(folder, 'file'), 'x', 0o644)
    expect(await codeOf(host.write(join(folder, 'file', 'below'), 'x', 0o644))).toMatch(/^(?:ENOTDIR|EEXIST)$/)
    expect(await codeOf(host.write(folder, 'x', 0o644))).toMatch(/^(?:EISDIR|ENOTEMPTY|EEXIST)$/)
    expect(await readdir(folder)).toEqual(['file'])
  })

  test('a link stays a link, and what it leads to is written', async () => {
    await writeFile(join(folder, 'real'), 'old')
    await symlink('real', join(folder, 'link'))
    await host.write(join(folder, 'link'), 'new', 0o644)
    expect([await readlink(join(folder, 'link')), await readFile(join(folder, 'real'), 'utf8')]).toEqual(['real', 'new'])
  })

  test('who may not write is told so', async () => {
    await chmod(folder, 0o500)
    const outcome = await host.write(join(folder, 'x'), 'x', 0o644).catch((error: unknown) => (error as Error).message)
    // Root may write everywhere.
    expect([undefined, `cannot write ${join(folder, 'x')}: permission denied`]).toContain(outcome)
    await chmod(folder, 0o700)
  })

  test('removing what is not there is no fault', async () => {
    await writeFile(join(folder, 'x'), '')
    await host.remove(join(folder, 'x'))
    await host.remove(join(folder, 'x'))
    expect(await readdir(folder)).toEqual([])
    expect(await codeOf(host.remove(folder))).toMatch(/EISDIR/)
  })
})

describe('portHolder', () => {
  const listening = (address: string): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer()
      server.once('error', reject)
      server.listen(0, address, () => resolve(server))
    })

  test('names the process that listens, and nobody once it does not', async () => {
    const server = await listening('127.0.0.1')
    const { port } = server.address() as { port: number }
    expect(await host.portHolder(port)).toMatch(new RegExp(`\\(process ${process.pid}\\)$`))
    await new Promise((resolve) => server.close(resolve))
    expect(await host.portHolder(port)).toBeNull()
  })

  test.each<[string, number, string[]]>([
    ['a listener', 5001, ['33120']],
    ['a connection is none', 5002, []],
    ['another port', 500, []],
  ])('in the table of the kernel: %s', (_what, port, expected) => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:1389 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 33120 1 0000000000000000 100 0 0 10 0',
      '   1: 0100007F:138A 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 33121 1 0000000000000000 100 0 0 10 0',
      '',
    ].join('\n')
    expect(listenersIn(table, port)).toEqual(expected)
  })
})
