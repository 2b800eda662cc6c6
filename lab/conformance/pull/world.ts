/**
 * What containerd's client comes to see of a row's network: the outcome of each of its requests in Go's words, and what the
 * servers note of it. The model is asked to predict what containerd makes of these outcomes, not Go's network texts.
 */
import type { Challenge, Outcome, Request } from '../../../src/containerd/attempt.ts'
import { isLocalhost } from '../../../src/containerd/go/net.ts'
import type { Row } from './axes.ts'
import type { TinyImage } from './image.ts'
import { kindOf, type Seen } from './record.ts'
import { replyOf, type Reply } from './replies.ts'
import { absent, addresses, nameServer, proxyPort, sitesOf, type Site } from './sites.ts'

type Failure = Extract<Outcome, { error: string }>

/** The pull waits for an answer that does not come. */
export class NoEnd extends Error {}

export class World {
  readonly seen: Seen[] = []
  readonly #row: Row
  readonly #image: TinyImage
  readonly #sites: readonly Site[]
  readonly #givesUp: boolean

  /** @param givesUp whether a pull that makes no progress is cancelled */
  constructor(row: Row, image: TinyImage, givesUp: boolean) {
    this.#givesUp = givesUp
    this.#row = row
    this.#image = image
    this.#sites = sitesOf(row)
  }

  /** Answers a request of the model as the network would. */
  ask = (request: Request): Outcome => {
    const { method, url, authorized, endpoint } = request
    const got = this.#get(method, url, authorized, endpoint)
    if ('error' in got) return got
    return this.#outcome(got.reply, got.url, request)
  }

  #get(method: string, url: string, authorized: boolean, tls: Request['endpoint']): Failure | { reply: Reply; url: string } {
    const [, scheme = '', host = '', path = ''] = /^(\w+):\/\/([^/]*)(.*)$/.exec(url)!
    const site = this.#sites.find((one) => one.host === host)!
    const failure = this.#proxied(host) ? this.#throughProxy(method, url, scheme, site) : reach(site)
    if (failure) return 'status' in failure ? { reply: failure, url } : failure
    if (scheme === 'https') {
      const refused = handshake(site, tls)
      if (refused || site.speaks === 'http') this.seen.push({ kind: 'handshake', line: `TLS ${host}` })
      if (refused) return refused
    }
    this.seen.push({ kind: kindOf(path), line: `${method} ${url}` })
    if (scheme === 'http' && site.speaks !== 'http') return { reply: { status: 400 }, url }
    const reply = replyOf(site, { method, path, authorized }, `${scheme}://${host}`, this.#image)
    if (reply === 'hangs' && !this.#givesUp) throw new NoEnd()
    if (typeof reply === 'string') return silence(reply, site)
    if (reply.status !== 307) return { reply, url }
    return this.#get(method, reply.headers!['location']!, false, tls)
  }

  #outcome(reply: Reply, url: string, { url: asked, method, endpoint }: Request): Outcome {
    const { status, headers = {}, body = '' } = reply
    const challenge = this.#challenge(headers['www-authenticate'], endpoint)
    return {
      status,
      digest: headers['docker-content-digest'] !== undefined,
      ...(method === 'GET' && { body: body.toString() }),
      ...(challenge && { challenge }),
      ...(url !== asked && { url }),
    }
  }

  /** What the token server then says is part of the outcome. */
  #challenge(header: string | undefined, { host }: Request['endpoint']): Challenge | undefined {
    if (header === undefined) return undefined
    if (header.startsWith('Basic')) return { scheme: 'basic' }
    const error = /error="([^"]*)"/.exec(header)?.[1]
    const site = this.#sites.find((one) => one.host === host)!
    const realm = /realm="([^"]*)"/.exec(header)![1]!
    const query = `scope=repository%3A${this.#repository()}%3Apull&service=registry`
    const tokenError = `failed to fetch anonymous token: unexpected status from GET request to ${realm}?${query}: 401 Unauthorized`
    return { scheme: 'bearer', ...(error !== undefined && { error }), ...(site.answer === 'no-token' && { tokenError }) }
  }

  #repository(): string {
    const { image } = this.#row
    return image === 'hub' ? 'library%2Fapp' : image === 'ipv4' ? 'team%2Fapp' : 'app'
  }

  #proxied(host: string): boolean {
    const { proxy } = this.#row
    if (proxy === 'none' || isLocalhost(host)) return false
    return proxy !== 'left-out' || !/\.lan(?::|$)/.test(host)
  }

  #throughProxy(method: string, url: string, scheme: string, site: Site): Failure | Reply | null {
    const { proxy } = this.#row
    if (proxy === 'refuses')
      return { error: `proxyconnect tcp: dial tcp ${addresses['proxy.lan']}:${proxyPort}: connect: connection refused`, kind: 'refused' }
    const unreachable = absent.includes(site.answer)
    if (scheme === 'http') {
      this.seen.push({ kind: kindOf(url), line: `via proxy ${method} ${url}` })
      return proxy === 'unavailable' ? { status: 503 } : unreachable ? { status: 502 } : null
    }
    this.seen.push({ kind: 'handshake', line: `via proxy CONNECT ${withPort(site.host)}` })
    if (proxy === 'unavailable') return { error: 'Service Unavailable', kind: 'other' }
    return unreachable ? { error: 'Bad Gateway', kind: 'other' } : null
  }
}

const withPort = (host: string): string => (/:\d+$/.test(host) ? host : `${host}:443`)

/** Go tries IPv6 first and tells of its first failure. */
function dialled({ name, listens, host }: Site, port: number): string {
  return `${name === 'localhost' || host.startsWith('[') ? '[::1]' : listens[0]!.address}:${port}`
}

function reach(site: Site): Failure | null {
  const isName = addresses[site.name] !== undefined
  if (!absent.includes(site.answer)) return null
  const lookup = `dial tcp: lookup ${site.name} on ${nameServer}:53: `
  if (isName && site.answer === 'no-name') return { error: `${lookup}no such host`, kind: 'other' }
  if (isName && site.answer === 'name-server-fails') return { error: `${lookup}server misbehaving`, kind: 'other' }
  return { error: `dial tcp ${dialled(site, site.listens[0]!.port)}: connect: connection refused`, kind: 'refused' }
}

/** Why a client does not trust who answers; null where it does. */
function handshake({ speaks, name }: Site, { skipVerify, ca = [] }: Request['endpoint']): Failure | null {
  const untrusted = (text: string): Failure => ({ error: `tls: failed to verify certificate: x509: ${text}`, kind: 'other' })
  if (speaks === 'http') return { error: 'http: server gave HTTP response to HTTPS client', kind: 'http-response' }
  if (skipVerify) return null
  if (speaks === 'tls') return ca.length > 0 ? null : untrusted('certificate signed by unknown authority')
  if (speaks === 'tls-expired') return untrusted('certificate has expired or is not yet valid: current time NOW is after THEN')
  if (speaks === 'tls-other-name')
    return untrusted(
      /^[\d.]+$|^\[/.test(name)
        ? `cannot validate certificate for ${name.replace(/^\[(.*)\]$/, '$1')} because it doesn't contain any IP SANs`
        : `certificate is valid for other.lan, not ${name}`,
    )
  return null
}

function silence(kind: 'reset' | 'closed' | 'hangs', site: Site): Failure {
  if (kind === 'hangs') return { error: 'context canceled', kind: 'canceled' }
  if (kind === 'closed') return { error: 'EOF', kind: 'closed' }
  const { address, port } = site.listens[0]!
  const from = site.name === 'localhost' ? '[::1]' : address
  return { error: `read tcp ${from}:PORT->${dialled(site, port)}: read: connection reset by peer`, kind: 'other' }
}
