import { nodePlan } from '../derive/node-plan.ts'
import { nodePull } from '../derive/node-pull.ts'
import { tried } from '../derive/tried.ts'
import { chosenClusters, NoClusterError } from '../discover/clusters.ts'
import type { FoundCluster } from '../discover/found-cluster.ts'
import type { Selection } from '../discover/options.ts'
import { ObservationFailure, type Look, type PodImages } from '../model/observation.ts'
import type { NodePullPlan, PullPlanDocument } from '../model/pull-plan.ts'
import { findPod, type WantedPod } from './find-pod.ts'
import { planDocument, planError, type JudgedPlan, type PlanRun } from './plan-document.ts'
import { plannedPull, reportedPull } from './planned-pull.ts'
import { supposedPulls } from './supposed-pulls.ts'

export interface ExplainOptions {
  readonly selection: Selection
  readonly asked: { readonly image: string } | WantedPod
  readonly mode: 'live' | 'bundle'
}

/** One image on one node. */
interface Target {
  readonly cluster: string
  readonly node: string
  readonly image: string
  readonly pod?: PodImages
}

/**
 * Says per node what comes of pulling an image, or the images of a pod. Pulls nothing and changes nothing.
 * @returns a document also where nothing could be judged (exitCode 3)
 * @throws SelectionError where what was selected does not exist or cannot be used
 */
export async function explain(look: Look, { selection, asked, mode }: ExplainOptions): Promise<PullPlanDocument> {
  const started = performance.now()
  const { now } = await look('clock', {})
  const run = (): PlanRun => ({ startedAt: now, durationMs: Math.round(performance.now() - started), mode })
  try {
    const clusters = await chosenClusters(look, selection)
    const found = 'image' in asked ? null : await findPod(look, clusters, asked, selection.context)
    const on = found ? [withNodesOf(found.cluster, found.pod.node)] : clusters
    const nodes = on.flatMap((cluster) => cluster.nodes)
    const known = {
      ...(found && { pod: podOf(found.cluster.name, found.pod) }),
      notAsked: nodes
        .filter((node) => !node.running)
        .map(({ cluster, name, state }) => ({ cluster, node: name, why: `it is not running (${state})` })),
    }
    const images = 'image' in asked ? [asked.image] : [...new Set(found!.pod.containers.map((one) => one.image))]
    const targets = images.flatMap((image) =>
      nodes
        .filter((node) => node.running)
        .map(({ cluster, name }): Target => ({ cluster, node: name, image, ...(found && { pod: found.pod }) })),
    )
    if (targets.length === 0) return planError(run(), 3, { code: 'not-running', message: noneRuns(on, found?.pod.node) }, known)
    const judged = await Promise.all(targets.map((target) => judge(look, target)))
    return planDocument(run(), judged, known)
  } catch (error) {
    if (error instanceof ObservationFailure) return planError(run(), 3, { code: error.code, message: error.message })
    if (error instanceof NoClusterError) return planError(run(), 3, { code: 'no-cluster', message: error.message })
    throw error
  }
}

/** A pod that is not scheduled may come to any node. */
function withNodesOf(cluster: FoundCluster, node: string | undefined): FoundCluster {
  return node === undefined ? cluster : { ...cluster, nodes: cluster.nodes.filter((one) => one.name === node) }
}

const podOf = (cluster: string, { namespace, name, node }: PodImages): NonNullable<PullPlanDocument['pod']> => ({
  cluster,
  namespace,
  name,
  ...(node !== undefined && { node }),
})

const noneRuns = (clusters: readonly FoundCluster[], node: string | undefined): string =>
  node === undefined ? `no node of ${clusters.map((one) => one.name).join(', ')} is running` : `the pod's node ${node} is not running`

async function judge(look: Look, { cluster, node, image, pod }: Target): Promise<JudgedPlan> {
  const where = {
    cluster,
    node,
    ...(pod && {
      containers: pod.containers.filter((one) => one.image === image).map(({ image: _image, ...container }) => container),
    }),
  }
  const pulled = await tried(nodePull(look, node, image))
  if (pulled.ok) {
    const plan = { ...where, ...withPullSecrets(reportedPull(pulled.answer), pod) }
    return { plan, ...(pulled.answer.traced?.timedOut && { code: 'timeout' }) }
  }
  const unknown = { outcome: 'unknown' as const, reason: reasonOf(pulled) }
  const planned = await tried(nodePlan(look, node, image))
  if (!planned.ok) return { plan: { ...where, image, containerd: 'unknown', endpoints: [], attempts: [], ...unknown }, code: pulled.code }
  const { containerd, plan } = planned.answer
  const supposed = supposedPulls(image, containerd.version, plan)
  return { plan: { ...where, ...plannedPull(image, containerd, plan), ...unknown, supposed }, code: pulled.code }
}

const reasonOf = ({ code, reason }: { readonly code: string; readonly reason: string }): string =>
  code === 'not-recorded' ? 'the bundle holds no trace of this image on this node' : reason

/** The kubelet sends credentials of the pod, which a trace does not have. */
function withPullSecrets(plan: NodePullPlan, pod: PodImages | undefined): NodePullPlan {
  const denied = plan.error?.class === 'unauthorized' || plan.error?.class === 'forbidden'
  if (!pod?.hasPullSecrets || !denied) return plan
  const { error: _error, ...rest } = plan
  return { ...rest, outcome: 'unknown', reason: 'the pod has imagePullSecrets, which the kubelet sends and a trace does not have' }
}
