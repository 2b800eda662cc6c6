import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ListDocument, Report } from '../../src/model/report.ts'
import { root } from '../../scripts/root.ts'
import { startEngine, type FakeEngine } from '../ports/fake-engine.ts'
import { validateReport } from '../report-contract.ts'
import { all, parseXml } from '../reporters/xml.ts'
import { buildCli, type BuiltCli } from './built.ts'

let cli: BuiltCli
let engines: Record<'empty' | 'hanging' | 'twoClusters', FakeEngine>
const incident = join(root, 'incidents/config-path-missing/bundle.json')

const node = (cluster: string): object => ({
  Names: [`/${cluster}-control-plane`],
  Image: 'kindest/node:v1.34.0',
  State: 'exited',
  Labels: { 'io.x-k8s.kind.cluster': cluster, 'io.x-k8s.kind.role': 'control-plane' },
  Ports: [],
  NetworkSettings: { Networks: { kind: { IPAddress: '' } } },
})

beforeAll(async () => {
  const version = { Version: '28.0.0', ApiVersion: '1.48', Os: 'linux' }
  const [built, empty, hanging, twoClusters] = await Promise.all([
    buildCli(),
    startEngine({ 'GET /version': version, 'GET /containers/json': [] }),
    startEngine({ 'GET /version': 'hang', 'GET /containers/json': 'hang' }),
    startEngine({ 'GET /version': version, 'GET /containers/json': [node('dev'), node('staging')] }),
  ])
  cli = built
  engines = { empty, hanging, twoClusters }
  writeFileSync(join(cli.home, 'no-json.json'), 'not json')
  writeFileSync(join(cli.home, 'other.json'), '{"kind":"CheckReport"}')
  writeFileSync(join(cli.home, 'newer.json'), JSON.stringify({ schemaVersion: 7, kind: 'Bundle' }))
  writeFileSync(join(cli.home, 'cut.json.gz'), gzipSync('x'.repeat(10_000)).subarray(0, 20))
  mkdirSync(join(cli.home, 'folder'))
}, 60_000)
afterAll(async () => {
  cli?.remove()
  await Promise.all(Object.values(engines ?? {}).map((one) => one.close()))
})

const on = (engine: keyof typeof engines): NodeJS.ProcessEnv => ({ DOCKER_HOST: engines[engine].endpoint })
const jsonOf = (text: string): Report => {
  const report = JSON.parse(text) as Report
  validateReport(report)
  return report
}

describe('what is wrong in the command line is one line on standard error and exit code 2', () => {
  const usage: Record<string, readonly [argv: string[], line: RegExp, code?: string]> = {
    'an unknown flag': [['--bogus'], /unknown option '--bogus'/],
    'an unknown flag near one that exists': [['check', '--clutser', 'dev'], /unknown option '--clutser'.*--cluster/],
    'an unknown command': [['chekc'], /no command "chekc".*"check"/],
    'an unknown command near none': [
      ['frobnicate'],
      /no command "frobnicate".*check, explain, trace, fix, setup, lint, render, collect, demo, list/,
    ],
    'an argument too many': [['check', 'demo', 'more'], /too many arguments/],
    'an unknown check': [['--check', 'node/registry-confg'], /"node\/registry-confg".*"node\/registry-config"/, 'unknown-name'],
    'an unknown group of checks': [['--skip', 'nod'], /"nod"/, 'unknown-name'],
    'an unknown provider': [['--provider', 'minikube'], /'minikube' is invalid.*kind/],
    'an unknown format': [['-o', 'junti'], /"junti" is no format.*"junit"/],
    'an unknown format near none': [['-o', 'yaml'], /"yaml" is no format.*terminal, json, junit/],
    'a format without its file': [['-o', 'json='], /"json=" names no file/],
    'two formats for standard output': [['-o', 'junit', '-o', 'terminal'], /only one format.*-o junit=report\.xml/],
    'one file for two formats': [['-o', 'junit=same.txt', '-o', 'terminal=same.txt'], /same\.txt/],
    'a file in a folder that is not there': [
      ['-o', 'junit=nowhere/report.xml'],
      /cannot write junit to nowhere\/report\.xml: its folder does not exist/,
    ],
    'a folder in place of a file': [['-o', 'junit=folder'], /cannot write junit to folder: it is a folder/],
    'a duration without a unit': [['--timeout', '5'], /duration.*500ms, 30s, 2m/],
    'a duration of nothing': [['--timeout', '0s'], /--timeout.*longer than 0/],
    'a duration longer than timers can be': [['--timeout', '99999999m'], /--timeout.*at most/],
    'a registry with a scheme': [['--registry', 'http://localhost:5001'], /HOST:PORT without a scheme/],
    'a registry with a path': [['--registry', 'localhost:5001/app'], /no HOST:PORT/],
    'a registry with a port that is none': [['--registry', 'localhost:99999'], /no HOST:PORT/],
    'an unknown severity': [['--fail-on', 'info'], /'info' is invalid.*error, warning/],
    'nothing to list': [['list'], /missing required argument 'what'/],
    'something that can not be listed': [['list', 'nodes'], /'nodes' is invalid.*checks, codes, reporters, incidents/],
    'nowhere to collect to': [['collect'], /missing required argument 'file'/],
    'a flag without its value': [['--cluster'], /--cluster.*argument missing/],
    'a bundle that is not there': [['--from', 'nothing.json'], /nothing\.json: there is no such file/, 'bundle-unreadable'],
    'a bundle that is a folder': [['--from', 'folder'], /folder: it is a folder/, 'bundle-unreadable'],
    'a bundle that is no JSON': [['--from', 'no-json.json'], /no-json\.json is no bundle.*collect FILE/, 'bundle-unreadable'],
    'a bundle that is something else': [['--from', 'other.json'], /other\.json is no bundle.*CheckReport/, 'bundle-unreadable'],
    'a bundle of a newer version': [['--from', 'newer.json'], /schemaVersion 7.*newer registry-doctor/, 'bundle-unreadable'],
    'a bundle that is cut off': [['--from', 'cut.json.gz'], /cut\.json\.gz.*(?:cut off|incomplete)/, 'bundle-unreadable'],
    'an unknown cluster of a bundle': [['--from', incident, '--cluster', 'dve'], /no cluster is named "dve".*"dev"/, 'unknown-name'],
    'an unknown incident': [['demo', 'config-path-mising'], /"config-path-mising".*"config-path-missing"/, 'unknown-name'],
    'a way to probe that is none': [['--probe=ssh'], /'ssh' is invalid. it is pods or cri/],
    'what is meant in the place of how': [['check', '--probe', 'pod/app'], /check pod\/app --probe/],
    'a probe of a bundle': [['--from', incident, '--probe'], /--probe is about live clusters/],
    'a kubeconfig that is not there': [['--kubeconfig', 'nowhere'], /kubeconfig nowhere: there is no such file/],
  }
  test.concurrent.each(Object.entries(usage))('%s', async (_what, [argv, line, code = 'usage']) => {
    // A flag that lacks its value would take what comes after it.
    const json = argv.includes('-o') ? [] : ['-o', 'json']
    const { stdout, stderr, ...ended } = await cli.run(argv.at(-1)!.startsWith('--') ? [...json, ...argv] : [...argv, ...json])
    expect(stderr).toMatch(/^registry-doctor: [^\n]+\n$/)
    expect(stderr).toMatch(line)
    expect(stderr, 'is written by this tool, not by Node').not.toMatch(/\bat .*:\d+:\d+|E[A-Z]{4,}|undefined|\[object/)
    expect(ended.code).toBe(2)
    const report = json.length > 0 ? jsonOf(stdout) : undefined
    expect(report ? `registry-doctor: ${report.error?.message}\n` : stdout).toBe(report ? stderr : '')
    expect(report ?? { status: 'incomplete', exitCode: 2, error: { code } }).toMatchObject({
      status: 'incomplete',
      exitCode: 2,
      error: { code },
    })
  })

  test.each(Object.entries(usage).filter(([, [argv]]) => ['chekc', '--bogus', 'demo'].includes(argv[0]!)))(
    'nothing is on standard output where no document was asked for: %s',
    async (_what, [argv]) => {
      const { code, stdout } = await cli.run(argv)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    },
  )

  test.each(['-ojson', '-o=json', '--output=json'])('the document comes with %s too', async (form) => {
    expect(jsonOf((await cli.run(['--bogus', form])).stdout).exitCode).toBe(2)
  })

  test('an unknown cluster of a live engine names the near one', async () => {
    const { code, stdout, stderr } = await cli.run(['--cluster', 'stagign', '-o', 'json'], on('twoClusters'))
    expect(stderr).toBe('registry-doctor: no cluster is named "stagign"; did you mean "staging"?\n')
    expect(code).toBe(2)
    expect(jsonOf(stdout).error?.code).toBe('unknown-name')
  })

  test('a folder that may not be written is told of before anything is examined', async () => {
    const { code, stderr } = await cli.run(['collect', 'nowhere/bundle.json'])
    expect(code).toBe(2)
    expect(stderr).toBe('registry-doctor: cannot write nowhere/bundle.json: its folder does not exist\n')
  })
})

describe('what could not be judged is exit code 3 and a whole report in every format', () => {
  const causes: Record<string, readonly [argv: string[], env: () => NodeJS.ProcessEnv, code: string, message: RegExp]> = {
    'no engine': [[], () => ({}), 'docker-unreachable', /no Docker engine answers at unix:.*no-engine\.sock/],
    'an engine over TCP that is not there': [
      [],
      () => ({ DOCKER_HOST: 'tcp://127.0.0.1:1' }),
      'docker-unreachable',
      /no Docker engine answers at tcp:\/\/127\.0\.0\.1:1/,
    ],
    'an address of an engine that is none': [[], () => ({ DOCKER_HOST: 'no where' }), 'docker-unreachable', /DOCKER_HOST.*no where/],
    'an engine without clusters': [[], () => on('empty'), 'no-cluster', /no kind or k3d cluster/],
    'an engine that does not answer in time': [['--timeout', '300ms'], () => on('hanging'), 'timeout', /--timeout/],
  }
  test.concurrent.each(Object.entries(causes))('%s', async (what, [argv, env, code, message]) => {
    const junitFile = join(cli.home, `${what.replaceAll(' ', '-')}.xml`)
    const { stdout, stderr, code: exitCode } = await cli.run([...argv, '-o', 'json', '-o', `junit=${junitFile}`], env())
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' })
    const report = jsonOf(stdout)
    expect(report).toMatchObject({ status: 'incomplete', exitCode: 3, error: { code } })
    expect(report.error?.message).toMatch(message)
    const errors = all(parseXml(readFileSync(junitFile, 'utf8')), 'error')
    expect(errors).toHaveLength(1)
    expect(errors[0]!.attributes).toMatchObject({ type: code, message: expect.stringContaining(report.error!.message) as string })
    const onTerminal = await cli.run(argv, env())
    expect(onTerminal.code).toBe(3)
    expect(onTerminal.stdout.replace(/\s+/g, ' ')).toMatch(message)
  })

  test('a bundle of which the answers are not what they should be: a fault is told of, and there is a report', async () => {
    const file = join(cli.home, 'strange.json')
    const bundle = JSON.parse(readFileSync(incident, 'utf8')) as { observations: { kind: string; answer: unknown }[] }
    for (const one of bundle.observations) if (one.kind === 'docker.containers') one.answer = 5
    writeFileSync(file, JSON.stringify(bundle))
    const { code, stdout, stderr } = await cli.run(['--from', file, '-o', 'json'])
    expect(code).toBe(3)
    expect(jsonOf(stdout)).toMatchObject({ mode: 'bundle', error: { code: 'fault' } })
    expect(stderr).toMatch(/^registry-doctor: this is a fault of registry-doctor, please report it: TypeError/)
  })

  test('collect says why there is nothing to save, and saves nothing', async () => {
    const { code, stdout, stderr } = await cli.run(['collect', 'nothing.json'], on('empty'))
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^registry-doctor: nothing collected: [^\n]*no kind or k3d cluster[^\n]*\n$/)
    expect(existsSync(join(cli.home, 'nothing.json'))).toBe(false)
  })
})

describe('a run that is interrupted ends within two seconds and leaves its reports', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s', async (signal, exitCode) => {
    const engine = await startEngine({ 'GET /containers/json': 'hang' })
    const junitFile = join(cli.home, `${signal}.xml`)
    const { process: child, ended } = cli.start(['-o', 'json', '-o', `junit=${junitFile}`], { DOCKER_HOST: engine.endpoint })
    await engine.waitFor('GET /containers/json')
    const sent = performance.now()
    child.kill(signal)
    const { code, stdout } = await ended
    expect(performance.now() - sent).toBeLessThan(2_000)
    expect(code).toBe(exitCode)
    expect(jsonOf(stdout)).toMatchObject({ exitCode, error: { code: 'interrupted' } })
    expect(all(parseXml(readFileSync(junitFile, 'utf8')), 'error')).toHaveLength(1)
    expect(readdirSync(cli.home).filter((name) => name.endsWith('.part'))).toEqual([])
    await engine.close()
  })
})

test('collect that is interrupted saves nothing', async () => {
  const engine = await startEngine({ 'GET /containers/json': 'hang' })
  const { process: child, ended } = cli.start(['collect', 'interrupted.json'], { DOCKER_HOST: engine.endpoint })
  await engine.waitFor('GET /containers/json')
  child.kill('SIGINT')
  expect(await ended).toMatchObject({
    code: 130,
    stdout: '',
    stderr: 'registry-doctor: nothing collected: interrupted before it could judge\n',
  })
  expect(readdirSync(cli.home).filter((name) => name.startsWith('interrupted'))).toEqual([])
  await engine.close()
})

describe('a bundle is judged as live', () => {
  test('in every format at once', async () => {
    const [junit, text] = [join(cli.home, 'all.xml'), join(cli.home, 'all.txt')]
    const { code, stdout, stderr } = await cli.run(['--from', incident, '-o', `junit=${junit}`, '-o', 'json', '-o', `terminal=${text}`])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const report = jsonOf(stdout)
    expect(report.rootCauses.map((one) => one.code)).toContain('config-path-missing')
    expect(all(parseXml(readFileSync(junit, 'utf8')), 'failure').length).toBeGreaterThan(0)
    // oxlint-disable-next-line no-control-regex
    expect(readFileSync(text, 'utf8')).not.toMatch(/\u001b/)
  })

  test('also compressed, and under any name', async () => {
    const file = join(cli.home, 'some.bundle')
    writeFileSync(file, gzipSync(readFileSync(incident)))
    expect((await cli.run(['check', '--from', file, '-q'])).code).toBe(1)
  })

  test.each([
    ['--color', 'always', true],
    ['--color', 'never', false],
    ['--color', 'auto', false],
  ])('%s %s', async (flag, value, colored) => {
    expect((await cli.run(['--from', incident, flag, value])).stdout.includes('\u001b[')).toBe(colored)
  })

  test.each<[NodeJS.ProcessEnv, boolean]>([
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [{ FORCE_COLOR: '0' }, false],
  ])('%j', async (env, colored) => {
    expect((await cli.run(['--from', incident], env)).stdout.includes('\u001b[')).toBe(colored)
  })

  test('in ASCII where the locale has no more', async () => {
    const { stdout } = await cli.run(['--from', incident], { LANG: 'C', LC_ALL: '' })
    // oxlint-disable-next-line no-control-regex
    expect(stdout).toMatch(/^[\u0000-\u007f]+$/)
  })

  test('without the machine key being written where it can not be', async () => {
    expect((await cli.run(['--from', incident], { XDG_STATE_HOME: '/dev/null/x' })).code).toBe(1)
  })
})

describe('demo', () => {
  test('needs no Docker, exits 0, and its report says what check would return', async () => {
    const { code, stdout } = await cli.run(['demo', '-o', 'json'])
    expect(code).toBe(0)
    expect(jsonOf(stdout).exitCode).toBe(1)
  })

  test('tells of the incident on standard error only', async () => {
    const { stdout, stderr } = await cli.run(['demo', 'hosts-toml-missing'])
    expect(stderr).toMatch(/^A recorded incident: .+\n/)
    expect(stdout).not.toContain('A recorded incident')
  })
})

describe('list', () => {
  test.each(['checks', 'codes', 'reporters', 'incidents'])('%s, a line each and as one document', async (what) => {
    const [plain, json] = await Promise.all([cli.run(['list', what]), cli.run(['list', what, '-o', 'json'])])
    expect([plain.code, json.code, plain.stderr, json.stderr]).toEqual([0, 0, '', ''])
    const document = JSON.parse(json.stdout) as ListDocument
    expect(document).toMatchObject({ kind: 'List', of: what, schemaVersion: 1 })
    expect(
      plain.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ', 1)[0]),
    ).toEqual(document.items.map((one) => one.id))
  })
})

describe('the process', () => {
  test('prints its version and loads nothing heavy for it', async () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    for (const flag of ['--version', '-V'])
      expect(await cli.run([flag])).toEqual({ code: 0, signal: null, stdout: `${manifest.version}\n`, stderr: '' })
    const shared = /from\s*"(\.\/chunks\/[^"]+)"|import\s*"(\.\/chunks\/[^"]+)"/g
    const entry = readFileSync(join(cli.out, 'cli.js'), 'utf8')
    const needed = [...entry.matchAll(shared)].map((one) => (one[1] ?? one[2])!)
    expect(statSync(join(cli.out, 'cli.js')).size + needed.reduce((sum, file) => sum + statSync(join(cli.out, file)).size, 0)).toBeLessThan(
      8_000,
    )
  })

  test.each([['--help'], ['check', '--help'], ['list', '--help'], ['-h']])('prints help: %s %s', async (...argv) => {
    const { code, stdout, stderr } = await cli.run(argv.filter(Boolean))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('Usage: registry-doctor')
  })

  test('calls itself what it was called as: a kubectl plugin', async () => {
    const plugin = join(cli.out, 'kubectl-registry_doctor.js')
    writeFileSync(plugin, "import './cli.js'\n")
    const child = spawn(process.execPath, [plugin, '--help'], { stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    await once(child, 'close')
    expect(text).toContain('Usage: kubectl registry-doctor')
  })

  test('does not mind a reader that leaves early', async () => {
    const command = `"$0" "$1" --from "$2" -v -o json | head -n 1; exit "\${PIPESTATUS[0]}"`
    const child = spawn('bash', ['-c', command, process.execPath, join(cli.out, 'cli.js'), incident], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  })

  test('does not mind a reader that never was', async () => {
    const { process: child, ended } = cli.start(['--from', incident, '-v'])
    child.stdout!.destroy()
    const { code, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  })
})

test('a selection that does not exist still writes the files of -o, and is told of on standard error', async () => {
  const path = join(cli.home, 'typo.xml')
  const { code, stdout, stderr } = await cli.run(['--cluster', 'stagign', '-o', `junit=${path}`], on('twoClusters'))
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^registry-doctor: .*"staging"\?\n$/)
  const [error] = all(parseXml(readFileSync(path, 'utf8')), 'error')
  expect(error?.attributes['type']).toBe('unknown-name')
})
