import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatBundle, parseBundle, toBundle } from '../../src/bundle/bundle.ts'
import { checks } from '../../src/checks/index.ts'
import { examine } from '../../src/engine/examine.ts'
import { liveSession, replaySession } from '../../src/engine/session.ts'
import type { Report } from '../../src/model/report.ts'
import { createObservers, type ReadPorts } from '../../src/observe/index.ts'
import { DockerError } from '../../src/ports/docker.ts'
import { createKubePort } from '../../src/ports/kube-adapter.ts'
import { createRedactor } from '../../src/redact/redact.ts'
import { reporters } from '../../src/reporters/index.ts'
import { archiveOf, type ArchiveEntry } from '../observe/archive.ts'
import { fakePorts } from '../observe/fake-ports.ts'
import { makeCertificate } from '../ports/certificates.ts'

// Secrets are put wherever one can come from, and must be nowhere in what leaves the process.

const authority = makeCertificate('kubernetes', { authority: true })
const client = makeCertificate('client')
const user = makeCertificate('user')

const secret = (word: string): string => `Zz9-${word}-Qx7`
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Where each secret is put. */
const planted = {
  'environment of the registry: REGISTRY_PROXY_PASSWORD': secret('proxypw'),
  'environment of the registry: REGISTRY_HTTP_SECRET': secret('httpsecret'),
  'environment of the registry: a URL': secret('redis'),
  'argument of the registry: --token': secret('argtoken'),
  'argument of the registry: --password=': secret('argpw'),
  'label of a container': secret('label'),
  'hosts.toml: Authorization': base64(`user:${secret('hosts')}`),
  'hosts.toml: a header of its own': secret('ownheader'),
  'hosts.toml: password of an endpoint': secret('endpoint'),
  'config.toml: password': secret('configpw'),
  'config.toml: auth': base64(`user:${secret('configauth')}`),
  'certs.d: key file': client.keyPem.split('\n')[1]!,
  'certs.d: key file in base64': base64(client.keyPem).slice(64, 120),
  'certs.d: key beside its certificate': client.keyPem.split('\n')[2]!,
  "containerd's environment: proxy": secret('nodeproxy'),
  "containerd's environment: something else": secret('nodeenv'),
  "containerd's arguments": secret('nodearg'),
  'trace: Authorization': secret('tracetoken'),
  'trace: a header of its own': secret('traceheader'),
  'trace: error with a URL': secret('traceurl'),
  'http: Set-Cookie': secret('cookie'),
  'http: Location': secret('location'),
  'http: body': secret('body'),
  "engine's view of the registry": secret('distribution'),
  'log of the registry': secret('log'),
  'failure of the engine': secret('failure'),
  'kubeconfig: token': secret('kubetoken'),
  'kubeconfig: client-key-data': base64(user.keyPem).slice(130, 180),
  'kubeconfig: password of the server': secret('serverpw'),
  'API: ConfigMap': secret('configmap'),
  'API: annotation': secret('annotation'),
  'API: variable': secret('variable'),
} as const
type Place = keyof typeof planted

/** What no observation keeps at all; everything else is seen where nothing is redacted, or the test would prove nothing. */
const neverKept: Place[] = [
  'certs.d: key file',
  'certs.d: key beside its certificate',
  "containerd's environment: something else",
  'label of a container',
  'trace: Authorization',
  'trace: a header of its own',
  'kubeconfig: token',
  'kubeconfig: client-key-data',
]

const nodeFiles: ArchiveEntry[] = [
  { name: 'containerd/' },
  {
    name: 'containerd/config.toml',
    content: `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = ""\n[plugins."io.containerd.grpc.v1.cri".registry.configs."r:5000".auth]\n  username = "user"\n  password = "${planted['config.toml: password']}"\n  auth = "${planted['config.toml: auth']}"\n`,
  },
  { name: 'containerd/certs.d/' },
  { name: 'containerd/certs.d/localhost:5001/' },
  {
    name: 'containerd/certs.d/localhost:5001/hosts.toml',
    content: `[host."http://user:${planted['hosts.toml: password of an endpoint']}@kind-registry:5000"]\n[host."http://user:${planted['hosts.toml: password of an endpoint']}@kind-registry:5000".header]\n  Authorization = ["Basic ${planted['hosts.toml: Authorization']}"]\n  X-JFrog-Art-Api = "${planted['hosts.toml: a header of its own']}"\n`,
  },
  { name: 'containerd/certs.d/localhost:5001/client.key', content: client.keyPem },
  { name: 'containerd/certs.d/localhost:5001/client.pem', content: client.pem + client.keyPem },
  { name: 'containerd/certs.d/localhost:5001/client.b64', content: `${base64(client.keyPem)}\n` },
]

const runtime = `containerd github.com/containerd/containerd/v2 v2.1.4 abc
--- args
/usr/local/bin/containerd
--api-token
${planted["containerd's arguments"]}
--- environ
PATH=/bin
HTTP_PROXY=http://user:${planted["containerd's environment: proxy"]}@proxy:3128
MY_SECRET=${planted["containerd's environment: something else"]}
`

const dumpLine = (msg: string): string => `time="2026-01-01T00:00:00Z" level=info${msg === '' ? '' : ` msg=${JSON.stringify(msg)}`}\n`
const trace = [
  'HEAD /v2/app/manifests/1 HTTP/1.1',
  'Host: kind-registry:5000',
  `Authorization: Bearer ${planted['trace: Authorization']}`,
  `X-JFrog-Art-Api: ${planted['trace: a header of its own']}`,
  '',
]
  .map(dumpLine)
  .join('')
  .concat(
    `ctr: failed to do request: Head "http://user:${planted['trace: error with a URL']}@kind-registry:5000/v2/app/manifests/1": dial tcp: lookup kind-registry: no such host\n`,
  )

const container = (name: string, role: string, ports: object[]): object => ({
  Names: [`/${name}`],
  Image: 'kindest/node:v1.34.0',
  State: 'running',
  Labels: { 'io.x-k8s.kind.cluster': 'dev', 'io.x-k8s.kind.role': role },
  Ports: ports,
  NetworkSettings: { Networks: { kind: { IPAddress: '172.18.0.2' } } },
})

let folder: string
let ports: ReadPorts

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'registry-doctor-test-'))
  const kubeconfig = join(folder, 'config')
  writeFileSync(
    kubeconfig,
    `apiVersion: v1
kind: Config
clusters:
- name: kind-dev
  cluster: {server: "https://user:${planted['kubeconfig: password of the server']}@127.0.0.1:6443", certificate-authority-data: ${base64(authority.pem)}}
contexts:
- {name: kind-dev, context: {cluster: kind-dev, user: kind-dev}}
users:
- name: kind-dev
  user: {client-certificate-data: ${base64(user.pem)}, client-key-data: ${base64(user.keyPem)}, token: ${planted['kubeconfig: token']}}
`,
  )
  const kube = createKubePort({}, new AbortController().signal, kubeconfig)
  ports = fakePorts({
    docker: {
      endpoint: 'unix:///var/run/docker.sock',
      version: async () => ({ version: '28.0.0', apiVersion: '1.48', os: 'linux' }),
      listContainers: async () => [
        container('dev-control-plane', 'control-plane', [{ IP: '127.0.0.1', PrivatePort: 6443, PublicPort: 6443 }]),
        container('dev-worker', 'worker', []),
        {
          Names: ['/kind-registry'],
          Image: 'registry:3',
          State: 'running',
          Labels: { 'com.example.api-token': planted['label of a container'] },
          Ports: [{ IP: '127.0.0.1', PrivatePort: 5000, PublicPort: 5001 }],
          NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } },
        },
      ],
      inspectContainer: async (name) => ({
        Name: `/${name}`,
        Path: '/bin/registry',
        Args: [
          'serve',
          '--token',
          planted['argument of the registry: --token'],
          `--password=${planted['argument of the registry: --password=']}`,
        ],
        State: { Status: 'running', ExitCode: 0, StartedAt: '', FinishedAt: '' },
        Config: {
          Image: 'registry:3',
          Env: [
            `REGISTRY_PROXY_PASSWORD=${planted['environment of the registry: REGISTRY_PROXY_PASSWORD']}`,
            `REGISTRY_HTTP_SECRET=${planted['environment of the registry: REGISTRY_HTTP_SECRET']}`,
            `REGISTRY_REDIS_ADDR=redis://:${planted['environment of the registry: a URL']}@redis:6379`,
          ],
        },
        HostConfig: { PortBindings: { '5000/tcp': [{ HostIp: '127.0.0.1', HostPort: '5001' }] } },
        NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2', DNSNames: ['kind-registry'] } } },
      }),
      distribution: async () => ({
        status: 500,
        body: { message: `Get "https://user:${planted["engine's view of the registry"]}@localhost:5001/v2/": EOF` },
      }),
      logTail: async (_name, _lines) => `127.0.0.1 "GET /v2/?access_token=${planted['log of the registry']} HTTP/1.1" 200`,
      archive: async (node, path) => {
        if (path === '/etc/kubernetes/pki/ca.crt') return archiveOf([{ name: 'ca.crt', content: authority.pem }])
        if (node === 'dev-control-plane')
          throw new DockerError('docker-error', `refused: https://user:${planted['failure of the engine']}@engine/`)
        return archiveOf(nodeFiles)
      },
      exec: async (_name, argv) =>
        argv.includes('fetch-object') ? { exitCode: 1, stdout: '', stderr: trace } : { exitCode: 0, stdout: runtime, stderr: '' },
    },
    http: {
      request: async (_method, url) => ({
        status: url.includes('_catalog') ? 200 : 401,
        headers: {
          'set-cookie': `session=${planted['http: Set-Cookie']}; Path=/`,
          location: `/v2/?token=${planted['http: Location']}`,
          'www-authenticate': 'Bearer realm="https://auth.example/token",service="r"',
        },
        body: JSON.stringify({ token: planted['http: body'], repositories: ['app'] }),
        ms: 1,
      }),
    },
    kube: {
      contexts: () => kube.contexts(),
      get: async (_context, path) =>
        path === '/api/v1/nodes'
          ? {
              status: 200,
              body: {
                items: [
                  {
                    metadata: {
                      name: 'dev-worker',
                      annotations: { last: JSON.stringify({ env: [{ name: 'API_TOKEN', value: planted['API: annotation'] }] }) },
                    },
                    spec: { env: [{ name: 'DB_PASSWORD', value: planted['API: variable'] }] },
                  },
                ],
              },
            }
          : {
              status: 200,
              body: { data: { 'localRegistryHosting.v1': `host: "localhost:5001"\npassword: ${planted['API: ConfigMap']}\n` } },
            },
    },
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function everything(redact: <T>(value: T) => T): Promise<{ report: Report; bundle: string; outputs: Record<string, string> }> {
  const session = liveSession(createObservers(ports), redact)
  const report = await examine(session.look, { selection: { clusters: [] }, checks, failOn: 'error', mode: 'live' })
  // What this tool's checks do not look at by themselves, a plugin's may.
  await Promise.all([
    session.look('docker.logLine', { container: 'kind-registry', contains: 'GET' }),
    session.look('http', { vantage: 'host', method: 'GET', url: 'http://127.0.0.1:5001/v2/' }),
    session.look('docker.distribution', { image: 'localhost:5001/a:b' }),
  ])
  const bundle = formatBundle(toBundle(report.startedAt, { clusters: [] }, [], session.recorded()))
  const outputs: Record<string, string> = {}
  for (const { name, load } of reporters) {
    const render = await load()
    for (const verbose of [true, false])
      outputs[`${name}${verbose ? ' verbose' : ''}`] = render(report, { color: false, unicode: true, columns: 200, verbose, quiet: false })
        .map((one) => one.text)
        .join('\n')
  }
  return { report, bundle, outputs }
}

describe('secrets', () => {
  test('are all in what is looked at: without redaction they are seen', async () => {
    const { bundle } = await everything((value) => value)
    const missing = (Object.keys(planted) as Place[]).filter((place) => !bundle.includes(planted[place]))
    expect(missing.toSorted()).toEqual(neverKept.toSorted())
  })

  test('are in no bundle and no report', async () => {
    const { report, bundle, outputs } = await everything(createRedactor(new Uint8Array(32).fill(1)))
    expect(report.findings.length, 'there is something to report').toBeGreaterThan(0)
    for (const [what, text] of Object.entries({ bundle, report: JSON.stringify(report), ...outputs }))
      for (const [place, secretText] of Object.entries(planted)) expect(text.includes(secretText), `${place} is in ${what}`).toBe(false)
  })

  test('are replaced before anything is judged: a replay gives the same report', async () => {
    const { report, bundle } = await everything(createRedactor(new Uint8Array(32).fill(1)))
    const { observations, selection } = parseBundle(bundle)
    const replayed = await examine(replaySession(observations).look, { selection, checks, failOn: 'error', mode: 'bundle' })
    expect(replayed.findings).toEqual(report.findings)
  })

  test('do not keep the structure from being read: registry and hosts.toml are found', async () => {
    const { report } = await everything(createRedactor(new Uint8Array(32).fill(1)))
    expect(report.registries.map((one) => [one.name, one.registryHosts])).toEqual([['kind-registry', ['localhost:5001']]])
    expect(report.clusters[0]?.context).toBe('kind-dev')
  })
})
