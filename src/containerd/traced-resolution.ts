import type { GoError, Outcome, Request } from './attempt.ts'
import { connectionError } from './errors.ts'
import type { ImageReference } from './image-reference.ts'
import type { Endpoint } from './endpoints.ts'
import { resolveImage } from './resolve.ts'
import { answeredByRegistry, type Attempt as TracedAttempt, type Trace } from './trace.ts'
import type { VersionRules } from './version-rules.ts'

/** One request that was expected, with what the trace shows of it. */
export interface TracedRequest {
  readonly request: Request
  readonly outcome: Outcome
  /** Whether what answered is a registry; null where the dump ends before that can be told. */
  readonly byRegistry?: boolean | null
  /** Milliseconds until the outcome was there, where that was recorded. */
  readonly ms?: number
}

/** What became of an image, by the trace; the trace is right where the plan says something else. */
export interface TracedResolution {
  readonly attempts: readonly TracedRequest[]
  readonly outcome: 'ok' | 'fails'
  /** Absent where the image was had, or where it failed after it was resolved. */
  readonly error?: GoError
  /** Where plan and trace say different things: a fault of this tool, not of the cluster. */
  readonly difference?: { readonly expected: string; readonly saw: string }
}

/**
 * Follows the resolve loop along a trace: each request that the plan expects is answered as the trace shows, and the error
 * that the plan comes to is compared with containerd's own. A dump can lack lines: what it does not show is taken from the
 * final error where that tells, and is no difference.
 * @param succeeded whether the traced command ended with exit code 0
 */
export function tracedResolution(
  reference: ImageReference,
  endpoints: readonly Endpoint[],
  rules: VersionRules,
  trace: Trace,
  succeeded: boolean,
): TracedResolution {
  const seen = trace.attempts.filter(({ path }) => /\/(?:manifests|blobs)\//.test(path))
  const attempts: TracedRequest[] = []
  let at = 0
  let difference: TracedResolution['difference']
  const ask = (request: Request): Outcome => {
    const { host, pathname, search } = partsOf(request.url)
    const next = seen[at]
    let outcome: Outcome | null
    if (next === undefined) outcome = inferred(request, trace, succeeded)
    // A dump can have lost the line that names the host.
    else if (next.method !== request.method || (next.host !== '' && next.host !== host) || next.path !== pathname + search) {
      difference ??= { expected: `${request.method} ${request.url}`, saw: `${next.method} ${next.path} at ${next.host}` }
      throw new NotShown()
    } else {
      at++
      outcome = outcomeOf(next) ?? inferred(request, trace, succeeded)
    }
    if (outcome === null) throw new NotShown()
    attempts.push({
      request,
      outcome,
      ...('status' in outcome && { byRegistry: next ? answeredByRegistry(next) : null }),
      ...(next?.ms !== undefined && { ms: next.ms }),
    })
    return outcome
  }

  const real = succeeded ? undefined : trace.error === undefined ? undefined : goError(trace.error)
  const result = (more: Partial<TracedResolution> = {}): TracedResolution => ({
    attempts,
    outcome: succeeded ? 'ok' : 'fails',
    ...(real && { error: real }),
    ...more,
  })
  try {
    const predicted = resolveImage(reference, endpoints, rules, ask)
    // What follows a successful resolve is not the plan's: the manifest itself, then blobs.
    if (predicted.outcome === 'ok' || (!succeeded && real === undefined)) return result()
    if (succeeded) difference = { expected: predicted.error.text, saw: 'the image was found' }
    else if (sameText(predicted.error.text) !== sameText(real!.text)) difference = { expected: predicted.error.text, saw: real!.text }
    // The code decides how the kubelet shows the text, and the trace does not print it.
    else return result({ error: { text: real!.text, code: predicted.error.code } })
  } catch (error) {
    if (!(error instanceof NotShown)) throw error
  }
  return result(difference && { difference, attempts: seen.map((one) => asSeen(one, reference, endpoints)) })
}

/** A request as the trace shows it, where it is none that was expected. */
function asSeen(seen: TracedAttempt, { registryHost }: ImageReference, endpoints: readonly Endpoint[]): TracedRequest {
  const { host, path, method } = seen
  const known = endpoints.find((one) => one.host === host)
  const endpoint = known ?? {
    ...unknownEndpoint,
    host,
    url: `https://${host}/v2`,
    source: host === registryHost ? 'default' : 'hosts.toml',
  }
  return {
    request: {
      endpoint,
      method: method === 'HEAD' ? 'HEAD' : 'GET',
      kind: path.includes('/blobs/') ? 'blobs' : 'manifests',
      url: `${endpoint.scheme}://${host}${path}`,
      scheme: endpoint.scheme,
      authorized: false,
    },
    outcome: outcomeOf(seen) ?? { error: 'no answer was seen', kind: 'other' },
    byRegistry: answeredByRegistry(seen),
  }
}

const unknownEndpoint: Omit<Endpoint, 'host' | 'url' | 'source'> = {
  scheme: 'https',
  path: '/v2',
  capabilities: ['pull', 'resolve'],
  skipVerify: false,
  httpFallback: false,
}

/** The trace does not show what an answer was, or shows another request. */
class NotShown extends Error {}

const partsOf = (url: string): { host: string; pathname: string; search: string } => {
  const [, host = '', pathname = '', search = ''] = /^\w+:\/\/([^/]*)([^?]*)(.*)$/.exec(url) ?? []
  return { host, pathname, search }
}

/** What an answer of a trace is to the resolve loop; null where the trace does not show one. */
export function outcomeOf({ status, headers, complete, error }: TracedAttempt): Outcome | null {
  if (status !== undefined) {
    const challenge = challengeOf(headers['www-authenticate'])
    return {
      status,
      ...(complete && { digest: headers['docker-content-digest'] !== undefined, length: headers['content-length'] !== undefined }),
      ...(challenge && { challenge }),
    }
  }
  return error === undefined ? null : failureOf(error)
}

function challengeOf(header: string | undefined): Extract<Outcome, { status: number }>['challenge'] {
  if (header === undefined) return undefined
  if (/^basic/i.test(header)) return { scheme: 'basic' }
  if (!/^bearer/i.test(header)) return undefined
  const error = /error="([^"]*)"/.exec(header)?.[1]
  return { scheme: 'bearer', ...(error !== undefined && { error }) }
}

/** What a request got, by the error that containerd ended with. */
function inferred(request: Request, { error = '' }: Trace, succeeded: boolean): Outcome | null {
  if (succeeded) return { status: 200 }
  if (error.includes(`"${request.url}"`)) return failureOf(error)
  const status = new RegExp(` ${request.method} request to \\S*: (\\d{3}) `).exec(error)
  if (status && error.includes(request.url)) return { status: Number(status[1]) }
  return error.endsWith(': not found') ? { status: 404 } : null
}

/** What an error text of containerd is to the resolve loop. */
export function failureOf(text: string): Outcome {
  const error = text.replace(/^.*?(?:Head|Get) "[^"]*": /s, '')
  const kinds = { 'connection-refused': 'refused', 'http-response-to-https': 'http-response', timeout: 'timeout' } as const
  const kind = connectionError(error)
  if (error.includes('TLS handshake timeout')) return { error, kind: 'handshake-timeout' }
  if (/\bEOF$/.test(error)) return { error, kind: 'closed' }
  return { error, kind: kind in kinds ? kinds[kind as keyof typeof kinds] : 'other' }
}

const goError = (text: string): GoError => ({
  text,
  code: text.endsWith(': not found') ? 'NotFound' : / i\/o timeout$|context deadline exceeded/.test(text) ? 'DeadlineExceeded' : 'Unknown',
})

/** Ports that the system chose, and addresses that a name happened to resolve to, are no difference. */
const sameText = (text: string): string => text.replace(/(?:read|write) (tcp|udp) \S+->/g, '$1 ')
