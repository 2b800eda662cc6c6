import { classifyPullError } from '../containerd/pull-error/classify.ts'
import { codeOfStatus } from '../model/answer-codes.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import type { Look } from '../model/observation.ts'
import { probeRepository } from '../model/probe.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import type { Hop } from '../model/words.ts'
import { nodePull } from './node-pull.ts'
import { pullFault, type LocalSymptom, type PullFault } from './pull-fault.ts'
import { pullFinding } from './pull-finding.ts'
import { judgedPull } from './registry-pulls.ts'
import { pullSymptoms } from './symptoms.ts'
import { orNull, tried } from './tried.ts'

/** A container of a probe that did not get as far as its end. */
export interface FailedProbe {
  readonly cluster: Cluster
  readonly registry: Registry
  readonly registryHost: string
  readonly node: string
  /** `HOST/registry-doctor/probe@sha256:…` */
  readonly image: string
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid?: string }
  /** The kubelet's word, or `Pulling` where the pull has no outcome. */
  readonly reason: string
  readonly message: string
  /** The image was there. */
  readonly pulled: boolean
}

/**
 * The first leg of its way on which a probe failed, found by asking from its node for the same image, and why. The words of
 * the kubelet decide only what cannot be asked for.
 * @throws ObservationFailure where the node cannot be asked
 */
export async function probeFault(look: Look, failed: FailedProbe): Promise<Finding> {
  const { cluster } = failed
  if (failed.pulled) return notStarted(failed)
  const symptom = symptomOf(failed)
  // Before anything is asked from the node: its log would show that too.
  const logged = await logEvidence(look, failed)
  const others = (await orNull(pullSymptoms(look, cluster, [failed.registry]))) ?? []
  const judged = await pullFault(look, cluster, symptom, others)
  const fault = judged?.fault ?? (await refusal(look, failed))
  if (!fault) {
    const { class: asClass } = symptom.error
    const finding = pullFinding(cluster, {
      symptom,
      fault: { code: 'in-cluster-pull-failed', class: asClass, text: failed.message, hides: false },
    })
    return { ...stable(finding), hop: hopOfClass[asClass] ?? 'unpack', evidence: [...finding.evidence, ...logged] }
  }
  const finding = pullFinding(cluster, { symptom, fault })
  const hop = fault.code === 'in-cluster-pull-failed' ? await hopOf(look, failed) : finding.hop
  return { ...stable(finding), hop: hop ?? finding.hop, evidence: [...finding.evidence, ...logged] }
}

/** The digest of a probe is another in each run, and an id is not. */
const stable = (finding: Finding): Finding =>
  finding.subject.kind === 'image'
    ? { ...finding, subject: { ...finding.subject, name: finding.subject.name.replace(/@.*$/, '') } }
    : finding

/** What has come as far as the manifest fails by its content, or by the node. */
const hopOfClass: { readonly [errorClass: string]: Hop } = { 'short-read': 'blob', 'disk-full': 'unpack' }

function symptomOf({ registry, registryHost, node, image, pod, reason, message }: FailedProbe): LocalSymptom {
  return {
    pod: { namespace: pod.namespace, name: pod.name, uid: pod.uid ?? '', node, hasPullSecrets: false, containers: [] },
    container: { name: registryHost, kind: 'container', image, pullPolicy: 'Always', reason, message },
    reason,
    message,
    error: classifyPullError(message),
    registry,
    registryHost,
  }
}

/**
 * What the registry answers instead of the manifest, although containerd goes on from there: what it asks for by digest it
 * asks for as a blob too, and its error then only tells of that (containerd v2.1.4, core/remotes/docker/resolver.go, Resolve).
 */
async function refusal(look: Look, { cluster, registry, registryHost, node, image }: FailedProbe): Promise<PullFault | null> {
  const asked = await tried(nodePull(look, node, image))
  if (!asked.ok) return null
  const pull = asked.answer
  const { isOwn } = await judgedPull(look, cluster.name, registry, registryHost, pull)
  for (const { request, outcome } of pull.attempts) {
    if (!('status' in outcome) || !request.url.includes('/manifests/') || !isOwn(request.endpoint)) continue
    const code = codeOfStatus(outcome.status)
    if (code) return { code, status: outcome.status, endpoint: request.endpoint.host, pull }
  }
  return null
}

/** Where the requests for its manifest end: at the name, at the port, or at what is asked there. */
async function hopOf(look: Look, { cluster, registry, registryHost, node, image }: FailedProbe): Promise<Hop | null> {
  const pull = await tried(nodePull(look, node, image))
  if (!pull.ok) return null
  const { isOwn } = await judgedPull(look, cluster.name, registry, registryHost, pull.answer)
  const own = pull.answer.attempts.findLast(({ request }) => isOwn(request.endpoint))
  const isSilent = pull.answer.traced?.timedOut === true
  if (!own) return isSilent ? 'port' : 'resolve'
  // It answers: then it is the node's own runtime that fails.
  if ('status' in own.outcome) return own.outcome.status < 400 ? null : 'manifest'
  const asClass = classifyPullError(own.outcome.error).class
  if (asClass === 'dns-failure') return 'name'
  return isSilent || ['connection-refused', 'timeout', 'no-route'].includes(asClass) ? 'port' : 'resolve'
}

function notStarted({ cluster, node, pod, registry, registryHost, reason, message }: FailedProbe): Finding {
  return {
    code: 'container-not-started',
    subject: { kind: 'node', cluster: cluster.name, name: node },
    hop: 'start',
    message: `${node} has the image and does not run it: ${message}`,
    data: { registry: registry.name, registryHost, nodes: [node] },
    evidence: [{ vantage: 'api', asked: `pod ${pod.namespace}/${pod.name} on ${node}`, saw: `${reason}: ${message}` }],
  }
}

/** What the node's containerd and the registry wrote of this pull. */
async function logEvidence(look: Look, { node, image, registry }: FailedProbe): Promise<Evidence[]> {
  const contains = image.slice(image.indexOf('@') + 1)
  const [ofNode, ofRegistry] = await Promise.all([
    look.try('node.containerdLog', { node, contains }),
    // A resolver asks with HEAD, and nobody else does for this digest.
    registry.container === undefined
      ? null
      : look.try('docker.logLine', { container: registry.container, contains: `HEAD /v2/${probeRepository}/manifests/${contains}` }),
  ])
  return [
    ...(ofNode.ok && ofNode.answer.lines.length > 0
      ? [{ vantage: 'node' as const, asked: `what containerd of ${node} logged of it`, saw: ofNode.answer.lines.at(-1)! }]
      : []),
    ...(ofRegistry?.ok
      ? [
          {
            vantage: 'engine' as const,
            asked: `what ${registry.container} logged of it`,
            saw: ofRegistry.answer.line ?? 'no request for it by a node',
          },
        ]
      : []),
  ]
}
