import type { Outcome, Request } from '../containerd/attempt.ts'
import type { Endpoint } from '../containerd/endpoints.ts'
import type { ImageReference } from '../containerd/image-reference.ts'
import { resolveImage } from '../containerd/resolve.ts'
import { answeredByRegistry, parseTrace } from '../containerd/trace.ts'
import { failureOf, outcomeOf, type TracedRequest } from '../containerd/traced-resolution.ts'
import { rulesOf } from '../containerd/version-rules.ts'
import type { Look } from '../model/observation.ts'
import type { NodePlan } from './node-plan.ts'
import { notTraced } from './not-traced.ts'
import type { PullOutcome } from './pull-outcome.ts'

/**
 * Asks each endpoint of a plan by itself from the node, in the order of the plan and no further than it goes: for where the
 * node's containerd client resolves in another way than its CRI.
 */
export async function askEndpoints(look: Look, node: string, { containerd, plan }: NodePlan): Promise<PullOutcome> {
  if (plan.kind !== 'plan' || plan.endpoints.kind === 'unseen' || plan.endpoints.kind === 'crash')
    throw new Error('there is nothing to ask')
  const { image: reference, endpoints } = plan
  if (endpoints.kind === 'error') return { attempts: [], outcome: 'fails', error: { text: endpoints.text, code: 'Unknown' } }
  const answers = new Map<string, Answered | null>()
  for (;;) {
    let missing: Request | undefined
    const attempts: TracedRequest[] = []
    const ask = (request: Request): Outcome => {
      const known = answers.get(keyOf(request))
      if (known == null) {
        missing = request
        throw new NotAsked()
      }
      attempts.push({ request, ...known })
      return known.outcome
    }
    try {
      const resolved = resolveImage(reference, endpoints.endpoints, rulesOf(containerd.version), ask)
      return { attempts, outcome: resolved.outcome, ...(resolved.outcome === 'fails' && { error: resolved.error }) }
    } catch (error) {
      if (!(error instanceof NotAsked)) throw error
    }
    const request = missing!
    if (answers.has(keyOf(request))) return { attempts, outcome: 'unknown', why: `${request.url} could not be asked as containerd asks it` }
    answers.set(keyOf(request), await askEndpoint(look, node, request, reference))
  }
}

type Answered = Omit<TracedRequest, 'request'>

class NotAsked extends Error {}

const keyOf = ({ method, url }: Request): string => `${method} ${url}`

/** What one endpoint answers to containerd's client; null where that cannot be asked, or cannot be told. */
async function askEndpoint(look: Look, node: string, request: Request, reference: ImageReference): Promise<Answered | null> {
  const image = directImage(request.endpoint, reference)
  if (image === null) return null
  const outcome = await look('node.trace', { node, image, ...(request.scheme === 'http' && { plainHttp: true }) })
  const { attempts, error } = parseTrace(outcome.stderr, outcome.lineMs)
  const asked = attempts.find((one) => one.method === request.method)
  const took = asked?.ms === undefined ? {} : { ms: asked.ms }
  if (outcome.exitCode === 0) return { outcome: { status: 200 }, byRegistry: true, ...took }
  if (attempts.length === 0 && error === undefined) throw notTraced(node, outcome)
  const answered = attempts.find((one) => one.method === request.method && one.status !== undefined)
  if (answered) return { outcome: outcomeOf(answered)!, byRegistry: answeredByRegistry(answered), ...took }
  if (error?.endsWith(': not found')) return { outcome: { status: 404 }, byRegistry: null, ...took }
  if (outcome.timedOut) return { outcome: { error: 'no answer within the time limit', kind: 'timeout' } }
  return error === undefined ? null : { outcome: failureOf(error), ...took }
}

/** The image whose plain request is that of an endpoint; null where a path cannot be asked for in this way. */
function directImage({ host, path }: Endpoint, { repository, tag, digest }: ImageReference): string | null {
  if (path !== '/v2' && !path.startsWith('/v2/')) return null
  const prefix = path.slice('/v2'.length).replace(/^\//, '')
  return `${host}/${prefix === '' ? '' : `${prefix}/`}${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`
}
