import { isAbsent, isHttpFailure, type ContainerDetail, type HttpAnswer, type HttpFailure, type Look } from '../model/observation.ts'
import type { Registry } from '../model/topology.ts'

/** The container that is a registry, or null where it is none of this engine or has gone since. */
export async function registryDetail(look: Look, registry: Registry): Promise<ContainerDetail | null> {
  if (registry.container === undefined) return null
  const detail = await look('docker.container', { name: registry.container })
  return isAbsent(detail) ? null : detail
}

/** The port on which distribution and its kin listen by default. */
export const registryPort = 5000

/** The port on which the registry listens in its container: as configured, else the default or, where only another is published, that one. */
export function innerPort({ env, published }: ContainerDetail): number {
  const configured = /:(\d+)$/.exec(env['REGISTRY_HTTP_ADDR'] ?? '')?.[1]
  if (configured !== undefined) return Number(configured)
  return published.some((one) => one.port === registryPort) ? registryPort : (published[0]?.port ?? registryPort)
}

/** Every port on which a registry's container is known to listen, the likeliest first. */
export const innerPorts = (detail: ContainerDetail): number[] => [
  ...new Set([innerPort(detail), ...(detail.env['REGISTRY_HTTP_ADDR'] === undefined ? detail.published.map((one) => one.port) : [])]),
]

/** Where this machine asks a registry: where the user says, else where its port is published; undefined where nobody knows. */
export const askedAt = ({ hostUrl, hostAddress }: Registry): string | undefined => hostUrl ?? hostAddress

/** What answers at the base of a registry's API. */
export interface BaseAnswer {
  /** Scheme, host and port that were asked. */
  readonly at: string
  readonly url: string
  readonly answer: HttpAnswer | HttpFailure
  /** Whether a registry answers. 401 is one that wants credentials. */
  readonly isRegistry: boolean
}

/**
 * Asks `/v2/` from the host, over HTTPS where the answer says that HTTP is the wrong protocol.
 * `/v2/` tells whether a registry is alive; the catalog does not (it may be off, paged or huge).
 * @param where `host:port`, or with its scheme in front: HTTPS is then asked at once
 */
export async function askBase(look: Look, where: string): Promise<BaseAnswer> {
  const hostPort = where.replace(/^https?:\/\//, '')
  const ask = async (scheme: string): Promise<BaseAnswer> => {
    const at = `${scheme}://${hostPort}`
    const url = `${at}/v2/`
    const answer = await look('http', { vantage: 'host', method: 'GET', url })
    return { at, url, answer, isRegistry: !isHttpFailure(answer) && looksLikeRegistry(answer) }
  }
  if (where.startsWith('https://')) return ask('https')
  const plain = await ask('http')
  if (!wantsTls(plain.answer)) return plain
  const tls = await ask('https')
  return isHttpFailure(tls.answer) && !isUntrusted(tls.answer) ? plain : tls
}

/** Servers of TLS answer plain HTTP with 400 and words (Go, nginx), or end the connection. */
const wantsTls = (answer: HttpAnswer | HttpFailure): boolean =>
  isHttpFailure(answer)
    ? answer.error.connected && answer.error.code !== 'TIMEOUT'
    : answer.status === 400 && /HTTP request (?:to an HTTPS server|was sent to HTTPS port)/.test(answer.body)

/** A server of TLS whose certificate this process does not trust: it may be whatever it says. */
export const isUntrusted = (answer: HttpAnswer | HttpFailure): boolean =>
  isHttpFailure(answer) && /CERT|VERIFY_LEAF_SIGNATURE/.test(answer.error.code)

function looksLikeRegistry({ status, headers, body }: HttpAnswer): boolean {
  if (headers['docker-distribution-api-version'] !== undefined) return true
  if (status === 401) return headers['www-authenticate'] !== undefined
  return status === 200 && body.trim() === '{}'
}

/** An answer in a few words, for evidence. */
export function describeAnswer(answer: HttpAnswer | HttpFailure): string {
  if (isHttpFailure(answer)) {
    if (answer.error.code === 'TIMEOUT') return answer.error.connected ? 'connected, then no answer' : 'no connection within the time limit'
    return answer.error.code === 'ECONNREFUSED' ? 'connection refused' : `${answer.error.code}: ${answer.error.message}`
  }
  const server = answer.headers['server']
  return `HTTP ${answer.status}${server === undefined ? '' : `, server ${server}`}${answer.headers['docker-distribution-api-version'] === undefined ? '' : ', a registry'}`
}
