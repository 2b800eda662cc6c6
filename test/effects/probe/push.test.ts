import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { probeImage } from '../../../src/effects/probe-image/probe-image.ts'
import { pushImage, unpushImage } from '../../../src/effects/probe/push.ts'
import { createRegistryWritePort } from '../../../src/ports/write/registry-adapter.ts'

const image = await probeImage({ cluster: 'dev', registryHost: 'localhost:5001', slot: 0 })
const parts = image.platforms.flatMap(({ config, layer }) => [config.digest, layer.digest])
const manifests = [...image.platforms.map((one) => one.manifest.digest), image.index.digest]
const port = createRegistryWritePort()
const name = '/v2/registry-doctor/probe'

const servers = new Set<Server>()
afterEach(() => {
  for (const one of servers) {
    one.closeAllConnections()
    one.close()
  }
  servers.clear()
})

interface Options {
  /** The Location of an upload, by the registry's own base. */
  readonly location?: (base: string) => string
  /** Which requests are not done as they should be: a status, or none at all. */
  readonly instead?: (method: string, path: string, nth: number) => number | 'nothing' | undefined
}

/** A registry as distribution-spec v1.1 says: uploads by POST and PUT, manifests only of what it holds. */
async function registry({ location = () => `${name}/blobs/uploads/uuid-1?_state=a%2Fb%3D%3D`, instead = () => undefined }: Options = {}) {
  const held = new Map<string, string>()
  const asked: string[] = []
  let count = 0
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void (async () => {
      const url = new URL(request.url!, 'http://registry')
      const method = request.method!
      asked.push(`${method} ${url.pathname}`)
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      const done = (status: number, headers: Record<string, string> = {}): void => void response.writeHead(status, headers).end()
      const other = instead(method, url.pathname, count++)
      if (other === 'nothing') return
      if (other !== undefined) return done(other)
      const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
      if (method === 'POST') return done(202, { location: location(base()) })
      if (method === 'DELETE') return done(held.delete(url.pathname.split('/').at(-1)!) ? 202 : 404)
      if (url.pathname.includes('/blobs/uploads/')) {
        if (url.searchParams.get('_state') !== 'a/b==' || url.searchParams.get('digest') !== digest) return done(400)
        held.set(digest, request.headers['content-type']!)
        return done(201)
      }
      const named = [...body.toString().matchAll(/sha256:[0-9a-f]{64}/g)].map(([one]) => one)
      if (!url.pathname.endsWith(digest) || named.some((one) => !held.has(one) && !body.toString().includes(`"rootfs"`))) return done(404)
      held.set(digest, request.headers['content-type']!)
      done(201)
    })()
  })
  servers.add(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { base: `${base()}/v2/`, held, asked }
}

describe('all of it is sent', () => {
  test.each<[string, Options['location']]>([
    ['a path', undefined],
    ['absolute', (base) => `${base}${name}/blobs/uploads/uuid-1?_state=a%2Fb%3D%3D`],
    ['relative to the upload', () => 'uuid-1?_state=a%2Fb%3D%3D'],
    ['with more after its state', () => `${name}/blobs/uploads/uuid-1?_state=a%2Fb%3D%3D&x=~1`],
  ])('where the Location is %s', async (_what, location) => {
    const { base, held } = await registry({ ...(location && { location }) })
    expect(await pushImage(port, base, image)).toEqual({ ok: true, ms: expect.any(Number) })
    expect([...held.keys()].toSorted()).toEqual([...parts, ...manifests].toSorted())
    expect(held.get(image.index.digest)).toBe(image.index.mediaType)
    expect(held.get(parts[0]!)).toBe('application/octet-stream')
  })

  test('again where it is there already: nothing is asked after, and no blob is left out', async () => {
    const { base, asked } = await registry()
    await pushImage(port, base, image)
    const first = asked.splice(0)
    expect((await pushImage(port, base, image)).ok).toBe(true)
    expect(asked.toSorted()).toEqual(first.toSorted())
    expect(asked.filter((one) => one.startsWith('POST'))).toHaveLength(parts.length)
    expect(asked.some((one) => /^(?:HEAD|GET)/.test(one))).toBe(false)
  })
})

describe('what ends it is told', () => {
  const steps: readonly [step: string, is: (method: string, path: string) => boolean, asked: RegExp][] = [
    ['opening an upload', (method) => method === 'POST', /^POST http:\S+\/registry-doctor\/probe\/blobs\/uploads\/$/],
    ['sending a blob', (method, path) => method === 'PUT' && path.includes('/blobs/'), /^PUT http:\S+\/blobs\/uploads\/\S* of sha256:/],
    ['sending a manifest', (_method, path) => path.includes('/manifests/'), /^PUT http:\S+\/manifests\/sha256:[0-9a-f]{64}$/],
    ['sending the index', (_method, path) => path.endsWith(image.index.digest), /\/manifests\/sha256:[0-9a-f]{64}$/],
  ]
  const rows = steps.flatMap(([step, is, asked]) => [401, 403, 405, 429, 500].map((status) => [step, status, is, asked] as const))
  test.each(rows)('%s: %i', async (_step, status, is, asked) => {
    const { base } = await registry({ instead: (method, path) => (is(method, path) ? status : undefined) })
    expect(await pushImage(port, base, image)).toMatchObject({ ok: false, asked: expect.stringMatching(asked), answer: { status } })
  })

  test('one blob of four', async () => {
    const { base, asked } = await registry({ instead: (_method, _path, nth) => (nth === 3 ? 500 : undefined) })
    expect(await pushImage(port, base, image)).toMatchObject({ ok: false, answer: { status: 500 } })
    expect(
      asked.some((one) => one.includes('/manifests/')),
      'no manifest of what it lacks',
    ).toBe(false)
  })

  test('it accepts and never answers', async () => {
    const { base } = await registry({ instead: () => 'nothing' })
    expect(await pushImage(port, base, image)).toMatchObject({ ok: false, answer: { error: { code: 'TIMEOUT', connected: true } } })
  })

  test('nothing listens', async () => {
    const sent = await pushImage(port, 'http://127.0.0.1:1/v2/', image)
    expect(sent).toMatchObject({ ok: false, answer: { error: { code: 'ECONNREFUSED', connected: false } } })
  })

  test.each<[string, Options['location'], object]>([
    ['leads to where nothing is', () => 'http://127.0.0.1:1/upload', { error: { code: 'ECONNREFUSED' } }],
    ['is no URL', () => 'http://[', { status: 202 }],
  ])('a Location that %s', async (_what, location, answer) => {
    const { base } = await registry({ ...(location && { location }) })
    const sent = await pushImage(port, base, image)
    expect(sent).toMatchObject({ ok: false, answer })
    expect(sent.ok ? '' : sent.asked, 'shows where it led').toContain(location!(''))
  })
})

describe('taken away again', () => {
  test('its manifests are gone, the index first', async () => {
    const { base, held, asked } = await registry()
    await pushImage(port, base, image)
    asked.splice(0)
    expect(await unpushImage(port, base, image)).toBe(true)
    expect([...held.keys()].toSorted()).toEqual(parts.toSorted())
    expect(asked[0]).toBe(`DELETE ${name}/manifests/${image.index.digest}`)
  })
  test('what is not there is gone', async () => expect(await unpushImage(port, (await registry()).base, image)).toBe(true))
  test.each([405, 401, 500])('the registry does not allow it: %i', async (status) => {
    const { base } = await registry({ instead: (method) => (method === 'DELETE' ? status : undefined) })
    await pushImage(port, base, image)
    expect(await unpushImage(port, base, image)).toBe(false)
  })
  test('the registry has gone meanwhile', async () => expect(await unpushImage(port, 'http://127.0.0.1:1/v2/', image)).toBe(false))
})
