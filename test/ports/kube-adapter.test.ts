import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createKubePort, pemFingerprint } from '../../src/ports/kube-adapter.ts'
import { makeCertificate, type Certificate } from './certificates.ts'

let authority: Certificate
let client: Certificate
let otherAuthority: Certificate
let server: Server
let address: string
let listener: RequestListener
let folder: string
let cancel: AbortController
const connections = new Set<Socket>()

beforeAll(async () => {
  authority = makeCertificate('kubernetes', { authority: true })
  otherAuthority = makeCertificate('kubernetes', { authority: true })
  client = makeCertificate('kubernetes-admin', { issuer: authority })
  const own = makeCertificate('kube-apiserver', { issuer: authority, names: ['localhost', 'ip:127.0.0.1'] })
  server = createServer(
    { cert: own.pem, key: own.keyPem, ca: authority.pem, requestCert: true, rejectUnauthorized: false },
    (request, response) => listener(request, response),
  )
  server.on('connection', (one: Socket) => connections.add(one))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  connections.forEach((one) => one.destroy())
  server.close()
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rd-kube-'))
  cancel = new AbortController()
  listener = (_request, response) => response.end('{}')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const write = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

interface Config {
  name?: string
  server?: string
  ca?: string | null
  user?: object
}
const config = ({ name = 'dev', server: url = `https://${address}`, ca = base64(authority.pem), user = {} }: Config = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: `cluster-${name}`, cluster: { server: url, ...(ca !== null && { 'certificate-authority-data': ca }) } }],
    contexts: [{ name: `kind-${name}`, context: { cluster: `cluster-${name}`, user: `user-${name}` } }],
    users: [{ name: `user-${name}`, user }],
    'current-context': `kind-${name}`,
  })
const port = (text: string, limitMs = 1_000) => createKubePort({}, cancel.signal, write('config', text), limitMs)

describe('contexts', () => {
  test('of one file, with what proves where they lead', async () => {
    expect(await port(config()).contexts()).toEqual({
      contexts: [{ name: 'kind-dev', cluster: 'cluster-dev', server: `https://${address}`, caSha256: pemFingerprint(authority.pem) }],
    })
  })

  test('of several files in KUBECONFIG; the first to name one wins, files that are not there are passed over', async () => {
    const files = [
      write('a', config({ name: 'dev', server: 'https://first:1' })),
      join(folder, 'none'),
      write('b', config({ name: 'staging', server: 'https://second:1' })),
      write('c', config({ name: 'dev', server: 'https://third:1' })),
    ]
    const { contexts } = await createKubePort({ KUBECONFIG: files.join(delimiter) }, cancel.signal).contexts()
    expect(contexts.map(({ name, server: url }) => `${name} ${url}`)).toEqual(['kind-dev https://first:1', 'kind-staging https://second:1'])
  })

  test('of the file that is named, in place of KUBECONFIG', async () => {
    const named = write('named', config({ name: 'named' }))
    const { contexts } = await createKubePort({ KUBECONFIG: write('other', config()) }, cancel.signal, named).contexts()
    expect(contexts.map((one) => one.name)).toEqual(['kind-named'])
  })

  test('of ~/.kube/config where neither is set', async () => {
    const { contexts } = await createKubePort({ HOME: folder }, cancel.signal).contexts()
    expect(contexts).toEqual([])
  })

  test.each([
    ['no authority', null, null],
    ['an authority that is no certificate', base64('nonsense'), null],
  ])('with %s prove nothing', async (_what, ca, expected) => {
    expect((await port(config({ ca })).contexts()).contexts[0]?.caSha256).toBe(expected)
  })

  test('with an authority in a file beside the kubeconfig', async () => {
    write('ca.crt', authority.pem)
    const text = config({ ca: null }).replace('"server"', '"certificate-authority":"ca.crt","server"')
    expect((await port(text).contexts()).contexts[0]?.caSha256).toBe(pemFingerprint(authority.pem))
  })

  test('that refer to no cluster are left out', async () => {
    const text = config().replace('"cluster":"cluster-dev"', '"cluster":"gone"')
    expect((await port(text).contexts()).contexts).toEqual([])
  })

  test.each([
    ['no YAML', 'a: [b'],
    ['a context without a name', '{"contexts":[{"context":{}}]}'],
    ['binary', '\u0000\u0001'],
  ])('of a file that is %s: told with its name', async (_what, text) => {
    await expect(port(text).contexts()).rejects.toMatchObject({
      code: 'kubeconfig-unreadable',
      message: expect.stringMatching(new RegExp(`^${join(folder, 'config')} is no kubeconfig: [^\\n]+$`)) as string,
    })
  })

  test('of an empty file there are none', async () => {
    expect((await port('').contexts()).contexts).toEqual([])
  })

  test('are asked again after a failure with the same answer', async () => {
    const kube = port('a: [b')
    await expect(kube.contexts()).rejects.toMatchObject({ code: 'kubeconfig-unreadable' })
    await expect(kube.contexts()).rejects.toMatchObject({ code: 'kubeconfig-unreadable' })
    await expect(kube.get('kind-dev', '/')).rejects.toMatchObject({ code: 'kubeconfig-unreadable' })
  })
})

test('a fingerprint does not depend on line breaks, and is that of the first certificate', () => {
  const body = authority.pem.replace(/-----[^-]+-----|\s/g, '')
  const oneLine = `# comment\n-----BEGIN CERTIFICATE-----\r\n${body}\r\n-----END CERTIFICATE-----\r\n${otherAuthority.pem}`
  expect(pemFingerprint(oneLine)).toBe(pemFingerprint(authority.pem))
  expect(pemFingerprint(otherAuthority.pem)).not.toBe(pemFingerprint(authority.pem))
  expect(pemFingerprint('')).toBeNull()
})

describe('GET', () => {
  test('with a client certificate', async () => {
    listener = (request, response) =>
      response.end(JSON.stringify({ user: (request.socket as TLSSocket).getPeerCertificate().subject.CN, url: request.url }))
    const user = { 'client-certificate-data': base64(client.pem), 'client-key-data': base64(client.keyPem) }
    expect(await port(config({ user })).get('kind-dev', '/api/v1/nodes?limit=1')).toEqual({
      status: 200,
      body: { user: 'kubernetes-admin', url: '/api/v1/nodes?limit=1' },
    })
  })

  test('with a token', async () => {
    listener = (request, response) => response.end(JSON.stringify(request.headers.authorization))
    expect((await port(config({ user: { token: 'abc' } })).get('kind-dev', '/')).body).toBe('Bearer abc')
  })

  test('with an exec plugin', async () => {
    listener = (request, response) => response.end(JSON.stringify(request.headers.authorization))
    const answer = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-plugin' },
    })
    const user = {
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'printf', args: ['%s', answer], interactiveMode: 'Never' },
    }
    expect((await port(config({ user })).get('kind-dev', '/')).body).toBe('Bearer from-plugin')
  })

  test('of the server path below which an API may lie', async () => {
    listener = (request, response) => response.end(JSON.stringify(request.url))
    expect((await port(config({ server: `https://${address}/k8s/clusters/c-1` })).get('kind-dev', '/api/v1/nodes')).body).toBe(
      '/k8s/clusters/c-1/api/v1/nodes',
    )
  })

  test.each([
    [403, '{"kind":"Status","message":"forbidden"}', { kind: 'Status', message: 'forbidden' }],
    [404, '{}', {}],
    [401, 'Unauthorized', 'Unauthorized'],
    [502, '<html>', '<html>'],
  ])('HTTP %i is an answer', async (status, text, body) => {
    listener = (_request, response) => response.writeHead(status).end(text)
    expect(await port(config()).get('kind-dev', '/')).toEqual({ status, body })
  })

  test('of the context that is asked for, not of the current one', async () => {
    const files = [write('a', config({ name: 'dead', server: 'https://127.0.0.1:1' })), write('b', config())]
    const kube = createKubePort({ KUBECONFIG: files.join(delimiter) }, cancel.signal)
    expect((await kube.get('kind-dev', '/')).status).toBe(200)
    await expect(kube.get('kind-dead', '/')).rejects.toMatchObject({ code: 'kube-unreachable' })
  })
})

describe('GET fails', () => {
  const unreachable = (message: RegExp): object => ({ code: 'kube-unreachable', message: expect.stringMatching(message) as string })

  test('where nobody listens', async () => {
    await expect(port(config({ server: 'https://127.0.0.1:1' })).get('kind-dev', '/')).rejects.toMatchObject(
      unreachable(/127\.0\.0\.1:1 cannot be reached: ECONNREFUSED/),
    )
  })

  test('where the certificate is of another authority', async () => {
    await expect(port(config({ ca: base64(otherAuthority.pem) })).get('kind-dev', '/')).rejects.toMatchObject(
      unreachable(/SIGNATURE|UNABLE_TO_VERIFY|SELF_SIGNED|CERT/),
    )
  })

  test('where it does not answer', async () => {
    listener = () => undefined
    await expect(port(config(), 150).get('kind-dev', '/')).rejects.toMatchObject({
      code: 'timeout',
      message: `the Kubernetes API at ${address} did not answer within 0.15 s`,
    })
  })

  test('where the answer stops in the middle', async () => {
    listener = (_request, response) => void response.writeHead(200).write('{')
    await expect(port(config(), 150).get('kind-dev', '/')).rejects.toMatchObject({ code: 'timeout' })
  })

  test('where the connection breaks off in the middle', async () => {
    listener = (_request, response) => {
      response.writeHead(200).write('{', () => response.socket!.destroy())
    }
    await expect(port(config()).get('kind-dev', '/')).rejects.toMatchObject(unreachable(/ECONNRESET|aborted/))
  })

  test('where the answer is larger than can be meant', async () => {
    listener = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1_048_576)));
      }
      response.on('drain', more)
      more()
    }
    await expect(port(config(), 20_000).get('kind-dev', '/')).rejects.toMatchObject(unreachable(/more than 33554432 bytes/))
  })

  test('where the TLS handshake is never answered', async () => {
    const silent = createTcpServer(() => undefined)
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const where = `127.0.0.1:${(silent.address() as AddressInfo).port}`
    const sockets: Socket[] = []
    silent.on('connection', (one) => sockets.push(one))
    await expect(port(config({ server: `https://${where}` }), 150).get('kind-dev', '/')).rejects.toMatchObject({ code: 'timeout' })
    sockets.forEach((one) => one.destroy())
    silent.close()
  })

  test('where there is no such context', async () => {
    await expect(port(config()).get('gone', '/')).rejects.toMatchObject(unreachable(/no cluster for the context gone/))
  })

  test('where the server is no URL', async () => {
    await expect(port(config({ server: 'no url' })).get('kind-dev', '/')).rejects.toMatchObject(unreachable(/"no url"/))
  })

  const plugin = (command: string, ...args: string[]): object => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args, interactiveMode: 'Never' },
  })
  test.each([
    ['is not installed', () => plugin('no-such-credential-plugin'), /no-such-credential-plugin/],
    ['fails', () => plugin('sh', '-c', 'echo "token expired" >&2; exit 3'), /token expired/],
    ['writes no JSON', () => plugin('echo', 'hello'), /kind-dev/],
  ])('where the credential plugin %s', async (_what, user, message) => {
    await expect(port(config({ user: user() })).get('kind-dev', '/')).rejects.toMatchObject({
      code: 'kube-unreachable',
      message: expect.stringMatching(
        new RegExp(`^the credentials of the context kind-dev cannot be had: [^\\n]*${message.source}|${message.source}[^\\n]*$`),
      ) as string,
    })
  })

  test('where the credential plugin never ends', async () => {
    await expect(port(config({ user: plugin('sleep', '30') }), 150).get('kind-dev', '/')).rejects.toMatchObject({ code: 'timeout' })
  })

  test('where the key file may not be read', async () => {
    const key = write('key', client.keyPem)
    chmodSync(key, 0)
    rmSync(key)
    await expect(
      port(config({ user: { 'client-certificate': write('crt', client.pem), 'client-key': key } })).get('kind-dev', '/'),
    ).rejects.toMatchObject(unreachable(/credentials of the context kind-dev cannot be had: .*ENOENT/))
  })

  test('at once where the run is cancelled', async () => {
    listener = () => cancel.abort(new Error('interrupted'))
    await expect(port(config(), 60_000).get('kind-dev', '/')).rejects.toThrow()
  })
})
