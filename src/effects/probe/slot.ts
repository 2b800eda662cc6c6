import type { ApiAccess, Cluster } from '../../model/topology.ts'
import { KubeError } from '../../ports/kube.ts'
import type { KubeAnswer } from '../../ports/write/kube.ts'
import { probeNamespace, probeSlots } from '../../model/probe.ts'
import { removeNamespace, removePods, type Made } from './clean.ts'
import { claimOf, claimsPath, freeSlots, isAbandoned, readClaims, type Claim } from './claim.ts'
import { leftImages, referencesOfSlots, removeImages, type LeftImage } from './node-images.ts'
import { refusal } from './pods.ts'
import type { ProbeTools } from './tools.ts'

export type TakenSlot = { readonly slot: number } | { readonly blocked: string; readonly code: string }

/**
 * Takes a slot that no other run has and none of whose images a node holds, by making its namespace; what runs that were
 * killed left behind is taken away on the way.
 * @param made told of the namespace before it is made
 */
export async function takeSlot(tools: ProbeTools, cluster: Cluster, registryHosts: readonly string[], made: Made): Promise<TakenSlot> {
  const references = await referencesOfSlots(cluster.name, registryHosts)
  if (tools.by === 'cri') return withoutApi(tools, await leftImages(tools, cluster), references)
  const { kube } = tools.ports
  const { way, listed } = await listClaims(tools, cluster)
  if (refusal(listed) === null) await removeAbandoned(tools, cluster, way, readClaims(listed.body))
  // Not before: what an abandoned run has left pulls until its pods are gone.
  const left = await leftImages(tools, cluster)
  // Listed again: whoever came meanwhile may have pulled what is there by now.
  const since = await kube.get(way, claimsPath)
  const whyNot = refusal(listed) ?? refusal(since)
  if (whyNot !== null) return { blocked: `namespaces cannot be listed: ${whyNot}`, code: 'kube-forbidden' }
  const claims = readClaims(since.body)
  const living = new Set(claims.filter((one) => !one.isEnding).map((one) => one.namespace))
  const isOfLiving = ({ reference }: LeftImage): boolean =>
    references.some((own, slot) => own.includes(reference) && living.has(probeNamespace(slot)))
  // What no living run can need any more; of images that another version of this tool made nobody knows.
  const known = new Set(references.flat())
  const stale = left.filter((one) => !isOfLiving(one) && (known.has(one.reference) || living.size === 0))
  if (stale.length > 0) await removeImages(tools, stale)
  const held = new Set(left.map((one) => one.reference))
  const free = freeSlots(claims, tools.owner.pid % probeSlots).toSorted(
    (a, b) => Number(references[a]!.some((one) => held.has(one))) - Number(references[b]!.some((one) => held.has(one))),
  )
  for (const slot of free) {
    tools.signal.throwIfAborted()
    made.namespace = { name: probeNamespace(slot), way }
    const answer = await createClaim(tools, way, slot, made)
    if (answer.status < 300) return { slot }
    delete made.namespace
    if (answer.status !== 409)
      return { blocked: `the cluster refuses a namespace for the probe: ${refusal(answer)}`, code: 'kube-forbidden' }
  }
  return { blocked: `${probeSlots} other probes of ${cluster.name} are under way`, code: 'busy' }
}

/** Makes the namespace of a slot. Where the API does not say whether it is there now, and whose, it is looked at again. */
async function createClaim({ ports: { kube }, owner }: ProbeTools, way: ApiAccess, slot: number, made: Made): Promise<KubeAnswer> {
  try {
    return await kube.create(way, '/api/v1/namespaces', claimOf(slot, owner))
  } catch (error) {
    const [claim] = await kube.get(way, claimsPath).then(
      ({ body }) => readClaims(body).filter((one) => one.namespace === probeNamespace(slot)),
      () => [],
    )
    // What is not known to be ours is left to the run that takes away what others left.
    if (claim?.owner?.pid !== owner.pid || claim.owner.host !== owner.host) delete made.namespace
    throw error
  }
}

/** Which probes there are, by the first way that leads to the API. */
async function listClaims(
  { ports: { kube } }: ProbeTools,
  { api, contextProblem }: Cluster,
): Promise<{ way: ApiAccess; listed: KubeAnswer }> {
  let failure: unknown = new KubeError('kube-unreachable', contextProblem ?? 'no control-plane node is running')
  for (const way of api) {
    try {
      return { way, listed: await kube.get(way, claimsPath) }
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function removeAbandoned(tools: ProbeTools, cluster: Cluster, way: ApiAccess, claims: readonly Claim[]): Promise<void> {
  const { now } = await tools.look('clock', {})
  for (const claim of claims.filter((one) => isAbandoned(one, tools.owner, tools.isAlive, now))) {
    tools.tell({ cluster: cluster.name, text: `removing ${claim.namespace}, which an earlier run left` })
    // A pod that still waits could pull again what is removed from its node.
    await removePods(tools, way, claim.namespace)
    await removeNamespace(tools, way, claim.namespace)
  }
}

/** Without the API no run tells another of itself: one that nobody is likely to have is taken. */
async function withoutApi(tools: ProbeTools, left: readonly LeftImage[], references: readonly (readonly string[])[]): Promise<TakenSlot> {
  const held = new Set(left.map((one) => one.reference))
  const order = freeSlots([], tools.owner.pid % probeSlots)
  const slot = order.find((one) => !references[one]!.some((reference) => held.has(reference)))
  if (slot !== undefined) return { slot }
  await removeImages(tools, left)
  return { slot: order[0]! }
}
