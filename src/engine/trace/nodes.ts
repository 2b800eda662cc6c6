import type { ImageReference } from '../../containerd/image-reference.ts'
import { parseTrace } from '../../containerd/trace.ts'
import { nodePull, type NodePull } from '../../derive/node-pull.ts'
import { readManifest } from '../../derive/registry-content.ts'
import { compare, type Comparison, type Standard } from '../../derive/same-image.ts'
import { tried } from '../../derive/tried.ts'
import type { EngineImage, HeldImage, Look, Tried } from '../../model/observation.ts'
import type { Cluster, Node } from '../../model/topology.ts'
import type { Place } from '../../model/trace.ts'
import { nameIn, noLocalRegistry, referenceIn, type Chain } from './chain.ts'
import { denied, drawn, facts, isDenied, unasked, type Drawn } from './place.ts'

/** What one node was asked. */
export interface NodeSide {
  readonly cluster: Cluster
  readonly node: Node
  /** As the nodes of its cluster name the image. */
  readonly reference: ImageReference
  /** Absent where it does not run; of an image of no local registry nothing is asked. */
  readonly pull?: Tried<NodePull>
  /** What it holds of the registry host. */
  readonly held?: Tried<readonly HeldImage[]>
}

/** Asks all running nodes of a chain for the image and for what they hold, all at once. */
export function nodeSides(look: Look, chain: Chain): Promise<NodeSide[]> {
  const { clusters, registry } = chain
  return Promise.all(
    clusters.flatMap((cluster) =>
      cluster.nodes.map(async (node): Promise<NodeSide> => {
        const reference = referenceIn(chain, cluster)
        const side = { cluster, node, reference }
        if (!node.running) return side
        const [pull, held] = await Promise.all([
          registry === null ? null : tried(nodePull(look, node.name, nameIn(chain, cluster))),
          look.try('node.images', { node: node.name, registryHost: reference.registryHost }),
        ])
        return {
          ...side,
          ...(pull && { pull: pull.ok && isRefused(pull.answer) ? denied : pull }),
          held: held.ok ? { ok: true, answer: held.answer.images } : held,
        }
      }),
    ),
  )
}

/** The kubelet sends credentials of pods, which a trace does not have. */
const isRefused = ({ outcome, attempts }: NodePull): boolean =>
  outcome === 'fails' && attempts.some((one) => 'status' in one.outcome && isDenied(one.outcome.status))

/** The image that a node is given, by its digest. */
export function pulledDigest({ traced }: NodePull): string | undefined {
  if (!traced) return undefined
  const { attempts } = parseTrace(traced.stderr, traced.lineMs)
  const byPath = attempts.flatMap(({ path }) => /\/manifests\/(sha256:[0-9a-f]{64})(?:\?|$)/.exec(path)?.[1] ?? []).at(-1)
  return byPath ?? attempts.findLast((one) => one.status === 200)?.headers['docker-content-digest']
}

const base = ({ cluster, node }: NodeSide) => ({ name: node.name, cluster: cluster.name, node: node.name })

/** A node that could not even be asked, with why. */
const notRunning = ({ node }: NodeSide): Pick<Place, 'state' | 'detail'> => ({
  state: 'not-asked',
  detail: `it is not running (${node.state})`,
})

/** What a node is given for the image, held against what the host sees. */
export async function givenTo(look: Look, { pull, cluster, node }: NodeSide, standard: Standard | null): Promise<Comparison> {
  if (!pull?.ok || pull.answer.outcome !== 'ok' || standard === null) return {}
  if (pull.answer.traced?.stdout.trim() === standard.image.text.trim()) return { same: true }
  const digest = pulledDigest(pull.answer)
  return digest === undefined ? {} : compare(look, standard, cluster.platform[node.name], { digests: [digest] })
}

/** The row of the registry as the containerd of a node sees it. */
export function fromNode(chain: Chain, side: NodeSide, given: Comparison, standard: Standard | null): Drawn {
  const place = { place: 'registry-from-node', ...base(side), asked: side.reference.canonical } as const
  if (chain.registry === null) return drawn({ ...place, state: 'not-asked', detail: noLocalRegistry(chain) })
  if (!side.pull) return drawn({ ...place, ...notRunning(side) })
  if (!side.pull.ok) return unasked(place, side.pull)
  const { outcome, why = 'nobody answers', error, text } = side.pull.answer
  if (outcome === 'unknown') return unasked(place, { ok: false, code: 'outcome-unknown', reason: why })
  if (outcome === 'fails') return drawn({ ...place, state: 'fails', ...facts({ detail: error?.text ?? text }) })
  const digest = pulledDigest(side.pull.answer) ?? (given.same ? standard?.image.digest : undefined)
  const manifest = readManifest(side.pull.answer.traced?.stdout ?? '')
  const of = manifest === null ? undefined : manifest.manifests ? 'index' : 'manifest'
  return drawn({ ...place, state: 'holds', ...facts({ digest, of, same: given.same }) })
}

/** What a node holds under the name of the image. */
export const heldBy = ({ held, reference }: NodeSide): HeldImage | null =>
  (held?.ok && held.answer.find((one) => one.name === reference.canonical)) || null

/**
 * The store of a node, held against the registry; an image that was loaded into it, against that of the engine.
 * @param loaded the engine's image, where it is what nodes are loaded with
 */
export async function storeOf(look: Look, side: NodeSide, standard: Standard | null, loaded: EngineImage | null): Promise<Comparison> {
  const held = heldBy(side)
  if (!held) return {}
  const { digest, config, pulled } = held
  if (standard !== null)
    return compare(look, standard, side.cluster.platform[side.node.name], { digests: [digest], ...(config !== undefined && { config }) })
  return loaded === null || pulled ? {} : sameAsLoaded(loaded, { digest, ...(config !== undefined && { config }) })
}

/** Whether an image is that of the engine, with which nodes are loaded. */
export function sameAsLoaded({ id, descriptor }: EngineImage, { digest, config }: { digest?: string; config?: string }): Comparison {
  if ([id, descriptor].some((one) => one !== undefined && (one === digest || one === config))) return { same: true }
  // The containerd image store does not tell the configuration of an image.
  return config === undefined || descriptor !== undefined ? {} : { same: false }
}

/** The row of the store of a node. */
export function storePlace(side: NodeSide, { same, part }: Comparison): Drawn {
  const place = { place: 'node-store', ...base(side), asked: side.reference.canonical } as const
  if (!side.held) return drawn({ ...place, ...notRunning(side) })
  if (!side.held.ok) return unasked(place, side.held)
  const held = heldBy(side)
  if (!held) return drawn({ ...place, state: 'missing' })
  const { digest, of, platforms, pulled } = held
  const detail = pulled ? undefined : 'loaded, not pulled'
  return drawn({
    ...place,
    state: 'holds',
    ...facts({ digest, of, platforms: platforms ? [...platforms] : undefined, created: part?.created, same, detail }),
  })
}
