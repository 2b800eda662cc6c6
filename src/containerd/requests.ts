import { isFailure, type Answer, type Attempt, type Challenge, type Failure, type GoError, type Outcome, type Request } from './attempt.ts'
import type { Endpoint } from './endpoints.ts'
import { portOf } from './go/net.ts'
import { clean } from './go/path.ts'
import type { ImageReference } from './image-reference.ts'
import type { VersionRules } from './version-rules.ts'

/** What is asked of every endpoint: a manifest or, for a digest, a blob of that name. */
export interface Target {
  readonly reference: ImageReference
  readonly kind: Request['kind']
  readonly object: string
}

/** An answer, with the request that it belongs to in the end. */
export interface Answered {
  readonly answer: Answer
  readonly request: Request
}

const retriedStatuses: readonly number[] = [408, 429]
const serverErrors: readonly number[] = [500, 503, 504]
const codes: { readonly [K in Failure['kind']]?: GoError['code'] } = { timeout: 'DeadlineExceeded', canceled: 'Canceled' }
const transientKinds: readonly Failure['kind'][] = ['timeout', 'handshake-timeout', 'closed']

/**
 * The requests of one resolve, with what is kept between them: tokens by host, and which endpoints fell back to HTTP.
 * Source: containerd v1.7.34, v2.1.4, v2.2.7 and v2.3.4, core/remotes/docker/resolver.go (request) and authorizer.go.
 */
export class Requests {
  readonly attempts: Attempt[] = []
  readonly #rules: VersionRules
  readonly #ask: (request: Request) => Outcome
  readonly #tokens = new Map<string, { readonly error?: string }>()
  readonly #fellBack = new Set<Endpoint>()
  /** Set when the CRI gives the whole pull up: no request is made from then on. */
  #canceled: Failure | null = null

  constructor(rules: VersionRules, ask: (request: Request) => Outcome) {
    this.#rules = rules
    this.#ask = ask
  }

  /** Asks one endpoint, and again where its answer says so. Source: doWithRetries, retryRequest. */
  send(endpoint: Endpoint, target: Target, firstMethod: Request['method'], lastHost: boolean): Answered | GoError {
    const { maxRequests, retriesTransport, retriesServerErrors } = this.#rules
    let method = firstMethod
    let left = maxRequests
    const before: Answered[] = []
    for (;;) {
      const one = this.#once(endpoint, target, method)
      left--
      if ('text' in one) {
        if (!retriesTransport || !lastHost || !one.transient || left === 0) return { text: one.text, code: one.code }
        continue
      }
      before.push(one)
      const { status, challenge } = one.answer
      const previous = before.at(-2)
      // Versions without an own count ask the authorizer only while they may still retry.
      const mayRetry = left > 0 || retriesTransport
      let retry = retriedStatuses.includes(status)
      if (status === 401 && mayRetry && challenge && (challenge.scheme === 'bearer' || this.#rules.deniesBasic)) {
        const denied = this.#challenged(endpoint, challenge, previous !== undefined && previous.request.method === method)
        if (denied !== null) return { text: denied, code: 'Unknown' }
        retry = true
      } else if (status === 405 && method === 'HEAD' && target.kind === 'manifests') {
        if (mayRetry) method = 'GET'
        retry = true
      } else if (serverErrors.includes(status) && retriesServerErrors) retry = lastHost && previous?.answer.status !== status
      if (!retry || left <= 0) return one
    }
  }

  /** Takes note of a challenge; the reason where there is no point in asking again. Source: authorizer.go (AddResponses). */
  #challenged({ host }: Endpoint, challenge: Challenge, sameBefore: boolean): string | null {
    const denied = 'pull access denied, repository does not exist or may require authorization: '
    if (challenge.scheme === 'basic') return `${denied}authorization failed: no basic auth credentials`
    if (challenge.error !== undefined) {
      this.#tokens.delete(host)
      if (sameBefore) return `${denied}server message: ${challenge.error}: authorization failed`
    }
    if (!this.#tokens.has(host)) this.#tokens.set(host, challenge.tokenError === undefined ? {} : { error: challenge.tokenError })
    return null
  }

  #once(endpoint: Endpoint, target: Target, method: Request['method']): Answered | (GoError & { readonly transient: boolean }) {
    const token = this.#tokens.get(endpoint.host)
    if (token?.error !== undefined) return { text: `failed to authorize: ${token.error}`, code: 'Unknown', transient: false }
    if (this.#canceled) return this.#failed(this.#canceled, endpoint, target, method)
    const fellBack = this.#fellBack.has(endpoint)
    const first = this.#request(endpoint, target, method, fellBack ? 'http' : endpoint.scheme, token !== undefined)
    let last = first
    let outcome = this.#record(first)
    if (isFailure(outcome) && endpoint.httpFallback && !fellBack && this.#fallsBack(outcome, endpoint)) {
      if (this.#rules.stickyFallback) this.#fellBack.add(endpoint)
      last = this.#request(endpoint, target, method, 'http', token !== undefined)
      outcome = this.#record(last)
    }
    if (!isFailure(outcome)) return { answer: outcome, request: last }
    if (outcome.kind === 'canceled') this.#canceled = outcome
    return this.#failed(outcome, endpoint, target, method)
  }

  #failed(
    { error, kind }: Failure,
    endpoint: Endpoint,
    target: Target,
    method: Request['method'],
  ): GoError & { readonly transient: boolean } {
    // The client names the URL that it was given, also where the fallback then asked another.
    const asked = this.#request(endpoint, target, method, endpoint.scheme, false).url
    const text = `failed to do request: ${method === 'HEAD' ? 'Head' : 'Get'} "${asked}": ${error}`
    return { text, code: codes[kind] ?? 'Unknown', transient: transientKinds.includes(kind) }
  }

  #fallsBack({ kind }: Failure, { host }: Endpoint): boolean {
    if (kind === 'http-response') return true
    if (kind === 'handshake-timeout') return this.#rules.fallbackOnHandshakeTimeout
    return (kind === 'refused' || kind === 'timeout') && this.#rules.fallbackOnRefusedDefaultPort && portOf(host) === ''
  }

  #record(request: Request): Outcome {
    const outcome = this.#ask(request)
    this.attempts.push({ request, outcome })
    return outcome
  }

  #request(
    endpoint: Endpoint,
    { reference, kind, object }: Target,
    method: Request['method'],
    scheme: string,
    authorized: boolean,
  ): Request {
    const path = clean(`/${endpoint.path}/${reference.repository}/${kind}/${object}`)
    const isRegistry = endpoint.host === reference.registryHost
    const isHub = reference.registryHost === 'docker.io' && endpoint.host === 'registry-1.docker.io'
    // Whoever stands in for a registry is told for which.
    const query = isRegistry || isHub ? '' : `?ns=${encodeURIComponent(reference.registryHost)}`
    const url = `${scheme}://${endpoint.host}${encodeURI(path)}${query}`
    return { endpoint, method, kind, scheme, url, authorized }
  }
}
