import { resolveErrorClass } from '../containerd/errors.ts'
import type { Endpoint, Endpoints } from '../containerd/endpoints.ts'
import type { ImageReference } from '../containerd/image-reference.ts'
import type { FoundPullSettings } from '../containerd/pull-settings.ts'
import type { PullPath } from '../containerd/pull-path.ts'
import type { PullPlan } from '../containerd/pull-plan.ts'
import { lacking } from '../containerd/resolve.ts'
import { parseTrace } from '../containerd/trace.ts'
import type { NodePull } from '../derive/node-pull.ts'
import type { NodePullPlan, PlannedEndpoint, PullAttempt, PullError } from '../model/pull-plan.ts'

/** What a plan was made from. */
export interface PlanSource {
  readonly version: { readonly text: string }
  readonly config: Pick<FoundPullSettings, 'sources'>
}

type Planned = Omit<NodePullPlan, 'outcome'>

/** A plan as the document has it, before anything is asked. */
export function plannedPull(image: string, { version, config }: PlanSource, plan: PullPlan): Planned {
  const base = { image, containerd: version.text, attempts: [] }
  if (plan.kind === 'invalid-image') return { ...base, endpoints: [] }
  const { image: reference, path, endpoints } = plan
  return {
    ...base,
    reference: { ...reference },
    ...pathOf(path),
    ...(config.sources.configPath !== undefined && { rootsFrom: config.sources.configPath }),
    ...decidedBy(endpoints),
    endpoints: endpoints.kind === 'endpoints' ? endpoints.endpoints.map((one) => endpointOf(one, reference)) : [],
  }
}

function pathOf(path: PullPath): Partial<NodePullPlan> {
  if (path.path === 'none') return { path: 'none' }
  return {
    path: path.path,
    roots: [...path.roots],
    ...(path.because !== undefined && { transferNotUsed: path.because }),
    ...(path.listIgnored && { listIgnored: true }),
    ...(path.rulesOf !== undefined && { rulesOf: path.rulesOf }),
  }
}

function decidedBy(endpoints: Endpoints): Partial<NodePullPlan> {
  if (endpoints.kind === 'unseen') return {}
  const { directory } = endpoints
  const problem = endpoints.kind === 'crash' ? endpoints.problem : endpoints.kind === 'endpoints' ? endpoints.rejected : undefined
  return {
    ...(directory !== undefined && { directory }),
    ...(problem && {
      rejected: { file: `${directory}/hosts.toml`, line: problem.line, column: problem.column, message: problem.message },
    }),
    ...(endpoints.kind === 'endpoints' && endpoints.unordered && { unordered: true }),
  }
}

function endpointOf(endpoint: Endpoint, reference: ImageReference): PlannedEndpoint {
  const { capabilities, ca, client, headers, ...rest } = endpoint
  const missing = lacking(reference, endpoint)
  const kind = reference.digest === undefined ? 'a tag' : 'a digest'
  return {
    ...rest,
    capabilities: [...capabilities],
    ...(ca && { ca: [...ca] }),
    ...(client && { client: client.map((pair) => [...pair]) }),
    ...(headers && { headers: [...headers] }),
    ...(missing.length > 0 && {
      skipped: `it lacks the ${missing.length > 1 ? 'capabilities' : 'capability'} ${missing.join(' and ')}, which ${kind} needs`,
    }),
  }
}

/** What a pull comes to, as the document has it. */
export function reportedPull(pull: NodePull): NodePullPlan {
  const planned = plannedPull(pull.image, pull.containerd, pull.plan)
  const endpoints = pull.plan.kind === 'plan' && pull.plan.endpoints.kind === 'endpoints' ? pull.plan.endpoints.endpoints : []
  const answered = pull.attempts.map(({ request, outcome, ms }): PullAttempt => ({
    endpoint: endpoints.indexOf(request.endpoint),
    method: request.method,
    url: request.url,
    ...('status' in outcome ? { status: outcome.status } : { error: outcome.error }),
    ...(ms !== undefined && { ms }),
  }))
  const silent = unanswered(pull, endpoints)
  const attempts = [...answered, ...(silent ? [silent] : [])]
  const last = attempts.at(-1)
  const served = pull.outcome === 'ok' && last?.status !== undefined && last.status < 300 ? last.endpoint : undefined
  const error = pull.outcome === 'fails' ? errorOf(pull) : undefined
  const waited =
    silent &&
    `no answer within ${Math.round(pull.traced!.ms / 1000)} s: a pull waits without an error, and others of the node wait behind it`
  const reason = waited ?? pull.why ?? (pull.outcome === 'fails' ? reasonOf(pull, error) : undefined)
  return {
    ...planned,
    attempts,
    // That it is silent is an answer: our own time limit ended the question, not a fault of asking.
    outcome: silent ? 'fails' : pull.outcome,
    ...(served !== undefined && { servedBy: served }),
    ...(reason !== undefined && { reason }),
    ...(error && { error }),
    ...(pull.difference && { difference: { ...pull.difference } }),
  }
}

/** The request that was still waiting when the time was up. */
function unanswered({ traced }: NodePull, endpoints: readonly Endpoint[]): PullAttempt | undefined {
  if (!traced?.timedOut) return undefined
  const { host, method, path, status, error } = parseTrace(traced.stderr).attempts.at(-1) ?? {}
  const endpoint = endpoints.findIndex((one) => one.host === host)
  if (status !== undefined || error !== undefined || endpoint < 0) return undefined
  const url = `${endpoints[endpoint]!.scheme}://${host}${path}`
  return { endpoint, method: method!, url, error: 'no answer within the time limit' }
}

function errorOf({ plan, error, text, image }: NodePull): PullError | undefined {
  if (plan.kind === 'invalid-image') return { class: 'invalid-name', text: plan.image.error }
  if (plan.endpoints.kind === 'crash') return crashError(image)
  return text === undefined ? undefined : { class: resolveErrorClass(error?.text ?? text), text }
}

/** What the kubelet gets from a containerd that ends while it is asked (google.golang.org/grpc, internal/transport/http2_client.go). */
export const crashError = (image: string): PullError => ({
  class: 'cri-unavailable',
  text: `Failed to pull image ${JSON.stringify(image)}: rpc error: code = Unavailable desc = error reading from server: EOF`,
})

function reasonOf({ plan }: NodePull, error: PullError | undefined): string | undefined {
  if (plan.kind === 'plan' && plan.endpoints.kind === 'crash') return 'containerd ends while it reads the hosts.toml'
  if (error === undefined) return 'the trace does not show the error with which it ended'
  // A trace has no credentials; the kubelet has those of the pod.
  return error.class === 'unauthorized' || error.class === 'forbidden' ? 'asked without credentials' : undefined
}
