import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createKubeWritePort } from '../../../src/ports/write/kube-adapter.ts'
import type { KubeChange, KubeWritePort } from '../../../src/ports/write/kube.ts'

const way = { context: 'kind-dev' }
const folder = mkdtempSync(join(tmpdir(), 'rd-kube-write-'))
const asked: string[] = []
let listener: RequestListener
let server: Server
let port: KubeWritePort
/** One that does not wait long for an answer. */
let impatient: KubeWritePort

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'c', cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'insecure-skip-tls-verify': true } },
    ],
    contexts: [{ name: way.context, context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: { token: 't' } }],
  }
  const file = join(folder, 'config')
  writeFileSync(file, JSON.stringify(config))
  port = createKubeWritePort({}, null as never, file, 9_000)
  impatient = createKubeWritePort({}, null as never, file, 300)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => void asked.splice(0))

describe('any status is an answer', () => {
  test.each([201, 409, 403, 500])('%i', async (status) => {
    let body = ''
    listener = (request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => response.writeHead(status).end('{"message":"words"}'))
    }
    expect(await port.create(way, '/api/v1/namespaces', { a: 1 })).toEqual({ status, body: { message: 'words' } })
    expect([asked, body]).toEqual([['POST /api/v1/namespaces'], '{"a":1}'])
  })
  test('of a removal, with its options in the query', async () => {
    listener = (_request, response) => response.end('{}')
    expect(await port.remove(way, '/api/v1/namespaces/n/pods/p?gracePeriodSeconds=0')).toEqual({ status: 200, body: {} })
    expect(asked).toEqual(['DELETE /api/v1/namespaces/n/pods/p?gracePeriodSeconds=0'])
  })
  test('its silence is none', async () => {
    listener = () => undefined
    await expect(impatient.get(way, '/x')).rejects.toMatchObject({ code: 'timeout', message: expect.stringMatching(/within 0.3 s/) })
  })
})

describe('a watch', () => {
  const line = (type: string, name: string): string => `${JSON.stringify({ type, object: { metadata: { name } } })}\n`
  const watched = async (path: string, enough: number): Promise<string[]> => {
    const controller = new AbortController()
    const seen: string[] = []
    const onChange = ({ type, object }: KubeChange): void => {
      seen.push(`${type} ${(object as { metadata: { name: string } }).metadata.name}`)
      if (seen.length === enough) controller.abort()
    }
    await port.watch(way, path, onChange, controller.signal)
    return seen
  }

  test('tells of each change, however it is cut into pieces', async () => {
    const [first, second] = [line('ADDED', 'a'), line('MODIFIED', 'ä')]
    const bytes = Buffer.from(first + second)
    listener = (_request, response) => {
      response.write(bytes.subarray(0, first.length + 5))
      setImmediate(() => response.write(bytes.subarray(first.length + 5)))
    }
    expect(await watched('/pods', 2)).toEqual(['ADDED a', 'MODIFIED ä'])
    expect(asked).toEqual(['GET /pods?watch=1'])
  })
  test('is opened again where the API ends it', async () => {
    listener = (_request, response) => response.end(line('ADDED', `a${asked.length}`))
    expect(await watched('/pods?limit=1', 3)).toEqual(['ADDED a1', 'ADDED a2', 'ADDED a3'])
    expect(new Set(asked)).toEqual(new Set(['GET /pods?limit=1&watch=1']))
  })
  test('fails where it is refused', async () => {
    listener = (_request, response) => response.writeHead(403).end('{}')
    await expect(watched('/events', 1)).rejects.toMatchObject({ code: 'kube-unreachable', message: expect.stringMatching(/HTTP 403/) })
  })
  test('ends quietly where it is ended, at any time', async () => {
    listener = () => undefined
    const controller = new AbortController()
    const watching = port.watch(way, '/pods', () => undefined, controller.signal)
    setImmediate(() => controller.abort())
    await expect(watching).resolves.toBeUndefined()
    await expect(port.watch(way, '/pods', () => undefined, AbortSignal.abort())).resolves.toBeUndefined()
  })
})
