import { Agent, request } from 'undici'
import type { HttpAnswer, HttpFailure } from '../model/observation.ts'
import type { HttpReadPort } from './http.ts'

export interface HttpLimits {
  readonly connectMs: number
  readonly answerMs: number
}

const usualLimits: HttpLimits = { connectMs: 2_000, answerMs: 3_000 }
const maxBodyBytes = 65_536

/** A registry keeps an index from who does not say that he can read one (distribution v3, registry/handlers/manifests.go). */
const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  '*/*',
].join(', ')

/** One request; `body` goes with its media type. */
export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  /** `size`: of the answer's body only how much of it comes. */
  readonly keep?: 'size'
  readonly body?: { readonly type: string; readonly bytes: Uint8Array }
}

/** HTTP through undici. `cancel` ends every request that is under way. */
export function createHttpPort(cancel: AbortSignal, limits: HttpLimits = usualLimits): HttpReadPort {
  return { request: (method, url, keep) => exchange({ method, url, ...(keep && { keep }) }, cancel, limits) }
}

/** A request and its answer, whatever it is; rejects only where it is cancelled. */
export async function exchange(
  { method, url, keep, body }: Exchange,
  cancel: AbortSignal,
  { connectMs, answerMs }: HttpLimits = usualLimits,
): Promise<HttpAnswer | HttpFailure> {
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
      headers: { accept, ...(body && { 'content-type': body.type }) },
      ...(body && { body: body.bytes }),
      dispatcher,
      signal: AbortSignal.any([cancel, AbortSignal.timeout(connectMs + answerMs)]),
    })
    const bytes = await firstBytes(answer.body)
    const told = keep === 'size' ? { body: '', bytes: bytes.length } : { body: bytes.toString('utf8') }
    const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
    return { status: answer.statusCode, headers, ...told, ms: ms() }
  } catch (error) {
    if (cancel.aborted) throw error
    const { name, code = name === 'HTTPParserError' ? 'NOT_HTTP' : 'UNKNOWN', message } = error as NodeJS.ErrnoException
    const silent = /TIMEOUT/.test(code) || name === 'TimeoutError'
    return { error: { code: silent ? 'TIMEOUT' : code, message, connected }, ms: ms() }
  } finally {
    await dispatcher.destroy()
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
