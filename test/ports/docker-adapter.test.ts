import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDockerPort } from '../../src/ports/docker-adapter.ts'
import type { DockerReadPort } from '../../src/ports/docker.ts'
import { makeCertificate } from './certificates.ts'
import { frame, startEngine, type Answer, type FakeEngine } from './fake-engine.ts'

const limits = { callMs: 250, registryMs: 150 }
let engine: FakeEngine | undefined
let cancel: AbortController

beforeEach(() => (cancel = new AbortController()))
afterEach(async () => {
  await engine?.close()
  engine = undefined
})

async function port(routes: Readonly<Record<string, Answer>>, own = limits): Promise<DockerReadPort> {
  engine = await startEngine(routes)
  return createDockerPort({ DOCKER_HOST: engine.endpoint }, cancel.signal, own)
}
const portAt = (endpoint: string, env: NodeJS.ProcessEnv = {}): DockerReadPort =>
  createDockerPort({ DOCKER_HOST: endpoint, ...env }, cancel.signal, limits)

const created = { 'POST /containers/n/exec': [201, { Id: 'e1' }], 'GET /exec/e1/json': { ExitCode: 0 } } as const
const stream =
  (...chunks: (Buffer | string)[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.docker.raw-stream' })
    const send = (rest: readonly (Buffer | string)[]): void => {
      if (rest.length === 0) return void response.end()
      // A chunk of its own each: the next one only when this one has left.
      response.write(rest[0], () => setImmediate(send, rest.slice(1)))
    }
    send(chunks)
  }

describe('asking the engine', () => {
  test('its version', async () => {
    const docker = await port({ 'GET /version': { Version: '28.3.0', ApiVersion: '1.51', Os: 'linux', More: 1 } })
    expect(await docker.version()).toEqual({ version: '28.3.0', apiVersion: '1.51', os: 'linux' })
    expect(docker.endpoint).toBe(engine!.endpoint)
  })

  test('for all containers, stopped ones too', async () => {
    let query = ''
    const docker = await port({
      'GET /containers/json': (response, request) => {
        query = request.url!
        response.end('[{"Id":"1"}]')
      },
    })
    expect(await docker.listContainers()).toEqual([{ Id: '1' }])
    expect(query).toMatch(/\?all=(?:true|1)/)
  })

  test('for a container that is not there', async () => {
    const docker = await port({ 'GET /containers/r/json': [404, { message: 'No such container: r' }] })
    expect(await docker.inspectContainer('r')).toBeNull()
  })

  test('for a path that is not there', async () => {
    const docker = await port({ 'GET /containers/n/archive': [404, { message: 'Could not find the file /x' }] })
    expect(await docker.archive('n', '/x', 100)).toBeNull()
  })

  test('for a path, as an archive', async () => {
    const docker = await port({ 'GET /containers/n/archive': stream('abc', 'def') })
    expect((await docker.archive('n', '/x', 6))?.toString()).toBe('abcdef')
  })

  test('for a path that is larger than wanted', async () => {
    const docker = await port({ 'GET /containers/n/archive': stream('abc', 'defg') })
    await expect(docker.archive('n', '/x', 6)).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/\/x of n.*6 bytes/) as string,
    })
  })

  test.each([
    ['frames', Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n')]), 'one\ntwo\n'],
    ['the text of a terminal', Buffer.from('plain log\n'), 'plain log\n'],
    ['frames that are cut off', frame(1, 'one two').subarray(0, 11), 'one'],
    ['nothing', Buffer.alloc(0), ''],
  ])("for a log's last lines: %s", async (_what, body, expected) => {
    const docker = await port({ 'GET /containers/r/logs': (response) => response.end(body) })
    expect(await docker.logTail('r', 5)).toBe(expected)
  })
})

describe('the registry as the engine reaches it', () => {
  test.each([
    [200, { Descriptor: { digest: 'sha256:1' } }, { Descriptor: { digest: 'sha256:1' } }],
    [404, { message: 'manifest unknown' }, { message: 'manifest unknown' }],
    [401, { message: 'no basic auth credentials' }, { message: 'no basic auth credentials' }],
    [500, { message: 'Get "http://r/v2/": dial tcp: connection refused' }, { message: 'Get "http://r/v2/": dial tcp: connection refused' }],
  ])('HTTP %i is an answer', async (status, body, expected) => {
    const docker = await port({ 'GET /distribution/localhost:5001/a:b/json': [status, body] })
    expect(await docker.distribution('localhost:5001/a:b')).toEqual({ status, body: expected })
  })

  test('its silence is a timeout of its own, sooner than that of the engine', async () => {
    const docker = await port({ 'GET /distribution/r/a:b/json': 'hang' }, { callMs: 60_000, registryMs: 100 })
    await expect(docker.distribution('r/a:b')).rejects.toMatchObject({ code: 'timeout' })
  })
})

describe('running a command in a container', () => {
  const exec = (docker: DockerReadPort) => docker.exec('n', ['sh', '-c', 'x'], 400)

  test('both streams and the exit code; the command goes over as it is', async () => {
    let body = ''
    const docker = await port({
      ...created,
      'POST /containers/n/exec': (response, request) => {
        request.setEncoding('utf8').on('data', (text: string) => (body += text))
        request.on('end', () => response.writeHead(201, { 'content-type': 'application/json' }).end('{"Id":"e1"}'))
      },
      'GET /exec/e1/json': { ExitCode: 3 },
      'POST /exec/e1/start': stream(frame(1, 'out 1\n'), frame(2, 'err\n'), frame(1, 'out 2\n')),
    })
    expect(await exec(docker)).toEqual({ exitCode: 3, stdout: 'out 1\nout 2\n', stderr: 'err\n', lineMs: [expect.any(Number)] })
    expect(JSON.parse(body)).toMatchObject({ Cmd: ['sh', '-c', 'x'], AttachStdout: true, AttachStderr: true })
  })

  const all = Buffer.concat([frame(1, 'one '), frame(2, 'wrong ü'), frame(1, ''), frame(1, 'two ü')])
  test.each(Array.from({ length: all.length - 1 }, (_, index) => index + 1).filter((at) => at < 20 || at % 5 === 0))(
    'frames that are split over chunks, at byte %i',
    async (at) => {
      const docker = await port({ ...created, 'POST /exec/e1/start': stream(all.subarray(0, at), all.subarray(at)) })
      expect(await exec(docker)).toEqual({ exitCode: 0, stdout: 'one two ü', stderr: 'wrong ü', lineMs: [expect.any(Number)] })
    },
  )

  test('no output', async () => {
    const docker = await port({ ...created, 'POST /exec/e1/start': stream() })
    expect(await exec(docker)).toEqual({ exitCode: 0, stdout: '', stderr: '', lineMs: [] })
  })

  test('output without an end is cut, not kept', async () => {
    const docker = await port(
      {
        ...created,
        'POST /exec/e1/start': (response) => {
          const more = (): void => {
            while (!response.destroyed && response.write(frame(1, 'x'.repeat(16_384))));
          }
          response.on('drain', more)
          more()
        },
      },
      { callMs: 5_000, registryMs: 100 },
    )
    await expect(docker.exec('n', ['yes'], 5_000)).rejects.toMatchObject({ code: 'too-large' })
    await engine!.released()
  })

  test.each([
    ['stopped', [409, { message: 'container 1 is not running' }], 'n is not running'],
    ['paused', [409, { message: 'container 1 is paused, unpause the container before exec' }], 'n is paused'],
  ] as const)('a container that is %s', async (_state, answer, message) => {
    const docker = await port({ 'POST /containers/n/exec': answer })
    await expect(exec(docker)).rejects.toMatchObject({ code: 'not-running', message })
  })

  test('a container that stops between the two calls', async () => {
    const docker = await port({ ...created, 'POST /exec/e1/start': [409, { message: 'Container 1 is not running' }] })
    await expect(exec(docker)).rejects.toMatchObject({ code: 'not-running' })
  })

  test('a container that is not there', async () => {
    const docker = await port({ 'POST /containers/n/exec': [404, { message: 'No such container: n' }] })
    await expect(exec(docker)).rejects.toMatchObject({ code: 'not-running', message: 'there is no container n' })
  })

  test('a command that does not end', async () => {
    const docker = await port({ ...created, 'POST /exec/e1/start': (response) => void response.writeHead(200).write(frame(1, 'a')) })
    await expect(exec(docker)).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/0\.4 s \(run sh in n\)/) as string,
    })
  })

  test('a connection that breaks off', async () => {
    const docker = await port({
      ...created,
      'POST /exec/e1/start': (response) => {
        response.writeHead(200).write(frame(1, 'a'))
        setImmediate(() => response.socket!.destroy())
      },
    })
    await expect(exec(docker)).rejects.toMatchObject({ code: expect.stringMatching(/^docker-(?:unreachable|error)$/) as string })
  })
})

describe('an engine that can not be asked', () => {
  test('no socket', async () => {
    await expect(portAt('unix:///no/such/engine.sock').listContainers()).rejects.toMatchObject({
      code: 'docker-unreachable',
      message: 'no Docker engine answers at unix:///no/such/engine.sock (ENOENT)',
    })
  })

  test('a socket at which nobody listens', async () => {
    await expect(portAt('tcp://127.0.0.1:1').version()).rejects.toMatchObject({
      code: 'docker-unreachable',
      message: expect.stringContaining('ECONNREFUSED') as string,
    })
  })

  test.skipIf(userInfo().uid === 0)('a socket that may not be used', async () => {
    const docker = await port({})
    chmodSync(engine!.socket, 0)
    await expect(docker.version()).rejects.toMatchObject({ code: 'docker-forbidden' })
  })

  test.each(['no where', 'localhost:2375', 'tcp://', 'ftp://engine', 'fd://'])('DOCKER_HOST=%s', async (endpoint) => {
    await expect(portAt(endpoint).version()).rejects.toMatchObject({
      code: 'docker-unreachable',
      message: expect.stringMatching(/^DOCKER_HOST says ".*", which cannot be used: an address is unix:\/\//) as string,
    })
  })

  test('certificates that are not there', async () => {
    await expect(portAt('tcp://127.0.0.1:1', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/no/such' }).version()).rejects.toMatchObject({
      code: 'docker-unreachable',
      message: expect.stringMatching(/\/no\/such\/ca\.pem/) as string,
    })
  })

  test('silence', async () => {
    const docker = await port({ 'GET /containers/json': 'hang' })
    await expect(docker.listContainers()).rejects.toMatchObject({
      code: 'timeout',
      message: 'the Docker engine did not answer within 0.25 s (list containers)',
    })
    await engine!.released()
  })

  test('a fault of its own', async () => {
    const docker = await port({ 'GET /containers/r/json': [500, { message: 'disk is broken' }] })
    await expect(docker.inspectContainer('r')).rejects.toMatchObject({
      code: 'docker-error',
      message: 'the Docker engine refused (inspect r): disk is broken',
    })
  })

  test('an answer that is no JSON', async () => {
    const docker = await port({ 'GET /containers/json': (response) => response.end('<html>') })
    await expect(docker.listContainers()).rejects.toMatchObject({ code: 'docker-error' })
  })
})

test('over TLS, with the certificates of DOCKER_CERT_PATH', async () => {
  const authority = makeCertificate('ca', { authority: true })
  const server = makeCertificate('engine', { issuer: authority, names: ['localhost', 'ip:127.0.0.1'] })
  const client = makeCertificate('client', { issuer: authority })
  const folder = mkdtempSync(join(tmpdir(), 'rd-certs-'))
  for (const [file, text] of Object.entries({ 'ca.pem': authority.pem, 'cert.pem': client.pem, 'key.pem': client.keyPem }))
    writeFileSync(join(folder, file), text)
  const https = createServer(
    { cert: server.pem, key: server.keyPem, ca: authority.pem, requestCert: true, rejectUnauthorized: true },
    (_request, response) => response.setHeader('content-type', 'application/json').end('{"Version":"28","ApiVersion":"1","Os":"linux"}'),
  )
  https.listen(0, '127.0.0.1')
  await once(https, 'listening')
  const docker = portAt(`tcp://127.0.0.1:${(https.address() as AddressInfo).port}`, { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder })
  expect((await docker.version()).version).toBe('28')
  https.closeAllConnections()
  https.close()
  rmSync(folder, { recursive: true })
})

describe('cancelling', () => {
  const calls: Record<string, (docker: DockerReadPort) => Promise<unknown>> = {
    'GET /version': (docker) => docker.version(),
    'GET /containers/json': (docker) => docker.listContainers(),
    'GET /containers/n/json': (docker) => docker.inspectContainer('n'),
    'GET /containers/n/archive': (docker) => docker.archive('n', '/x', 1),
    'GET /containers/n/logs': (docker) => docker.logTail('n', 1),
    'GET /distribution/n/json': (docker) => docker.distribution('n'),
    'POST /containers/n/exec': (docker) => docker.exec('n', ['x'], 60_000),
  }
  test.each(Object.entries(calls))('ends %s at once', async (route, call) => {
    const docker = await port({ [route]: 'hang' }, { callMs: 60_000, registryMs: 60_000 })
    const outcome = call(docker)
    outcome.catch(() => undefined)
    await engine!.waitFor(route)
    cancel.abort(new Error('interrupted'))
    await expect(outcome).rejects.toThrow()
  })

  test('ends a command that is running', async () => {
    const docker = await port({ ...created, 'POST /exec/e1/start': 'hang' }, { callMs: 60_000, registryMs: 100 })
    const outcome = docker.exec('n', ['x'], 60_000)
    outcome.catch(() => undefined)
    await engine!.waitFor('POST /exec/e1/start')
    cancel.abort(new Error('interrupted'))
    await expect(outcome).rejects.toThrow()
  })

  test('before it begins, asks nothing', async () => {
    const docker = await port({})
    cancel.abort(new Error('interrupted'))
    await expect(docker.version()).rejects.toThrow()
    expect(engine!.asked).toEqual([])
  })
})

describe('where the engine is', () => {
  let home: string
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'rd-docker-'))))
  afterEach(() => rmSync(home, { recursive: true, force: true }))
  const endpoint = (env: NodeJS.ProcessEnv): string => createDockerPort({ DOCKER_CONFIG: home, ...env }, cancel.signal).endpoint
  const standard = 'unix:///var/run/docker.sock'
  /** The folder of a context is the sha256 of its name. */
  const colima = 'f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16'
  const addContext = (text: string): void => {
    mkdirSync(join(home, 'contexts/meta', colima), { recursive: true })
    writeFileSync(join(home, 'contexts/meta', colima, 'meta.json'), text)
  }
  const meta = JSON.stringify({ Name: 'colima', Endpoints: { docker: { Host: 'unix:///colima.sock' } } })

  test('the default', () => expect(endpoint({})).toBe(standard))
  test('DOCKER_HOST', () => expect(endpoint({ DOCKER_HOST: 'tcp://h:1', DOCKER_CONTEXT: 'colima' })).toBe('tcp://h:1'))
  test('an empty DOCKER_HOST is none', () => expect(endpoint({ DOCKER_HOST: '' })).toBe(standard))
  test('DOCKER_CONTEXT', () => {
    addContext(meta)
    expect(endpoint({ DOCKER_CONTEXT: 'colima' })).toBe('unix:///colima.sock')
  })
  test('the current context of config.json', () => {
    addContext(meta)
    writeFileSync(join(home, 'config.json'), '{"currentContext":"colima"}')
    expect(endpoint({})).toBe('unix:///colima.sock')
    expect(endpoint({ DOCKER_CONTEXT: 'default' })).toBe(standard)
  })
  test.each(['{', '[]', 'null', '{"currentContext":5}', '{"currentContext":"default"}', '{"currentContext":""}'])(
    'config.json is %s: the default',
    (text) => {
      writeFileSync(join(home, 'config.json'), text)
      expect(endpoint({})).toBe(standard)
    },
  )
  test.each([['{'], ['{}'], ['{"Endpoints":{}}']])('a context that can not be read (%s) is told of, not passed over', async (text) => {
    addContext(text)
    const docker = createDockerPort({ DOCKER_CONFIG: home, DOCKER_CONTEXT: 'colima' }, cancel.signal, limits)
    await expect(docker.version()).rejects.toMatchObject({
      code: 'docker-unreachable',
      message: expect.stringMatching(/context "?colima"?/) as string,
    })
  })
  test('a context without a host is the default', () => {
    addContext('{"Endpoints":{"docker":{"Host":""}}}')
    expect(endpoint({ DOCKER_CONTEXT: 'colima' })).toBe(standard)
  })
  test('a context that does not exist is told of, not passed over', async () => {
    const docker = createDockerPort({ DOCKER_CONFIG: home, DOCKER_CONTEXT: 'gone' }, cancel.signal, limits)
    await expect(docker.version()).rejects.toMatchObject({
      code: 'docker-unreachable',
      message: expect.stringMatching(/context "?gone"?/) as string,
    })
  })
})
