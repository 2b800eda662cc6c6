/** The servers of a row: they answer as they are told and note what they are asked. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket, type SecureContext } from 'node:tls'
import type { Row } from './axes.ts'
import type { TinyImage } from './image.ts'
import { kindOf, type Seen } from './record.ts'
import { replyOf } from './replies.ts'
import { absent, type Site } from './sites.ts'

export type Contexts = { readonly [S in Exclude<Row['mirrorSpeaks'], 'http'>]: SecureContext }

const tlsHandshake = 0x16

export class Servers {
  /** By the servers of the last row, and by its proxy. */
  seen: Seen[] = []
  readonly #contexts: Contexts
  readonly #open: Server[] = []
  readonly #sockets = new Set<Socket>()

  constructor(contexts: Contexts) {
    this.#contexts = contexts
  }

  async start(sites: readonly Site[], image: TinyImage): Promise<void> {
    this.seen = []
    for (const site of sites) {
      if (absent.includes(site.answer)) continue
      for (const { address, port } of site.listens) await this.#listen(this.#serverOf(site, port, image), address, port)
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
  }

  #listen(server: Server, host: string, port: number): Promise<void> {
    this.#open.push(server)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, ipv6Only: host.includes(':') }, resolve)
    })
  }

  #serverOf(site: Site, port: number, image: TinyImage): Server {
    const scheme = site.speaks === 'http' ? 'http' : 'https'
    const answering = createHttpServer((request, response) => this.#answer(site, scheme, image, request, response))
    const refusing = createHttpServer((request, response) => {
      this.#note('http', request)
      response.writeHead(400, { connection: 'close' }).end('Client sent an HTTP request to an HTTPS server.\n')
    })
    return createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket))
      socket.once('data', (first: Buffer) => {
        socket.pause()
        socket.unshift(first)
        process.nextTick(() => socket.resume())
        const isTls = first[0] === tlsHandshake
        if (!isTls) (scheme === 'http' ? answering : refusing).emit('connection', socket)
        else {
          // Until a request comes over it, a handshake is all there is to tell.
          const handshake: Seen = {
            kind: 'handshake',
            line: `TLS ${site.host}${/:\d+$/.test(site.host) || port === 443 ? '' : `:${port}`}`,
          }
          this.seen.push(handshake)
          if (site.speaks === 'http') socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
          else {
            const secure = new TLSSocket(socket, { isServer: true, secureContext: this.#contexts[site.speaks] })
            secure.on('error', () => {})
            secure.once('secure', () => {
              this.seen.splice(this.seen.indexOf(handshake), 1)
              answering.emit('connection', secure)
            })
          }
        }
      })
    })
  }

  #answer(site: Site, scheme: string, image: TinyImage, request: IncomingMessage, response: ServerResponse): void {
    this.#note(scheme, request)
    const { method = '', url: path = '', headers, socket } = request
    const reply = replyOf(site, { method, path, authorized: headers.authorization !== undefined }, `${scheme}://${headers.host}`, image)
    if (reply === 'hangs') return
    if (reply === 'reset') this.#reset(socket)
    else if (reply === 'closed') socket.destroy()
    else {
      const body = Buffer.from(reply.body ?? '')
      // Each request has a connection of its own: what a server does to one does not show in another.
      response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length, connection: 'close' })
      response.end(method === 'HEAD' ? undefined : body)
    }
  }

  #reset(socket: Socket): void {
    // Under TLS it is the connection below that is reset.
    const below = (socket as Socket & { _parent?: Socket })._parent ?? socket
    below.resetAndDestroy()
  }

  #note(scheme: string, { method, headers, url = '' }: IncomingMessage): void {
    this.seen.push({ kind: kindOf(url), line: `${method} ${scheme}://${headers.host}${url}` })
  }
}
