import { once } from 'node:events'
import { readFileSync, watch } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Report } from '../../src/model/report.ts'
import { startEngine, type FakeEngine } from '../ports/fake-engine.ts'
import { validateReport } from '../report-contract.ts'
import { all, parseXml } from '../reporters/xml.ts'
import { buildCli, type BuiltCli } from './built.ts'

// They wait in earnest, for seconds where the machine has nothing else to do.
vi.setConfig({ testTimeout: 60_000 })

let cli: BuiltCli
beforeAll(async () => {
  cli = await buildCli()
}, 60_000)
afterAll(() => cli?.remove())

const node = (cluster: string): object => ({
  Names: [`/${cluster}-control-plane`],
  Image: 'kindest/node:v1.34.0',
  State: 'exited',
  Labels: { 'io.x-k8s.kind.cluster': cluster, 'io.x-k8s.kind.role': 'control-plane' },
  Ports: [],
  NetworkSettings: { Networks: { kind: { IPAddress: '' } } },
})

/** What the world is like at each examination; it stays as it was at the last one. */
interface Turn {
  readonly containers: readonly object[]
  readonly registryAnswers?: boolean
}

interface World {
  readonly engine: FakeEngine
  readonly registry: string
  readonly examined: () => number
  readonly close: () => Promise<void>
}

/** An engine and a registry that change from one examination to the next: each begins with the list of containers. */
async function world(...turns: readonly Turn[]): Promise<World> {
  let examined = 0
  const now = (): Turn => turns[Math.min(Math.max(examined, 1), turns.length) - 1]!
  const registry: Server = createServer((_request, response) => {
    if (now().registryAnswers) response.writeHead(200, { 'docker-distribution-api-version': 'registry/2.0' }).end('{}')
    else response.destroy()
  })
  registry.listen(0, '127.0.0.1')
  await once(registry, 'listening')
  const engine = await startEngine({
    'GET /version': { Version: '28.0.0', ApiVersion: '1.48', Os: 'linux' },
    'GET /containers/json': (response) => {
      examined++
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(now().containers))
    },
  })
  return {
    engine,
    registry: `127.0.0.1:${(registry.address() as AddressInfo).port}`,
    examined: () => examined,
    close: async () => {
      registry.close()
      await engine.close()
    },
  }
}

const jsonOf = (text: string): Report => {
  const report = JSON.parse(text) as Report
  validateReport(report)
  return report
}

const start = (there: World, argv: readonly string[]) =>
  cli.start(['--check', 'host', '--registry', there.registry, '-o', 'json', ...argv], { DOCKER_HOST: there.engine.endpoint })

const cluster = { containers: [node('dev')] }
const registry = { ...cluster, registryAnswers: true }

describe('check --wait', () => {
  test('becomes healthy at the third examination: each report is written once, and of the last one', async () => {
    const there = await world({ containers: [] }, cluster, registry)
    const written: string[] = []
    const watcher = watch(cli.home, (_event, name) => written.push(name!))
    const { ended } = start(there, ['--wait', '1m', '-o', 'junit=third.xml'])
    const { code, stdout, stderr } = await ended
    expect(code).toBe(0)
    expect(stderr.split('\n')).toEqual([
      'registry-doctor: waiting up to 60 s: no kind or k3d cluster on this Docker engine',
      expect.stringMatching(/^registry-doctor: still waiting after \d+ s: 127\.0\.0\.1:\d+ does not answer the host: .+$/),
      '',
    ])
    const report = jsonOf(stdout)
    expect(report).toMatchObject({ status: 'healthy', exitCode: 0 })
    expect(report.durationMs, 'is the time of the whole run').toBeGreaterThan(1_900)
    expect(there.examined()).toBe(3)
    expect(written.filter((name) => name === 'third.xml')).toEqual(['third.xml'])
    expect(all(parseXml(readFileSync(join(cli.home, 'third.xml'), 'utf8')), 'testcase')).toHaveLength(1)
    watcher.close()
    await there.close()
  })

  test('proves it by a probe once, when it has become healthy', async () => {
    const there = await world({ containers: [] }, cluster, registry)
    const { stdout } = await start(there, ['--wait', '1m', '--probe', '-q']).ended
    expect(jsonOf(stdout).checks.map((one) => one.id)).toEqual(expect.arrayContaining(['probe/push', 'probe/run']))
    expect(there.examined(), 'three times until it was healthy, then once with the probe').toBe(4)
    await there.close()
  })

  test('does not probe what did not become healthy', async () => {
    const there = await world(cluster)
    const { code, stdout } = await start(there, ['--wait', '2s', '--probe', '-q']).ended
    expect(code).toBe(1)
    expect(jsonOf(stdout).checks.filter((one) => one.id.startsWith('probe/'))).toEqual([])
    await there.close()
  })

  test('is done at once where all is healthy, without a word', async () => {
    const there = await world(registry)
    const { code, stderr } = await start(there, ['--wait', '1m']).ended
    expect({ code, stderr, examined: there.examined() }).toEqual({ code: 0, stderr: '', examined: 1 })
    await there.close()
  })

  test.each<[what: string, turn: Turn, exitCode: number, error: string | undefined, junit: 'error' | 'failure']>([
    ['no cluster', { containers: [] }, 3, 'no-cluster', 'error'],
    ['a registry that does not answer', cluster, 1, undefined, 'failure'],
  ])('ends in time with the exit code of the last state: %s', async (what, turn, exitCode, error, junit) => {
    const there = await world(turn)
    const file = `${what.replaceAll(' ', '-')}.xml`
    const { code, stdout, stderr } = await start(there, ['--wait', '3s', '-q', '-o', `junit=${file}`]).ended
    const report = jsonOf(stdout)
    expect({ code, stderr, error: report.error?.code }).toEqual({ code: exitCode, stderr: '', error })
    expect(report.durationMs, 'what is under way at the end may take 3 s').toBeLessThan(3_000 + 3_000 + 1_000)
    expect(all(parseXml(readFileSync(join(cli.home, file), 'utf8')), junit)).toHaveLength(1)
    await there.close()
  })

  test('cuts off an examination that does not end', async () => {
    const engine = await startEngine({ 'GET /containers/json': 'hang' })
    const { code, stdout } = await cli.run(['--wait', '200ms', '-o', 'json'], { DOCKER_HOST: engine.endpoint })
    expect({ code, error: jsonOf(stdout).error }).toEqual({
      code: 3,
      error: { code: 'timeout', message: 'not judged within 0.2 s (--wait)' },
    })
    await engine.close()
  })

  test('ends at once where the name of a cluster is wrong, and waits for the first one', async () => {
    const [some, none] = [await world({ containers: [node('staging')] }), await world({ containers: [] }, registry)]
    const wrong = await start(some, ['--wait', '1m', '--cluster', 'stagign']).ended
    expect(wrong.stderr).toBe('registry-doctor: no cluster is named "stagign"; did you mean "staging"?\n')
    expect({ code: wrong.code, examined: some.examined() }).toEqual({ code: 2, examined: 1 })
    const first = await start(none, ['--wait', '1m', '--cluster', 'dev']).ended
    expect({ code: first.code, examined: none.examined() }).toEqual({ code: 0, examined: 2 })
    await Promise.all([some.close(), none.close()])
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s between two examinations ends it, and leaves its reports', async (signal, exitCode) => {
    const there = await world(cluster)
    const file = `between-${signal}.xml`
    const { process: child, ended } = start(there, ['--wait', '1m', '-o', `junit=${file}`])
    await once(child.stderr!, 'data')
    child.kill(signal)
    const { code, stdout } = await ended
    expect(code).toBe(exitCode)
    expect(jsonOf(stdout)).toMatchObject({ exitCode, error: { code: 'interrupted' } })
    expect(all(parseXml(readFileSync(join(cli.home, file), 'utf8')), 'error')).toHaveLength(1)
    await there.close()
  })
})

describe('the URL of the registry', () => {
  const line = async (argv: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const { code, stderr } = await cli.run([...argv, '-q'], env)
    return `${code} ${stderr}`
  }
  const refused = 'give the URL of a registry: http://HOST:PORT or https://HOST:PORT'

  test.each<[what: string, argv: string[], env: NodeJS.ProcessEnv, expected: string]>([
    ['of the option', ['--registry-url', 'localhost:5000'], {}, `2 registry-doctor: --registry-url: ${refused}\n`],
    ['of our variable', [], { REGISTRY_DOCTOR_REGISTRY_URL: 'ftp://x' }, `2 registry-doctor: REGISTRY_DOCTOR_REGISTRY_URL: ${refused}\n`],
    ['of the other one', [], { K3D_REGISTRY_HEALTHCHECK_URL: '5000' }, `2 registry-doctor: K3D_REGISTRY_HEALTHCHECK_URL: ${refused}\n`],
    [
      'with a password, which is not repeated',
      ['--registry-url', 'http://me:secret@localhost:5000'],
      {},
      '2 registry-doctor: --registry-url: give it without a user and password\n',
    ],
  ])('is refused in one line where it is none: %s', async (_what, argv, env, expected) => {
    expect(await line(argv, env)).toBe(expected)
    expect(await line(['collect', 'bundle.json', ...argv], env)).toBe(expected)
  })

  test.each<[what: string, argv: string[], env: NodeJS.ProcessEnv]>([
    ['the option before the variables', ['--registry-url', 'http://localhost:5000'], { REGISTRY_DOCTOR_REGISTRY_URL: 'no' }],
    ['our variable before the other', [], { REGISTRY_DOCTOR_REGISTRY_URL: 'http://localhost:5000', K3D_REGISTRY_HEALTHCHECK_URL: 'no' }],
    ['an empty variable is none', [], { REGISTRY_DOCTOR_REGISTRY_URL: '' }],
  ])('%s', async (_what, argv, env) => {
    expect(await line(argv, env), 'there is no engine, which is the next thing to be seen').toBe('3 ')
  })

  test.each([[['--wait', '5s']], [['--registry-url', 'http://localhost:5000']]])('is not for a bundle: %j', async (argv) => {
    expect(await line([...argv, '--from', 'bundle.json'])).toMatch(/^2 registry-doctor: --\S+ is about live clusters: [^\n]+\n$/)
  })
})
