/** The proxy of a row. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Row } from './axes.ts'
import { kindOf, type Seen } from './record.ts'
import { addresses, proxyPort, type Site } from './sites.ts'

/** Starts it, unless the row's does not listen. Gives what stops it. */
export async function startProxy(kind: Row['proxy'], sites: () => readonly Site[], noted: { readonly seen: Seen[] }): Promise<() => void> {
  if (kind === 'none' || kind === 'refuses') return () => {}
  const addressOf = (host: string): string =>
    sites().find((site) => site.host === host || site.name === host)?.listens[0]?.address ?? addresses[host] ?? host

  const forward = (asked: IncomingMessage, answer: ServerResponse): void => {
    const url = new URL(asked.url ?? '')
    noted.seen.push({ kind: kindOf(url.pathname), line: `via proxy ${asked.method} ${asked.url}` })
    if (kind === 'unavailable') return void answer.writeHead(503, { connection: 'close' }).end()
    const { hostname, port, pathname, search } = url
    const onward = httpRequest({
      host: addressOf(hostname.replace(/^\[(.*)\]$/, '$1')),
      port: port || 80,
      method: asked.method,
      path: pathname + search,
      headers: { ...asked.headers, host: url.host },
      agent: false,
    })
    onward.once('response', (got) => {
      answer.writeHead(got.statusCode!, { ...got.headers, connection: 'close' })
      got.pipe(answer)
    })
    onward.once('error', () => answer.writeHead(502, { connection: 'close' }).end())
    onward.end()
  }

  const tunnel = (asked: IncomingMessage, socket: Socket): void => {
    noted.seen.push({ kind: 'handshake', line: `via proxy CONNECT ${asked.url}` })
    socket.on('error', () => {})
    const refuse = (line: string): void => void socket.end(`HTTP/1.1 ${line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    if (kind === 'unavailable') return refuse('503 Service Unavailable')
    const [, name = '', port] = /^(.*):(\d+)$/.exec(asked.url ?? '') ?? []
    const onward = connect(Number(port), addressOf(name.replace(/^\[(.*)\]$/, '$1')))
    onward.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
      onward.off('error', refused)
      onward.on('error', () => socket.destroy())
    })
    const refused = (): void => refuse('502 Bad Gateway')
    onward.once('error', refused)
  }

  const server = createServer(forward)
  server.on('connect', tunnel)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(proxyPort, addresses['proxy.lan'], resolve))
  return () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
}

/** The environment in which containerd then runs. */
export function proxyEnvironment(kind: Row['proxy']): Record<string, string> {
  if (kind === 'none') return {}
  const url = `http://proxy.lan:${proxyPort}`
  return { HTTP_PROXY: url, HTTPS_PROXY: url, ...(kind === 'left-out' && { NO_PROXY: '.lan' }) }
}
