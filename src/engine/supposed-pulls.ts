import type { Outcome } from '../containerd/attempt.ts'
import type { Endpoint } from '../containerd/endpoints.ts'
import { resolveErrorClass } from '../containerd/errors.ts'
import { kubeletText } from '../containerd/kubelet-text.ts'
import type { PullPlan } from '../containerd/pull-plan.ts'
import { isLoopback, splitHostPort } from '../containerd/registry-host.ts'
import { lacking, resolveImage } from '../containerd/resolve.ts'
import { rulesOf } from '../containerd/version-rules.ts'
import type { ContainerdVersion } from '../containerd/versions.ts'
import type { SupposedPull } from '../model/pull-plan.ts'

type Supposed = 'serves' | 'not-found' | 'connection-refused'

/** What the first endpoint answers, and what all others do. */
const cases: readonly (readonly [first: Supposed, others?: Supposed])[] = [
  ['serves'],
  ['not-found', 'serves'],
  ['not-found', 'not-found'],
  ['not-found', 'connection-refused'],
  ['connection-refused', 'connection-refused'],
]

/** What would come of a plan whose endpoints nobody asked: who would serve, and which error would be shown. */
export function supposedPulls(image: string, version: ContainerdVersion, plan: PullPlan): SupposedPull[] {
  if (plan.kind !== 'plan' || plan.endpoints.kind !== 'endpoints' || plan.path.path === 'none') return []
  const { image: reference, path } = plan
  const { endpoints } = plan.endpoints
  const rules = rulesOf(version)
  const tried = endpoints.filter((one) => lacking(reference, one).length === 0)
  const told = tried.length > 1 ? cases : cases.filter(([first, others]) => first === 'serves' || first === others)
  return told.map(([first, others = 'serves']) => {
    const answers = tried.map((_, index) => (index === 0 ? first : others))
    const resolved = resolveImage(reference, endpoints, rules, ({ endpoint }) => outcomeOf(answers[tried.indexOf(endpoint)]!, endpoint))
    const needed = first === 'serves' ? answers.slice(0, 1) : answers
    if (resolved.outcome === 'ok') return { answers: needed, outcome: 'ok', servedBy: endpoints.indexOf(resolved.endpoint) }
    const text = kubeletText(image, reference, resolved.error, path.path, { rules })
    return { answers: needed, outcome: 'fails', error: { class: resolveErrorClass(resolved.error.text), text } }
  })
}

function outcomeOf(supposed: Supposed, { host, scheme }: Endpoint): Outcome {
  if (supposed === 'serves') return { status: 200 }
  if (supposed === 'not-found') return { status: 404 }
  return { kind: 'refused', error: `dial tcp ${addressOf(host, scheme)}: connect: connection refused` }
}

/** Go names the address that it dialled, which only the node's DNS knows. */
function addressOf(hostPort: string, scheme: string): string {
  const { host, port = scheme === 'http' ? '80' : '443' } = splitHostPort(hostPort)
  if (host === 'localhost') return `[::1]:${port}`
  const isAddress = isLoopback(hostPort) || host.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(host)
  return `${isAddress ? host : `<address of ${host}>`}:${port}`
}
