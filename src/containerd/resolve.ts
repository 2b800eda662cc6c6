import { type Answer, type Attempt, type GoError, type Outcome, type Request } from './attempt.ts'
import type { Endpoint } from './endpoints.ts'
import type { ImageReference } from './image-reference.ts'
import { registryMessage } from './registry-message.ts'
import { Requests, type Answered, type Target } from './requests.ts'
import { statusError } from './status-error.ts'
import type { VersionRules } from './version-rules.ts'

export type Resolution =
  | { readonly outcome: 'ok'; readonly attempts: readonly Attempt[]; readonly endpoint: Endpoint }
  | { readonly outcome: 'fails'; readonly attempts: readonly Attempt[]; readonly error: GoError }

/** How much an error says: the first of the highest rank is reported. Before 2.0 a "not found" never is while there is another. */
type Rank = 'transport' | 'not-found' | 'status' | 'too-large'
const ranks: readonly Rank[] = ['transport', 'not-found', 'status', 'too-large']

const maxManifest = 4 * 1048 * 1048

/** The capabilities without which an endpoint is not tried for an image: what it lacks of them. */
export function lacking({ digest }: ImageReference, { capabilities }: Endpoint): readonly string[] {
  const needed = digest === undefined ? (['pull', 'resolve'] as const) : (['pull'] as const)
  return needed.filter((one) => !capabilities.includes(one))
}

/**
 * What containerd does with its endpoints to find an image: the requests that it makes, and the error that it then reports.
 * Source: containerd v1.7.34, v2.1.4, v2.2.7 and v2.3.4, core/remotes/docker/resolver.go (Resolve).
 * @param ask what an endpoint answers to a request; called in the order in which containerd asks
 */
export function resolveImage(
  reference: ImageReference,
  endpoints: readonly Endpoint[],
  rules: VersionRules,
  ask: (request: Request) => Outcome,
): Resolution {
  const hosts = endpoints.filter((one) => lacking(reference, one).length === 0)
  if (hosts.length === 0) return { outcome: 'fails', attempts: [], error: { text: 'no resolve hosts: not found', code: 'NotFound' } }

  const requests = new Requests(rules, ask)
  const fails = (error: GoError): Resolution => ({ outcome: 'fails', attempts: requests.attempts, error })
  const notFound: GoError = { text: `${reference.canonical}: not found`, code: 'NotFound' }
  let worst: { readonly error: GoError; readonly rank: Rank } | null = null
  const note = (rank: Rank, error: GoError): void => {
    if (
      rules.errorChoice === 'first-but-not-found'
        ? rank !== 'not-found' && !worst
        : !worst || ranks.indexOf(worst.rank) < ranks.indexOf(rank)
    )
      worst = { error, rank }
  }
  const rankOfWorst = (): number => (worst ? ranks.indexOf(worst.rank) : -1)

  for (const target of targets(reference)) {
    if (target.kind === 'blobs' && rules.blobsOnlyAfterNotFound && rankOfWorst() > ranks.indexOf('not-found')) break
    for (const [index, endpoint] of hosts.entries()) {
      const sent = requests.send(endpoint, target, 'HEAD', index === hosts.length - 1)
      if ('text' in sent) {
        note('transport', sent)
        continue
      }
      const { status } = sent.answer
      if (status === 404) note('not-found', notFound)
      else if (status > 399)
        note('status', forbiddenReason(sent, endpoint, target, requests, rules, rankOfWorst()) ?? statusError(sent, target, rules))
      else if (status > 299) return fails(statusError(sent, target, rules, true))
      else {
        const got = withDigest(sent, endpoint, target, requests, rules)
        if ('text' in got) return fails(got)
        const bytes = got.bytes ?? 0
        if (bytes <= maxManifest) return { outcome: 'ok', attempts: requests.attempts, endpoint }
        note('too-large', { text: `rejecting ${bytes} byte manifest for ${reference.canonical}: not found`, code: 'NotFound' })
      }
    }
  }
  return fails((worst as { error: GoError } | null)?.error ?? notFound)
}

function targets(reference: ImageReference): Target[] {
  const { digest, tag = '' } = reference
  if (digest === undefined) return [{ reference, kind: 'manifests', object: tag }]
  return (['manifests', 'blobs'] as const).map((kind) => ({ reference, kind, object: digest }))
}

/** A HEAD that is forbidden has no text: some versions ask again with GET, and only take its text over. */
function forbiddenReason(
  sent: Answered,
  endpoint: Endpoint,
  target: Target,
  requests: Requests,
  rules: VersionRules,
  rankBefore: number,
): GoError | null {
  if (rules.getAfterForbidden === 'never' || sent.answer.status !== 403) return null
  // Where it was backported, a GET is repeated too, if its error is the one to report.
  if (rules.getAfterForbidden === 'always' ? sent.request.method !== 'HEAD' : rankBefore >= ranks.indexOf('status')) return null
  const got = requests.send(endpoint, target, 'GET', false)
  const message = 'text' in got || got.answer.status !== 403 ? null : registryMessage(got.answer.body ?? '')
  const { text, code } = statusError(sent, target, rules)
  return message === null ? null : { text: `${text}\n${message}`, code }
}

/** Without a digest in the answer to a HEAD the manifest itself is fetched, and no other endpoint is tried after that. */
function withDigest(sent: Answered, endpoint: Endpoint, target: Target, requests: Requests, rules: VersionRules): Answer | GoError {
  const { status, digest = true, length = status !== 204 } = sent.answer
  if (length && (digest || target.reference.digest !== undefined)) return sent.answer
  const got = requests.send(endpoint, target, 'GET', rules.retriesServerErrors)
  if ('text' in got) return got
  return rules.checksManifestStatus && got.answer.status >= 400 ? statusError(got, target, rules) : got.answer
}
