import { afterEach, describe, expect, test } from 'vitest'
import { createDockerWritePort } from '../../../src/ports/write/docker-adapter.ts'
import type { DockerWritePort } from '../../../src/ports/write/docker.ts'
import { frame, startEngine, type Answer, type FakeEngine } from '../fake-engine.ts'

let engine: FakeEngine | undefined
afterEach(async () => {
  await engine?.close()
  engine = undefined
})
async function port(routes: Readonly<Record<string, Answer>>): Promise<DockerWritePort> {
  engine = await startEngine(routes)
  return createDockerWritePort({ DOCKER_HOST: engine.endpoint })
}
const lines =
  (...told: readonly object[]): Answer =>
  (response) =>
    void response.end(told.map((one) => `${JSON.stringify(one)}\r\n`).join(''))

describe('a process in a node', () => {
  const created = { 'POST /containers/n/exec': [201, { Id: 'e1' }] } as const

  test('its output and exit code', async () => {
    const docker = await port({
      ...created,
      'POST /exec/e1/start': (response) => void response.end(Buffer.concat([frame(1, 'out'), frame(2, 'no such image')])),
      'GET /exec/e1/json': { ExitCode: 1 },
    })
    expect(await docker.run('n', ['crictl', 'rmi', 'x'], 1000)).toMatchObject({ exitCode: 1, stdout: 'out', stderr: 'no such image' })
  })
  test.each<[string, Readonly<Record<string, Answer>>, object]>([
    [
      'its end does not come',
      { ...created, 'POST /exec/e1/start': 'hang' },
      { code: 'timeout', message: expect.stringMatching(/within 0.1 s \(run crictl in n\)/) },
    ],
    [
      'the node is stopped',
      { 'POST /containers/n/exec': [409, { message: 'container n is not running' }] },
      { code: 'not-running', message: 'n is not running' },
    ],
    ['there is no such node', {}, { code: 'not-running', message: 'there is no container n' }],
  ])('%s', async (_what, routes, error) => {
    const docker = await port(routes)
    await expect(docker.run('n', ['crictl'], 100)).rejects.toMatchObject(error)
  })
  test('there is no engine', async () => {
    const docker = createDockerWritePort({ DOCKER_HOST: 'unix:///nowhere.sock' })
    await expect(docker.run('n', ['crictl'], 100)).rejects.toMatchObject({ code: 'docker-unreachable' })
  })
})

describe('an image', () => {
  test('is loaded as it is', async () => {
    let got = ''
    const docker = await port({
      'POST /images/load': (response, request) => {
        request.on('data', (chunk: Buffer) => (got += chunk.toString()))
        request.on('end', () => response.end('{"stream":"Loaded image: a:1\\n"}\n'))
      },
    })
    await docker.load(Buffer.from('an archive'))
    expect(got).toBe('an archive')
  })
  test('cannot be loaded', async () => {
    const docker = await port({ 'POST /images/load': lines({ errorDetail: {}, error: 'archive/tar: invalid tar header' }) })
    await expect(docker.load(Buffer.from('x'))).rejects.toMatchObject({
      code: 'docker-error',
      message: expect.stringContaining('invalid tar header'),
    })
  })
  test('is pushed: the digest is what the engine tells last', async () => {
    const docker = await port({
      'POST /images/localhost:5001/a:1/push': lines(
        { status: 'The push refers to…' },
        { status: 'Pushed' },
        { progressDetail: {}, aux: { Tag: '1', Digest: 'sha256:d', Size: 5 } },
      ),
    })
    expect(await docker.push('localhost:5001/a:1')).toEqual({ digest: 'sha256:d' })
  })
  test.each<[string, readonly object[], string]>([
    ['is refused', [{ status: 'Preparing' }, { errorDetail: {}, error: 'denied: no' }], 'denied: no'],
    ['comes to no digest', [{ status: 'Pushed' }], 'the engine did not tell a digest'],
  ])('%s: that is an answer', async (_what, told, error) => {
    const docker = await port({ 'POST /images/localhost:5001/a:1/push': lines(...told) })
    expect(await docker.push('localhost:5001/a:1')).toEqual({ error })
  })
  test('loses its name', async () => {
    const docker = await port({ 'DELETE /images/localhost:5001/a:1': [] })
    await docker.untag('localhost:5001/a:1')
    expect(engine!.asked).toEqual(['DELETE /images/localhost:5001/a:1'])
  })
  test('has no such name: it is gone', async () => {
    const docker = await port({ 'DELETE /images/localhost:5001/a:1': [404, { message: 'No such image: localhost:5001/a:1' }] })
    await expect(docker.untag('localhost:5001/a:1')).resolves.toBeUndefined()
  })
  test('cannot lose it', async () => {
    const docker = await port({ 'DELETE /images/localhost:5001/a:1': [500, { message: 'no' }] })
    await expect(docker.untag('localhost:5001/a:1')).rejects.toMatchObject({ code: 'docker-error' })
  })
})
