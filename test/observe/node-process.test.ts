import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseTrace } from '../../src/containerd/trace.ts'
import { containerdRuntime, containerdTrace, kubernetesGet } from '../../src/observe/commands.ts'
import { withoutOwnHeaders } from '../../src/observe/dump-headers.ts'
import { nodeRuntime, nodeTrace } from '../../src/observe/node-process.ts'
import { DockerError } from '../../src/ports/docker.ts'
import { fakePorts } from './fake-ports.ts'

describe('the commands', () => {
  const hostile = { image: '$(touch /x)`id`;"\'\n/a:b', hostsDir: '/etc/$(id)/certs.d' }

  test('are lists of words: what is asked for is never part of a script', () => {
    const { argv } = containerdTrace({ ...hostile, plainHttp: true })
    expect(argv.slice(0, 2)).toEqual(['sh', '-c'])
    expect(argv[2]).toBe(containerdTrace({ image: 'r/a:b' }).argv[2])
    expect(argv.slice(5)).toEqual([
      'content',
      'fetch-object',
      '--http-dump',
      '--plain-http',
      '--hosts-dir',
      hostile.hostsDir,
      hostile.image,
    ])
    expect(kubernetesGet(hostile.image).argv.at(-1)).toBe(hostile.image)
  })

  test.each([
    ['containerdRuntime', containerdRuntime],
    ['containerdTrace', containerdTrace({ image: 'r/a:b' })],
    ['kubernetesGet', kubernetesGet('/api')],
  ])('%s limits its own time', (_name, { argv, limitSeconds }) => {
    const script = argv.join(' ')
    expect(script).toMatch(/(?:^|[| ])timeout /)
    expect(argv).toContain(String(limitSeconds))
  })

  test('store nothing and change nothing', () => {
    const all = [containerdRuntime, containerdTrace({ image: 'r/a:b' }), kubernetesGet('/api')].map(({ argv }) => argv.join(' ')).join('\n')
    expect(all).not.toMatch(/\b(?:rm|mv|cp|tee|kill|pull|push|apply|create|delete|patch|content fetch )\b|>(?! ?(?:\/dev\/null|&1))/)
  })
})

// The scripts as they are, with a shell, timeout and xargs of the machine; only containerd is not the real one.
describe.skipIf(process.platform !== 'linux')('the scripts, run', () => {
  let bin: string
  let containerd: ChildProcess
  let other: ChildProcess

  beforeAll(async () => {
    bin = mkdtempSync(join(tmpdir(), 'rd-node-'))
    mkdirSync(join(bin, 'tools'))
    for (const tool of ['sh', 'timeout', 'xargs', 'env', 'tr', 'sort', 'head', 'cat', 'sleep', 'cut', 'awk'])
      symlinkSync(['/usr/bin', '/bin'].map((folder) => join(folder, tool)).find(existsSync)!, join(bin, 'tools', tool))
    const environment = { HTTP_PROXY: 'http://proxy:3128', SPACED: 'a  b\nc', QUOTED: `'"$(id)`, EMPTY: '' }
    containerd = spawn('sleep', ['60'], { env: environment, stdio: 'ignore' })
    other = spawn('sleep', ['61'], { env: { HTTP_PROXY: 'http://wrong' }, stdio: 'ignore' })
    await Promise.all([once(containerd, 'spawn'), once(other, 'spawn')])
  })
  afterAll(() => {
    containerd.kill()
    other.kill()
    rmSync(bin, { recursive: true, force: true })
  })

  /** Runs a command with these programs in place of the node's. */
  function run(argv: readonly string[], programs: Record<string, string>): { status: number | null; stdout: string; stderr: string } {
    const folder = mkdtempSync(join(bin, 'p-'))
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`)
      chmodSync(join(folder, name), 0o755)
    }
    return spawnSync(argv[0]!, argv.slice(1), { env: { PATH: `${folder}:${bin}/tools`, MINE: 'not the node' }, encoding: 'utf8' })
  }
  const pids = (...all: ChildProcess[]): string => `echo ${all.map((one) => one.pid).join(' ')}`
  const withLimit = (limit: string, argv: readonly string[]): string[] => argv.map((word, index) => (index === 4 ? limit : word))

  test('ctr gets the words as they are, and the environment of containerd and nothing else', () => {
    const query = { image: `r:5000/a b'"$HOME:1`, hostsDir: '/etc/containerd/certs.d' }
    const { status, stdout } = run(containerdTrace(query).argv, {
      pidof: pids(containerd),
      ctr: 'for word; do printf "<%s>\\n" "$word"; done; env -0 | tr "\\000" ";"',
    })
    expect(status).toBe(0)
    const [words, environment] = [stdout.slice(0, stdout.lastIndexOf('>\n') + 2), stdout.slice(stdout.lastIndexOf('>\n') + 2)]
    expect(words.trim().split('\n')).toEqual([
      '<content>',
      '<fetch-object>',
      '<--http-dump>',
      '<--hosts-dir>',
      `<${query.hostsDir}>`,
      `<${query.image}>`,
    ])
    const names = environment.split(';').filter((one) => one !== '' && !/^(?:PWD|SHLVL|_|OLDPWD)=/.test(one))
    expect(names.toSorted()).toEqual(['EMPTY=', 'HTTP_PROXY=http://proxy:3128', `QUOTED='"$(id)`, 'SPACED=a  b\nc'])
  })

  test('of several containerd the one that was there first', () => {
    const [first, second] = [containerd, other].toSorted((a, b) => a.pid! - b.pid!) as [ChildProcess, ChildProcess]
    const { stdout } = run(containerdTrace({ image: 'r/a:b' }).argv, { pidof: pids(second, first), ctr: 'echo $HTTP_PROXY' })
    expect(stdout.trim()).toBe(first === containerd ? 'http://proxy:3128' : 'http://wrong')
  })

  test('a failure of ctr keeps its words; its exit code becomes 123, as xargs has it', () => {
    expect(
      run(containerdTrace({ image: 'r/a:b' }).argv, { pidof: pids(containerd), ctr: 'echo "ctr: not found" >&2; exit 1' }),
    ).toMatchObject({
      status: 123,
      stderr: 'ctr: not found\n',
    })
  })

  test('a ctr that hangs is ended from inside, with 124, and what it printed stays', () => {
    const { status, stderr } = run(withLimit('0.3', containerdTrace({ image: 'r/a:b' }).argv), {
      pidof: pids(containerd),
      ctr: 'echo begun >&2; exec sleep 60',
    })
    expect({ status, stderr }).toEqual({ status: 124, stderr: 'begun\n' })
  })

  test('a node without ctr: 127', () => {
    expect(run(containerdTrace({ image: 'r/a:b' }).argv, { pidof: pids(containerd) }).status).toBe(127)
  })

  test('a node where containerd does not run: ctr is asked all the same', () => {
    expect(run(containerdTrace({ image: 'r/a:b' }).argv, { pidof: 'exit 1', ctr: 'echo asked' })).toMatchObject({
      status: 0,
      stdout: 'asked\n',
    })
  })

  const observe = (outcome: { status: number | null; stdout: string; stderr: string }) =>
    nodeRuntime(
      fakePorts({ docker: { exec: async () => ({ exitCode: outcome.status ?? -1, stdout: outcome.stdout, stderr: outcome.stderr }) } }),
      { node: 'n' },
    )

  test('version, command line and connection environment of containerd', async () => {
    const outcome = run(containerdRuntime.argv, {
      pidof: pids(containerd),
      containerd: 'echo containerd github.com/containerd/containerd/v2 v2.1.4 abc',
    })
    expect(await observe(outcome)).toMatchObject({
      version: 'containerd github.com/containerd/containerd/v2 v2.1.4 abc',
      args: ['sleep', '60'],
      environment: { HTTP_PROXY: 'http://proxy:3128' },
    })
  })

  test('a containerd that does not run has a version still', async () => {
    const outcome = run(containerdRuntime.argv, { pidof: 'exit 1', containerd: 'echo containerd x 1.7.27 y' })
    expect(await observe(outcome)).toMatchObject({ version: 'containerd x 1.7.27 y', args: [], environment: {} })
  })

  test('a node without containerd can not be judged', async () => {
    await expect(observe(run(containerdRuntime.argv, { pidof: 'exit 1' }))).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringMatching(/^containerd of n did not tell its version: .*containerd.*not found/) as string,
    })
  })
})

describe('what is made of the output', () => {
  const observe = (exitCode: number, stdout: string, stderr = '') =>
    nodeRuntime(fakePorts({ docker: { exec: async () => ({ exitCode, stdout, stderr }) } }), { node: 'n' })

  test('only variables that decide how it connects are kept', async () => {
    const environ = [
      'http_proxy=a',
      'HTTPS_PROXY=b',
      'no_proxy=c',
      'ALL_PROXY=d',
      'SSL_CERT_FILE=e',
      'GODEBUG=f=1',
      'TOKEN=x',
      'PATH=/bin',
      'MY_HTTP_PROXY=x',
    ].join('\n')
    const { environment } = await observe(0, `containerd v2.1.4\n--- args\na\n--- environ\n${environ}\n`)
    expect(environment).toEqual({ http_proxy: 'a', HTTPS_PROXY: 'b', no_proxy: 'c', ALL_PROXY: 'd', SSL_CERT_FILE: 'e', GODEBUG: 'f=1' })
  })

  test('silence', async () => {
    await expect(observe(124, '')).rejects.toMatchObject({ code: 'timeout' })
  })

  test.each([
    ['an engine that refuses', new DockerError('not-running', 'n is paused'), 'not-running'],
    ['an engine that is silent', new DockerError('timeout', 'x'), 'timeout'],
  ])('%s is a failure', async (_what, error, code) => {
    const ports = fakePorts({ docker: { exec: async () => Promise.reject(error) } })
    await expect(nodeTrace(ports, { node: 'n', image: 'r/a:b' })).rejects.toMatchObject({ kind: 'node.trace', code })
  })

  test.each([
    [0, false],
    [123, false],
    [124, true],
  ])('exit code %i: timed out is %s', async (exitCode, timedOut) => {
    const ports = fakePorts({ docker: { exec: async () => ({ exitCode, stdout: 's', stderr: 'e' }) } })
    expect(await nodeTrace(ports, { node: 'n', image: 'r/a:b' })).toEqual({
      exitCode,
      timedOut,
      stdout: 's',
      stderr: 'e',
      ms: expect.any(Number) as number,
    })
  })

  test('the engine gets more time than the command gives itself', async () => {
    let given = 0
    const ports = fakePorts({
      docker: { exec: async (_node, _argv, limitMs) => ((given = limitMs), { exitCode: 0, stdout: '', stderr: '' }) },
    })
    await nodeTrace(ports, { node: 'n', image: 'r/a:b' })
    expect(given).toBeGreaterThan(containerdTrace({ image: 'r/a:b' }).limitSeconds * 1000)
  })

  test.each(['1.7.34', '2.1.4', '2.2.7', '2.3.4'])('headers that a hosts.toml adds are not kept (ctr %s), all else is', (version) => {
    const dump = readFileSync(new URL(`../../fixtures/traces/${version}-mirror-header.txt`, import.meta.url), 'utf8')
    expect(dump).toContain('own-secret')
    const kept = withoutOwnHeaders(dump)
    expect(kept).not.toMatch(/own-secret|c2VjcmV0OnNlY3JldA/)
    expect(kept).toContain('msg="X-Own: [not kept]"')
    expect(parseTrace(kept)).toEqual(parseTrace(dump))
    const plain = readFileSync(new URL(`../../fixtures/traces/${version}-mirror-not-found.txt`, import.meta.url), 'utf8')
    expect(withoutOwnHeaders(plain)).toBe(plain)
  })
})
