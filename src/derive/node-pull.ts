import { kubeletText } from '../containerd/kubelet-text.ts'
import type { PullPath } from '../containerd/pull-path.ts'
import { parseTrace, type Trace } from '../containerd/trace.ts'
import { tracedResolution } from '../containerd/traced-resolution.ts'
import { rulesOf } from '../containerd/version-rules.ts'
import type { CommandOutcome, Look } from '../model/observation.ts'
import { askEndpoints } from './ask-endpoints.ts'
import { nodePlan, type NodePlan } from './node-plan.ts'
import { notTraced } from './not-traced.ts'
import type { PullOutcome } from './pull-outcome.ts'

/** What comes of pulling an image on a node, as far as its manifest. */
export interface NodePull extends NodePlan, PullOutcome {
  readonly node: string
  /** As it was asked for. */
  readonly image: string
  /** What the kubelet will show, where it fails. */
  readonly text?: string
}

/**
 * Asks what a pull on a node comes to, without pulling: the node's own containerd client makes the requests of the plan
 * where it resolves as the CRI does; elsewhere each endpoint of the plan is asked directly. Nothing is stored.
 * @param again asks once more what was asked before, as the how manieth time: of what comes and goes one answer tells nothing
 * @throws ObservationFailure where the node cannot be asked
 */
export function nodePull(look: Look, node: string, image: string, again = 0): Promise<NodePull> {
  return look.once(`nodePull ${node} ${image} ${again}`, async () => {
    const planned = await nodePlan(look, node, image)
    const { plan } = planned
    const done = (asked: PullOutcome): NodePull => ({ ...planned, node, image, ...asked })
    if (plan.kind === 'invalid-image') return { ...done({ attempts: [], outcome: 'fails' }), text: plan.image.error }
    const { path, image: reference } = plan
    if (path.path === 'none') return { ...done({ attempts: [], outcome: 'fails' }), text: path.text }
    const asked = path.endpointsFrom === 'mirrors' ? await askEndpoints(look, node, planned) : await trace(look, node, planned, path, again)
    return {
      ...done(asked),
      ...(asked.error && { text: kubeletText(image, reference, asked.error, path.path, { rules: rulesOf(planned.containerd.version) }) }),
    }
  })
}

/** A directory that is never there: containerd then goes by its default endpoint. */
const noDirectory = '/proc/registry-doctor'

/** The directory to trace with, so that it resolves as the CRI does: of several roots the one in which a directory was found. */
function hostsDirOf(path: Exclude<PullPath, { path: 'none' }>, directory: string | undefined): string {
  return path.roots.find((root) => directory?.startsWith(`${root.replace(/\/+$/, '')}/`)) ?? path.roots[0] ?? noDirectory
}

async function trace(
  look: Look,
  node: string,
  { containerd, plan }: NodePlan,
  path: Exclude<PullPath, { path: 'none' }>,
  again: number,
): Promise<PullOutcome> {
  if (plan.kind !== 'plan') throw new Error('there is nothing to trace')
  const { image: reference, endpoints } = plan
  const directory = 'directory' in endpoints ? endpoints.directory : undefined
  // A file that ends containerd ends its client too, and an order that changes cannot be compared.
  if (endpoints.kind === 'crash') return { attempts: [], outcome: 'fails' }
  const query = { node, image: reference.canonical, hostsDir: hostsDirOf(path, directory) }
  const traced = await look('node.trace', { ...query, ...(again > 0 && { again }) })
  const parsed = parseTrace(traced.stderr, traced.lineMs)
  if (parsed.attempts.length === 0 && parsed.error === undefined && traced.exitCode !== 0) throw notTraced(node, traced)
  const succeeded = traced.exitCode === 0
  if (endpoints.kind === 'error') return errorBeforeAnyRequest(endpoints.text, parsed, traced)
  if (endpoints.kind === 'unseen') throw new Error('a plan without its files')
  const followed = tracedResolution(reference, endpoints.endpoints, rulesOf(containerd.version), parsed, succeeded)
  const { difference, ...result } = followed
  if (traced.timedOut) return { attempts: result.attempts, outcome: 'unknown', why: 'no answer within the time limit', traced }
  const { settings } = containerd.config
  const hasCredentials = (settings.configs ?? []).length > 0 || (settings.auths ?? []).length > 0
  if (!succeeded && hasCredentials && parsed.attempts.some((one) => one.status === 401 || one.status === 403))
    return { attempts: result.attempts, outcome: 'unknown', why: 'the CRI has credentials that a trace does not have', traced }
  return { ...result, traced, ...(difference && !endpoints.unordered && { difference }) }
}

function errorBeforeAnyRequest(text: string, { attempts, error }: Trace, traced: CommandOutcome): PullOutcome {
  const fails = error !== undefined && attempts.length === 0
  const code = text.endsWith(': not found') ? 'NotFound' : 'Unknown'
  if (fails)
    return {
      attempts: [],
      outcome: 'fails',
      error: { text: error, code },
      traced,
      ...(error !== text && { difference: { expected: text, saw: error } }),
    }
  return {
    attempts: [],
    outcome: traced.exitCode === 0 ? 'ok' : 'fails',
    traced,
    difference: { expected: text, saw: error ?? 'the image was found' },
  }
}
