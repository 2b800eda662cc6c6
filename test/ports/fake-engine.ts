import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a route answers: a body as JSON, `[status, body]`, or what a function writes. `hang` never answers. */
export type Answer =
  | object
  | readonly [status: number, body: unknown]
  | 'hang'
  | ((response: ServerResponse, request: IncomingMessage) => void)

export interface FakeEngine {
  readonly socket: string
  /** As DOCKER_HOST has it. */
  readonly endpoint: string
  /** `GET /containers/json` and so on, in the order in which they were asked. */
  readonly asked: readonly string[]
  /** Resolves once a request for this route has come. */
  waitFor(route: string): Promise<void>
  /** Resolves once the client has ended every connection. */
  released(): Promise<void>
  close(): Promise<void>
}

/** Just enough of the Docker engine's API on a unix socket. Routes are written `GET /containers/NAME/json`; any other is 404. */
export async function startEngine(routes: Readonly<Record<string, Answer>>): Promise<FakeEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'rd-engine-'))
  const socket = join(folder, 'engine.sock')
  const asked: string[] = []
  const connections = new Set<Socket>()
  const events = new EventEmitter()
  const tell = (): void => void events.emit('changed')
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.split('?')[0]!).replace(/^\/v\d\.\d+\//, '/')
    const route = `${request.method} ${path}`
    asked.push(route)
    tell()
    request.resume()
    const answer = routes[route] ?? [404, { message: `no such route: ${route}` }]
    if (answer === 'hang') return
    if (typeof answer === 'function') return answer(response, request)
    const [status, body] = Array.isArray(answer) && typeof answer[0] === 'number' ? (answer as [number, unknown]) : [200, answer]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.on('connection', (connection) => {
    connections.add(connection)
    connection.once('close', () => {
      connections.delete(connection)
      tell()
    })
  })
  server.listen(socket)
  await once(server, 'listening')
  const until = async (reached: () => boolean): Promise<void> => {
    while (!reached()) await once(events, 'changed')
  }
  return {
    socket,
    endpoint: `unix://${socket}`,
    asked,
    waitFor: (route) => until(() => asked.includes(route)),
    released: () => until(() => connections.size === 0),
    close: async () => {
      connections.forEach((one) => one.destroy())
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Output as the engine multiplexes it: stream (1 or 2), three zero bytes, length, bytes. */
export const frame = (stream: 1 | 2, content: string): Buffer => {
  const body = Buffer.from(content)
  const head = Buffer.alloc(8)
  head[0] = stream
  head.writeUInt32BE(body.length, 4)
  return Buffer.concat([head, body])
}
