import type { Outcome, Request } from '../../src/containerd/attempt.ts'
import type { Endpoint } from '../../src/containerd/endpoints.ts'
import type { Capability } from '../../src/containerd/host-config.ts'
import type { VersionRules } from '../../src/containerd/version-rules.ts'
import { clean } from '../../src/containerd/go/path.ts'

interface Step {
  readonly status: number
  /** Without Docker-Content-Digest. */
  readonly bare?: boolean
  readonly basic?: boolean
  readonly body?: string
  readonly close?: boolean
}

/** What one server of a scenario does; fixtures/containerd/README.md tells of the program that played the same to containerd. */
export interface Scripted {
  readonly scheme: string
  readonly skip?: boolean
  readonly listens: 'http' | 'tls' | 'none'
  readonly path?: string
  readonly caps?: readonly Capability[]
  readonly auth?: 'ok' | 'denied' | 'loop' | 'fail'
  readonly manifests?: readonly Step[]
  readonly blobs?: readonly Step[]
}

/** The endpoint that a hosts.toml with this server gives. */
export function endpointOf({ scheme, skip = false, path, caps }: Scripted, index: number, rules: VersionRules): Endpoint {
  const httpFallback = scheme === 'http' && skip && rules.fallback !== 'never'
  return {
    url: '',
    scheme: httpFallback ? 'https' : scheme,
    host: `e${index + 1}:5000`,
    path: path === undefined ? '/v2' : clean(path),
    capabilities: caps ?? ['pull', 'resolve', 'push', 'referrers'],
    skipVerify: skip,
    httpFallback,
    source: 'hosts.toml',
  }
}

/** Answers as the scripted servers do, and notes what they saw in the words of the fixture. */
export function play(servers: readonly Scripted[]): { ask: (request: Request) => Outcome; seen: string[] } {
  const seen: string[] = []
  const counts = new Map<string, number>()
  const ask = (request: Request): Outcome => {
    const index = Number(request.endpoint.host.slice(1, request.endpoint.host.indexOf(':'))) - 1
    const server = servers[index]!
    const name = `e${index + 1}`
    const { listens, skip = false } = server
    if (listens === 'none') return { error: `dial tcp ${name}:5000: connect: connection refused`, kind: 'refused' }
    if (request.scheme === 'https') seen.push(`${name} tls`)
    if (request.scheme === 'https' && listens === 'http')
      return { error: 'http: server gave HTTP response to HTTPS client', kind: 'http-response' }
    if (request.scheme === 'https' && !skip)
      return { error: 'tls: failed to verify certificate: x509: certificate signed by unknown authority', kind: 'other' }
    if (request.scheme === 'http' && listens === 'tls') return { status: 400 }
    seen.push(`${name} ${request.method} ${request.url.replace(/^[a-z]+:\/\/[^/]+/, '')}`)
    const challenge = challengeOf(server, request)
    if (challenge) return { status: 401, challenge }
    const key = `${name} ${request.kind}`
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    const steps = server[request.kind]!
    const step = steps[Math.min(count, steps.length - 1)]!
    if (step.close) return { error: 'EOF', kind: 'closed' }
    return {
      status: step.status,
      digest: step.status === 200 && !step.bare,
      ...(step.body !== undefined && request.method === 'GET' && { body: step.body }),
      ...(step.basic && { challenge: { scheme: 'basic' } }),
    }
  }
  return { ask, seen }
}

type Challenge = Extract<Outcome, { status: number }>['challenge']

function challengeOf({ auth }: Scripted, { authorized }: Request): Challenge {
  if (auth === undefined || (authorized && auth === 'ok')) return undefined
  if (authorized && auth === 'denied') return { scheme: 'bearer', error: 'insufficient_scope' }
  if (auth !== 'fail') return { scheme: 'bearer' }
  return { scheme: 'bearer', tokenError: 'failed to fetch anonymous token: unexpected status from GET request to TOKENS: 401 Unauthorized' }
}
