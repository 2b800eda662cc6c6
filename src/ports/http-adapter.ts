import { Agent, request } from 'undici'
import type { HttpReadPort } from './http.ts'

const limits = { connectMs: 2_000, answerMs: 3_000 }
const maxBodyBytes = 65_536

/** A registry keeps an index from who does not say that he can read one (distribution v3, registry/handlers/manifests.go). */
const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  '*/*',
].join(', ')

/** HTTP through undici. `cancel` ends every request that is under way. */
export function createHttpPort(cancel: AbortSignal, { connectMs, answerMs }: typeof limits = limits): HttpReadPort {
  return {
    async request(method, url, keep) {
      const started = performance.now()
      const ms = (): number => Math.round(performance.now() - started)
      // One connection per request: what answered is what was connected to, and nothing keeps the process alive.
      const dispatcher = new Agent({
        // From the host only reachability is judged, not certificates: nodes have authorities of their own.
        connect: { timeout: connectMs, autoSelectFamily: false, rejectUnauthorized: false },
        headersTimeout: answerMs,
        bodyTimeout: answerMs,
        pipelining: 0,
      })
      let connected = false
      dispatcher.on('connect', () => (connected = true))
      try {
        const answer = await request(url, {
          method,
          headers: { accept },
          dispatcher,
          signal: AbortSignal.any([cancel, AbortSignal.timeout(connectMs + answerMs)]),
        })
        const bytes = await firstBytes(answer.body)
        const body = keep === 'size' ? { body: '', bytes: bytes.length } : { body: bytes.toString('utf8') }
        const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
        return { status: answer.statusCode, headers, ...body, ms: ms() }
      } catch (error) {
        if (cancel.aborted) throw error
        const { name, code = name === 'HTTPParserError' ? 'NOT_HTTP' : 'UNKNOWN', message } = error as NodeJS.ErrnoException
        const silent = /TIMEOUT/.test(code) || name === 'TimeoutError'
        return { error: { code: silent ? 'TIMEOUT' : code, message, connected }, ms: ms() }
      } finally {
        await dispatcher.destroy()
      }
    },
  }
}

async function firstBytes(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= maxBodyBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBodyBytes)
}
