import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isHttpFailure } from '../../src/model/observation.ts'
import { createHttpPort } from '../../src/ports/http-adapter.ts'
import { makeCertificate } from './certificates.ts'

const limits = { connectMs: 300, answerMs: 300 }
let servers: Server[]
let connections: Socket[]
let cancel: AbortController

beforeEach(() => {
  servers = []
  connections = []
  cancel = new AbortController()
})
afterEach(async () => {
  connections.forEach((one) => one.destroy())
  await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))))
})

/** Starts a server on a port of its own; returns `host:port`. */
async function listening(server: Server): Promise<string> {
  servers.push(server)
  server.on('connection', (one: Socket) => connections.push(one))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
const answering = (listener: RequestListener): Promise<string> => listening(createHttpServer(listener))
const get = (url: string) => createHttpPort(cancel.signal, limits).request('GET', url)

describe('what is an answer', () => {
  test.each([200, 401, 404, 500])('HTTP %i, with headers and body', async (status) => {
    const host = await answering((_request, response) => response.writeHead(status, { 'X-Test': 'a' }).end('{}'))
    expect(await get(`http://${host}/v2/`)).toMatchObject({ status, headers: { 'x-test': 'a' }, body: '{}' })
  })

  test('a redirect is not followed: the answer is what this address says', async () => {
    const host = await answering((_request, response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end())
    expect(await get(`http://${host}/v2/`)).toMatchObject({ status: 307, headers: { location: 'http://127.0.0.1:1/' } })
  })

  test('a header that comes several times is one text', async () => {
    const host = await answering((_request, response) =>
      response
        .writeHead(
          200,
          [
            ['Warning', 'a'],
            ['Warning', 'b'],
          ].flat(),
        )
        .end(),
    )
    expect(await get(`http://${host}/`)).toMatchObject({ headers: { warning: expect.stringMatching(/^a, ?b$/) as string } })
  })

  test('of a long body the first 64 KiB', async () => {
    const host = await answering((_request, response) => response.end('x'.repeat(300_000)))
    const answer = await get(`http://${host}/`)
    expect('body' in answer && answer.body.length).toBe(65_536)
  })

  test('of an endless body the first 64 KiB', async () => {
    const host = await answering((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      }
      response.on('drain', more)
      more()
    })
    const answer = await get(`http://${host}/`)
    expect('body' in answer && answer.body.length).toBe(65_536)
  })

  test('one over HTTPS with a certificate that nobody knows: from the host only reachability is judged', async () => {
    const { pem, keyPem } = makeCertificate('registry')
    const host = await listening(createHttpsServer({ cert: pem, key: keyPem }, (_request, response) => response.end('{}')))
    expect(await get(`https://${host}/v2/`)).toMatchObject({ status: 200, body: '{}' })
  })

  test('an expired certificate for another name likewise', async () => {
    const { pem, keyPem } = makeCertificate('other', { names: ['other.example'], days: 0 })
    const host = await listening(createHttpsServer({ cert: pem, key: keyPem }, (_request, response) => response.end('{}')))
    expect(await get(`https://${host}/v2/`)).toMatchObject({ status: 200 })
  })

  test('HTTP asked of an HTTPS server: its 400, or a closed connection', async () => {
    const { pem, keyPem } = makeCertificate('registry')
    const host = await listening(createHttpsServer({ cert: pem, key: keyPem }, (_request, response) => response.end()))
    const answer = await get(`http://${host}/v2/`)
    expect(isHttpFailure(answer) ? answer.error.connected : answer.status).toBeTruthy()
  })
})

describe('what is a failure', () => {
  test('a refused connection', async () => {
    const host = await answering(() => undefined)
    await new Promise((resolve) => servers.pop()!.close(resolve))
    expect(await get(`http://${host}/`)).toMatchObject({ error: { code: 'ECONNREFUSED', connected: false } })
  })

  test('a name that does not exist', async () => {
    expect(await get('http://no-such-name.invalid:5000/')).toMatchObject({
      error: { code: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/) as string, connected: false },
    })
  })

  test('silence after the connection: TIMEOUT, connected', async () => {
    const host = await answering(() => undefined)
    expect(await get(`http://${host}/`)).toMatchObject({ error: { code: 'TIMEOUT', connected: true } })
  })

  test('silence in the middle of the body', async () => {
    const host = await answering((_request, response) => void response.writeHead(200, { 'content-length': '10' }).write('abc'))
    expect(await get(`http://${host}/`)).toMatchObject({ error: { code: 'TIMEOUT', connected: true } })
  })

  test('a body that drips for ever ends with the whole limit', async () => {
    const host = await answering((_request, response) => {
      const timer = setInterval(() => response.write('x'), 50)
      response.on('close', () => clearInterval(timer))
    })
    expect(await get(`http://${host}/`)).toMatchObject({ error: { code: 'TIMEOUT', connected: true } })
  })

  test('a connection that is reset after the request', async () => {
    const host = await answering((request) => request.socket.resetAndDestroy())
    expect(await get(`http://${host}/`)).toMatchObject({ error: { code: 'ECONNRESET', connected: true } })
  })

  test('a connection that is closed without an answer', async () => {
    const host = await answering((request) => request.socket.end())
    expect(await get(`http://${host}/`)).toMatchObject({ error: { connected: true } })
  })

  test('an answer that is no HTTP', async () => {
    const host = await listening(createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')))
    const answer = await get(`http://${host}/`)
    expect(answer).toMatchObject({ error: { connected: true, code: 'NOT_HTTP' } })
  })

  test('HTTPS asked of an HTTP server', async () => {
    const host = await answering((_request, response) => response.end())
    expect(await get(`https://${host}/`)).toMatchObject({ error: { code: expect.stringMatching(/SSL|EPROTO|TLS/) as string } })
  })

  test('an address that is no URL', async () => {
    expect(await get('http://a b/')).toMatchObject({ error: { code: 'ERR_INVALID_URL', connected: false } })
  })
})

test('cancelling ends a request that is under way, as an exception', async () => {
  const host = await answering(() => cancel.abort(new Error('interrupted')))
  await expect(get(`http://${host}/`)).rejects.toThrow('interrupted')
})

test('no proxy is used, whatever the environment says', async () => {
  const before = process.env['HTTP_PROXY']
  process.env['HTTP_PROXY'] = 'http://127.0.0.1:1'
  try {
    const host = await answering((_request, response) => response.end('direct'))
    expect(await get(`http://${host}/`)).toMatchObject({ body: 'direct' })
  } finally {
    if (before === undefined) delete process.env['HTTP_PROXY']
    else process.env['HTTP_PROXY'] = before
  }
})
