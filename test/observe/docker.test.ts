import { describe, expect, test } from 'vitest'
import { dockerContainer, dockerContainers, dockerDistribution, dockerEngine, dockerLogLine } from '../../src/observe/docker.ts'
import { DockerError } from '../../src/ports/docker.ts'
import { fakePorts } from './fake-ports.ts'

const inspect = (raw: unknown) => dockerContainer(fakePorts({ docker: { inspectContainer: async () => raw } }), { name: 'r' })
const list = (...raw: unknown[]) => dockerContainers(fakePorts({ docker: { listContainers: async () => raw } }), {})

const registry = {
  Name: '/kind-registry',
  Path: '/entrypoint.sh',
  Args: ['/etc/distribution/config.yml'],
  State: { Status: 'running', ExitCode: 0, OOMKilled: false, StartedAt: '2026-01-01T00:00:00Z', FinishedAt: '0001-01-01T00:00:00Z' },
  Config: { Image: 'registry:3', Env: ['PATH=/bin', 'OTEL_TRACES_EXPORTER=none', 'EMPTY=', 'EQUALS=a=b', 'BARE'] },
  HostConfig: { RestartPolicy: { Name: 'always' }, PortBindings: { '5000/tcp': [{ HostIp: '127.0.0.1', HostPort: '5001' }] } },
  NetworkSettings: {
    Ports: { '5000/tcp': [{ HostIp: '127.0.0.1', HostPort: '5001' }] },
    Networks: {
      kind: { IPAddress: '172.18.0.5', GlobalIPv6Address: 'fc00::5', Aliases: null, DNSNames: ['kind-registry', 'f75b'] },
      bridge: { IPAddress: '172.17.0.2', GlobalIPv6Address: '', Aliases: null, DNSNames: null },
    },
  },
  Mounts: [
    { Type: 'volume', Name: 'data', Source: '/var/lib/docker/volumes/data', Destination: '/var/lib/registry' },
    { Type: 'bind', Source: '/home/me/config.yml', Destination: '/etc/distribution/config.yml' },
  ],
}

test('a registry that runs', async () => {
  expect(await inspect(registry)).toEqual({
    name: 'kind-registry',
    image: 'registry:3',
    state: 'running',
    exitCode: 0,
    oomKilled: false,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '0001-01-01T00:00:00Z',
    restartPolicy: 'always',
    env: expect.objectContaining({ OTEL_TRACES_EXPORTER: 'none' }) as unknown,
    args: ['/entrypoint.sh', '/etc/distribution/config.yml'],
    published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5001 }],
    aliases: { kind: ['kind-registry', 'f75b'], bridge: [] },
    networks: [
      { name: 'bridge', address: '172.17.0.2' },
      { name: 'kind', address: '172.18.0.5', addressV6: 'fc00::5' },
    ],
    mounts: [
      { type: 'volume', name: 'data', destination: '/var/lib/registry' },
      { type: 'bind', destination: '/etc/distribution/config.yml' },
    ],
  })
})

describe('what engines leave out', () => {
  test('a stopped container keeps what it asked for: ports and networks', async () => {
    const stopped = {
      ...registry,
      State: { Status: 'exited', ExitCode: 137, OOMKilled: true, StartedAt: 'a', FinishedAt: 'b' },
      NetworkSettings: { Ports: {}, Networks: { bridge: { IPAddress: '', DNSNames: null, Aliases: null } } },
    }
    expect(await inspect(stopped)).toMatchObject({
      state: 'exited',
      exitCode: 137,
      oomKilled: true,
      published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5001 }],
      networks: [{ name: 'bridge', address: '' }],
    })
  })

  test('Docker 20.10 has Aliases only', async () => {
    const old = {
      ...registry,
      NetworkSettings: { Ports: {}, Networks: { kind: { IPAddress: '172.18.0.5', Aliases: ['registry', 'f75b'] } } },
    }
    expect(await inspect(old)).toMatchObject({ aliases: { kind: ['registry', 'f75b'] } })
  })

  test('a container without environment, ports, mounts, policy and networks', async () => {
    const bare = {
      Name: '/r',
      State: { Status: 'created', ExitCode: 0, StartedAt: '', FinishedAt: '' },
      Config: { Image: 'registry', Env: null },
      HostConfig: { PortBindings: null, RestartPolicy: { Name: '' } },
      NetworkSettings: { Ports: null },
    }
    expect(await inspect(bare)).toMatchObject({
      env: {},
      args: [''],
      published: [],
      aliases: {},
      networks: [],
      mounts: [],
      restartPolicy: 'no',
      oomKilled: false,
    })
  })

  test('no such container', async () => {
    expect(await inspect(null)).toEqual({ absent: true })
  })

  test('an answer of another form is a failure, not a crash', async () => {
    await expect(inspect({ Name: 5 })).rejects.toMatchObject({ name: 'ObservationFailure', kind: 'docker.container' })
  })
})

describe('published ports', () => {
  const published = async (asked: object | null, given: object | null): Promise<unknown> => {
    const one = await inspect({ ...registry, HostConfig: { PortBindings: asked }, NetworkSettings: { Ports: given } })
    return 'published' in one && one.published
  }
  test.each<[string, object | null, object | null, unknown[]]>([
    [
      'on all addresses, of both families',
      { '5000/tcp': [{ HostIp: '', HostPort: '5001' }] },
      {
        '5000/tcp': [
          { HostIp: '0.0.0.0', HostPort: '5001' },
          { HostIp: '::', HostPort: '5001' },
        ],
      },
      [{ port: 5000, hostIp: '', hostPort: 5001 }],
    ],
    [
      'on two addresses',
      {
        '5000/tcp': [
          { HostIp: '127.0.0.1', HostPort: '5001' },
          { HostIp: '::1', HostPort: '5001' },
        ],
      },
      null,
      [
        { port: 5000, hostIp: '127.0.0.1', hostPort: 5001 },
        { port: 5000, hostIp: '::1', hostPort: 5001 },
      ],
    ],
    [
      'any that is free',
      { '5000/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
      { '5000/tcp': [{ HostIp: '127.0.0.1', HostPort: '49153' }] },
      [{ port: 5000, hostIp: '127.0.0.1', hostPort: 49153 }],
    ],
    ['any that is free, while it is stopped', { '5000/tcp': [{ HostIp: '', HostPort: '' }] }, {}, [{ port: 5000, hostIp: '' }]],
    [
      'one of a range',
      { '5000/tcp': [{ HostIp: '', HostPort: '5001-5010' }] },
      { '5000/tcp': [{ HostIp: '0.0.0.0', HostPort: '5003' }] },
      [{ port: 5000, hostIp: '', hostPort: 5003 }],
    ],
    ['one of a range, while it is stopped', { '5000/tcp': [{ HostIp: '', HostPort: '5001-5010' }] }, null, [{ port: 5000, hostIp: '' }]],
    ['only exposed', { '5000/tcp': null }, { '5000/tcp': null }, []],
    ['UDP, which no registry speaks', { '5000/udp': [{ HostIp: '', HostPort: '5000' }] }, null, []],
    ['none', null, null, []],
  ])('%s', async (_what, asked, given, expected) => {
    expect(await published(asked, given)).toEqual(expected)
  })
})

describe('the list of containers', () => {
  test('is in the order of their names, with the labels of clusters only', async () => {
    const listed = await list(
      {
        Names: ['/b'],
        Image: 'kindest/node',
        State: 'running',
        Labels: { 'io.x-k8s.kind.cluster': 'dev', 'desktop.secret': 'x' },
        Ports: [{ PrivatePort: 6443, PublicPort: 1, IP: '127.0.0.1', Type: 'tcp' }],
      },
      { Names: ['/a', '/b/alias'], Labels: null },
    )
    expect(listed).toEqual([
      { name: 'a', image: '', state: 'unknown', labels: {}, ports: [], networks: [] },
      {
        name: 'b',
        image: 'kindest/node',
        state: 'running',
        labels: { 'io.x-k8s.kind.cluster': 'dev' },
        ports: [{ port: 6443, hostIp: '127.0.0.1', hostPort: 1 }],
        networks: [],
      },
    ])
  })

  test('a container without a name is none', async () => {
    expect(await list({ Names: [] }, {})).toEqual([])
  })
})

test('the engine', async () => {
  const ports = fakePorts({ docker: { endpoint: 'unix:///s', version: async () => ({ version: '28', apiVersion: '1', os: 'linux' }) } })
  expect(await dockerEngine(ports, {})).toEqual({ version: '28', os: 'linux', endpoint: 'unix:///s' })
})

describe('the registry as the engine reaches it', () => {
  const ask = (answer: () => Promise<{ status: number; body: unknown }>) =>
    dockerDistribution(fakePorts({ docker: { distribution: answer } }), { image: 'r/a:b' })
  test.each([
    [
      { status: 200, body: { Descriptor: { digest: 'sha256:1', size: 5 }, Platforms: [] } },
      { status: 200, digest: 'sha256:1' },
    ],
    [
      { status: 404, body: { message: 'manifest unknown' } },
      { status: 404, message: 'manifest unknown' },
    ],
    [{ status: 500, body: null }, { status: 500 }],
    [
      { status: 200, body: { Descriptor: { digest: 'sha256:1' }, Platforms: [{ os: 'linux', architecture: 'arm64', variant: 'v8' }] } },
      { status: 200, digest: 'sha256:1', platforms: ['linux/arm64/v8'] },
    ],
    [{ status: 200, body: 'text' }, { status: 200 }],
  ])('%j', async (answer, expected) => {
    expect(await ask(async () => answer)).toEqual(expected)
  })

  test('silence is an answer: the engine answers everything else', async () => {
    expect(await ask(async () => Promise.reject(new DockerError('timeout', 'x')))).toEqual({
      status: 0,
      message: 'no answer from the registry within the time limit',
    })
  })

  test('an engine that is gone is a failure', async () => {
    await expect(ask(async () => Promise.reject(new DockerError('docker-unreachable', 'gone')))).rejects.toMatchObject({
      code: 'docker-unreachable',
      message: 'gone',
    })
  })
})

test.each([
  ['GET /v2/abc', 'b GET /v2/abc 200'],
  ['abd', null],
])('the log line that contains %j', async (contains, line) => {
  const ports = fakePorts({ docker: { logTail: async () => 'a\nb GET /v2/abc 200\nc GET /v2/abc 200\n' } })
  expect(await dockerLogLine(ports, { container: 'r', contains })).toEqual({ line })
})

test('a log line that comes late is waited for', async () => {
  const tails = ['a\n', 'a\n', 'a\nb GET /v2/abc 200\n']
  const ports = fakePorts({ docker: { logTail: async () => tails.shift()! } })
  expect(await dockerLogLine(ports, { container: 'r', contains: 'abc' })).toEqual({ line: 'b GET /v2/abc 200' })
})
