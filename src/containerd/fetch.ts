import type { Attempt, GoError, Outcome, Request } from './attempt.ts'
import type { Endpoint } from './endpoints.ts'
import type { ImageReference } from './image-reference.ts'
import { Requests, type Target } from './requests.ts'
import { fetchError } from './status-error.ts'
import type { VersionRules } from './version-rules.ts'

/** What an image consists of. */
export interface ImageContents {
  /** The digest of its manifest. */
  readonly manifest: string
  /** The configuration, which is fetched first, then the layers. */
  readonly blobs: readonly { readonly digest: string; readonly mediaType: string }[]
}

export type Fetched =
  | { readonly outcome: 'ok'; readonly attempts: readonly Attempt[] }
  | { readonly outcome: 'fails'; readonly attempts: readonly Attempt[]; readonly error: GoError }

/**
 * What containerd does to fetch an image that it has resolved: the manifest, then its blobs, each from the first endpoint that
 * gives it. All endpoints are asked, also those without the capability: that is only counted.
 * Source: containerd v1.7.34, v2.1.4, v2.2.7 and v2.4.2, core/remotes/docker/fetcher.go (Fetch, open) and httpreadseeker.go.
 * @param ask what an endpoint answers; nothing of the resolve is kept, neither tokens nor fallbacks
 */
export function fetchImage(
  reference: ImageReference,
  endpoints: readonly Endpoint[],
  { manifest, blobs }: ImageContents,
  rules: VersionRules,
  ask: (request: Request) => Outcome,
): Fetched {
  const requests = new Requests(rules, ask)
  const { attempts } = requests
  if (!endpoints.some(({ capabilities }) => capabilities.includes('pull')))
    return { outcome: 'fails', attempts, error: { text: 'no pull hosts: not found', code: 'NotFound' } }
  const fails = ({ text, code }: GoError): Fetched => ({
    outcome: 'fails',
    attempts,
    error: { text: `failed to copy: httpReadSeeker: failed open: ${text}`, code },
  })
  const ofManifest = fetchOne({ reference, kind: 'manifests', object: manifest }, endpoints, requests, rules)
  if (ofManifest) return fails(ofManifest)
  for (const { digest, mediaType } of blobs) {
    const error = fetchOne({ reference, kind: 'blobs', object: digest }, endpoints, requests, rules)
    const text = `could not fetch content descriptor ${digest} (${mediaType}) from remote: not found`
    if (error) return fails(error.code === 'NotFound' ? { text, code: error.code } : error)
  }
  return { outcome: 'ok', attempts }
}

/** The error of the first endpoint, where none gives it. */
function fetchOne(target: Target, endpoints: readonly Endpoint[], requests: Requests, rules: VersionRules): GoError | null {
  let first: GoError | null = null
  for (const [index, endpoint] of endpoints.entries()) {
    const sent = requests.send(endpoint, target, 'GET', index === endpoints.length - 1)
    const error = 'text' in sent ? sent : fetchError(sent, target, rules)
    if (error === null) return null
    first ??= error
  }
  return first
}
