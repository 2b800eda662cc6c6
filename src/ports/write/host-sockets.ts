import { readdir, readFile, readlink } from 'node:fs/promises'
import { createServer } from 'node:net'

/**
 * Who listens on a TCP port of this machine, as far as it can be told: by name and process where this process may see that.
 * @returns null where nobody does
 */
export async function holderOf(port: number): Promise<string | null> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => null)))
  if (tables.every((one) => one === null)) return (await canListen(port)) ? null : 'another program'
  const inodes = tables.flatMap((table) => listenersIn(table ?? '', port))
  if (inodes.length === 0) return null
  return (await processWith(new Set(inodes.map((inode) => `socket:[${inode}]`)))) ?? 'a program of another user'
}

/**
 * The inodes of the sockets that listen on a port, of whatever address.
 * Source: Linux, Documentation/networking/proc_net_tcp.rst; 0A is TCP_LISTEN.
 */
export function listenersIn(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    return state === '0A' && local.endsWith(`:${wanted}`) && inode !== undefined ? [inode] : []
  })
}

async function processWith(sockets: ReadonlySet<string>): Promise<string | null> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const holds = async (pid: string): Promise<boolean> => {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => [])
    const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')))
    return targets.some((one) => sockets.has(one))
  }
  for (const pid of pids) {
    if (!(await holds(pid))) continue
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()
    return `${name || 'a program'} (process ${pid})`
  }
  return null
}

/** Where there is no such table, trying tells. Who may not listen there at all is told nothing by it. */
const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
