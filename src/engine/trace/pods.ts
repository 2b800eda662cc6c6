import { parseImageReference, type ImageReference } from '../../containerd/image-reference.ts'
import { podsOfRepository } from '../../derive/pods.ts'
import { partFor } from '../../derive/registry-image.ts'
import { runsOn } from '../../derive/registry-content.ts'
import { compare, type Comparison, type Standard } from '../../derive/same-image.ts'
import { registryHostsOf } from '../../derive/registry-pulls.ts'
import { tried } from '../../derive/tried.ts'
import type { EngineImage, Look, RunningContainer, RunningPod, Tried } from '../../model/observation.ts'
import type { Cluster } from '../../model/topology.ts'
import type { Place } from '../../model/trace.ts'
import { familiarRepository, referenceIn, type Chain } from './chain.ts'
import { sameAsLoaded, type NodeSide } from './nodes.ts'
import { drawn, facts, unasked, type Drawn } from './place.ts'

/** One container of a pod that names the image. */
export interface Use {
  readonly cluster: Cluster
  readonly pod: RunningPod
  readonly container: RunningContainer
  /** What it runs, as its runtime names it; absent before it was started. */
  readonly digest?: string
  readonly of?: 'config'
  readonly comparison: Comparison
  /** A newer version of its owner's template has pods: this one is about to be replaced, or was left behind by it. */
  readonly superseded: boolean
  /** It is made for another platform than that of its node, and does not run there. */
  readonly foreign?: string
}

/** The pods of one cluster. */
export interface PodSide {
  readonly cluster: Cluster
  readonly uses: Tried<readonly Use[]>
  /** What pods name of the same repository, where none names the image: `deploy/app names …`. */
  readonly others: readonly string[]
}

interface Asked {
  readonly look: Look
  readonly chain: Chain
  readonly sides: readonly NodeSide[]
  readonly standard: Standard | null
  readonly loaded: EngineImage | null
  /** Where only one is asked after. */
  readonly only?: { readonly namespace: string; readonly name: string }
}

/** The pods that name the repository of a chain, by cluster. */
export type Pods = ReadonlyMap<Cluster, Tried<readonly RunningPod[]>>

export async function podsOf(look: Look, chain: Chain): Promise<Pods> {
  const repository = familiarRepository(chain)
  return new Map(
    await Promise.all(chain.clusters.map(async (cluster) => [cluster, await tried(podsOfRepository(look, cluster, repository))] as const)),
  )
}

/** Holds what the containers of pods run against the registry, or against what nodes are loaded with. */
export const podSides = (asked: Asked, pods: Pods): Promise<PodSide[]> =>
  Promise.all(
    [...pods].map(async ([cluster, found]) => (found.ok ? sideOf(asked, cluster, found.answer) : { cluster, uses: found, others: [] })),
  )

async function sideOf({ only, ...asked }: Asked, cluster: Cluster, pods: readonly RunningPod[]): Promise<PodSide> {
  const wanted = referenceIn(asked.chain, cluster).canonical
  const named = pods.flatMap((pod) =>
    pod.containers.flatMap((container) => {
      const reference = ownReference(asked.chain, cluster, container.image)
      return reference ? [{ pod, container, isMeant: reference.canonical === wanted }] : []
    }),
  )
  const meant = named.filter(
    ({ pod, isMeant }) => isMeant && (only === undefined || (pod.name === only.name && pod.namespace === only.namespace)),
  )
  const uses = await Promise.all(meant.map(({ pod, container }) => useOf(asked, cluster, pod, container, pods)))
  const others = meant.length > 0 ? [] : named.filter((one) => !one.isMeant)
  return {
    cluster,
    uses: { ok: true, answer: uses },
    others: [...new Set(others.map(({ pod, container }) => `${pod.owner ?? `pod/${pod.name}`} names ${container.image}`))],
  }
}

/** The reference of a container, where it is of the registry of a chain, with the registry host that the chain goes by. */
function ownReference(chain: Chain, cluster: Cluster, image: string): ImageReference | null {
  const reference = parseImageReference(image)
  if ('error' in reference || reference.repository !== chain.reference.repository) return null
  const host = referenceIn(chain, cluster).registryHost
  if (reference.registryHost === host) return reference
  const isSynonym = chain.registry !== null && registryHostsOf(chain.registry, cluster.name).includes(reference.registryHost)
  if (!isSynonym) return null
  const canonical = host + reference.canonical.slice(reference.registryHost.length)
  return { ...reference, registryHost: host, canonical }
}

async function useOf(
  { look, sides, standard, loaded }: Omit<Asked, 'only'>,
  cluster: Cluster,
  pod: RunningPod,
  container: RunningContainer,
  pods: readonly RunningPod[],
): Promise<Use> {
  const platform = pod.node === undefined ? undefined : cluster.platform[pod.node]
  const [, name = '', digest] = /^(.*?)@?(sha256:[0-9a-f]{64})$/.exec(container.imageId.replace(/^[a-z-]+:\/\//, '')) ?? []
  const of = name === '' && digest !== undefined ? { of: 'config' as const } : {}
  const config = of.of === 'config' || digest === undefined ? digest : configOf(sides, pod.node, digest)
  const names = { digests: digest === undefined || of.of ? [] : [digest], ...(config !== undefined && { config }) }
  const comparison =
    digest === undefined
      ? {}
      : standard !== null
        ? await compare(look, standard, platform, names)
        : loaded === null
          ? {}
          : sameAsLoaded(loaded, { digest, ...(config !== undefined && { config }) })
  const foreign = standard === null ? undefined : foreignPlatform(standard, platform, container)
  return {
    cluster,
    pod,
    container,
    ...(digest !== undefined && { digest }),
    ...of,
    comparison,
    superseded: isSuperseded(pod, pods),
    ...(foreign !== undefined && { foreign }),
  }
}

/** The configuration of what a pod runs, by the store of its node. */
function configOf(sides: readonly NodeSide[], node: string | undefined, digest: string): string | undefined {
  const held = sides.find((one) => one.node.name === node)?.held
  return held?.ok ? held.answer.find((one) => one.digest === digest)?.config : undefined
}

const isSuperseded = ({ namespace, owner, revision, createdAt }: RunningPod, pods: readonly RunningPod[]): boolean =>
  owner !== undefined &&
  revision !== undefined &&
  pods.some(
    (one) =>
      one.namespace === namespace &&
      one.owner === owner &&
      one.revision !== undefined &&
      one.revision !== revision &&
      one.createdAt > createdAt,
  )

/**
 * The platform of an image that does not start where it is not at home. That of a manifest without an index is not judged
 * by a node, and a machine that emulates the other runs it: only a container that ends shows that it does not.
 */
function foreignPlatform({ image }: Standard, platform: string | undefined, container: RunningContainer): string | undefined {
  const own = partFor(image, platform)?.platform
  if (image.of !== 'manifest' || platform === undefined || own === undefined || runsOn(own, platform)) return undefined
  const ended = container.restartReason !== undefined || (container.state === 'terminated' && container.reason !== 'Completed')
  return ended || container.reason === 'CrashLoopBackOff' ? own : undefined
}

/** The kubelet's words for a pull that failed. Source: Kubernetes v1.34.4, pkg/kubelet/images/types.go. */
const failedPull = /^(?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError|RegistryUnavailable)$/

/** The rows of the pods of a cluster; one that says so where there is none. */
export function podPlaces({ cluster, uses, others }: PodSide, asked: string): Drawn[] {
  const base = { place: 'pod', cluster: cluster.name } as const
  if (!uses.ok) return [unasked({ ...base, name: 'pods', asked }, uses)]
  if (uses.answer.length === 0) {
    const detail = others.length === 0 ? 'no pod names it' : `no pod names it; ${others.slice(0, 3).join(', ')}`
    return [drawn({ ...base, name: 'pods', asked, state: 'missing', detail })]
  }
  return uses.answer.map((use) => podPlace(base, use))
}

function podPlace(base: Pick<Place, 'place' | 'cluster'>, { pod, container, digest, of, comparison, superseded, foreign }: Use): Drawn {
  const { name, image, pullPolicy, startedAt, state, reason } = container
  const fails = digest === undefined && reason !== undefined && failedPull.test(reason)
  const words = [
    ...(state === 'running' || reason === undefined ? [] : [reason]),
    ...(foreign === undefined ? [] : [`made for ${foreign}`]),
    ...(pod.deleting ? ['is being removed'] : superseded ? ['its owner has a newer template'] : []),
  ]
  return drawn({
    ...base,
    name: `${pod.namespace}/${pod.name}`,
    ...(pod.node !== undefined && { node: pod.node }),
    container: name,
    ...(pod.owner !== undefined && { owner: pod.owner }),
    ...(pullPolicy !== undefined && { pullPolicy }),
    asked: image,
    state: digest !== undefined ? 'holds' : fails ? 'fails' : 'missing',
    ...facts({ digest, of, created: comparison.part?.created, same: comparison.same, detail: words.join(', ') || undefined }),
    ...(startedAt !== undefined && state === 'running' && { since: startedAt }),
  })
}
