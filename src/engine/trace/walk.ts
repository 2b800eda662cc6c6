import { readManifest } from '../../derive/registry-content.ts'
import type { RegistryImage } from '../../derive/registry-image.ts'
import type { Comparison, Standard } from '../../derive/same-image.ts'
import { tried } from '../../derive/tried.ts'
import type { Finding } from '../../model/finding.ts'
import type { Look, Tried } from '../../model/observation.ts'
import { builderSides, comparedBuilders, type ComparedBuilder } from './builder.ts'
import { comparedImage, engineAnswer, engineSide, type ComparedImage, type EngineAnswer, type EngineSide } from './engine.ts'
import type { Chain } from './chain.ts'
import { conflictFinding } from './conflict.ts'
import { givenTo, nodeSides, pulledDigest, storeOf, type NodeSide } from './nodes.ts'
import { podSides, podsOf, type PodSide } from './pods.ts'
import { contentFaults, hostAnswer, nodePlatforms, type ContentFault, type HostAnswer } from './registry.ts'

/** A node, with what it is given and what it holds, each held against the registry. */
export interface WalkedNode {
  readonly side: NodeSide
  readonly given: Comparison
  readonly stored: Comparison
}

/** Everything that was seen of one image on its way. */
export interface Walked {
  readonly chain: Chain
  readonly engine: Tried<EngineSide>
  readonly compared: ComparedImage | null
  readonly builders: readonly ComparedBuilder[]
  readonly fromEngine: EngineAnswer | null
  readonly fromHost: HostAnswer | null
  /** That the engine and the host see two registries: then neither is held against anything. */
  readonly conflict: readonly Finding[]
  /** What all else is held against: what the registry has; null where that is not known. */
  readonly standard: Standard | null
  readonly content: readonly ContentFault[]
  readonly nodes: readonly WalkedNode[]
  readonly pods: readonly PodSide[]
}

/**
 * Asks every place of the way of an image, at the same time as far as one does not need the other.
 * @param only the one pod that is asked after
 */
export async function walk(look: Look, chain: Chain, only?: { readonly namespace: string; readonly name: string }): Promise<Walked> {
  const platforms = nodePlatforms(chain.clusters)
  const [engine, building, fromEngine, fromHost, sides, pods] = await Promise.all([
    tried(engineSide(look, chain)),
    builderSides(look, chain),
    engineAnswer(look, chain),
    hostAnswer(look, chain, platforms),
    nodeSides(look, chain),
    podsOf(look, chain),
  ])
  const conflict = conflictFinding(chain, fromEngine, fromHost)
  const held = conflict.length === 0 && fromHost?.ok && fromHost.answer.kind === 'holds' ? fromHost.answer.image : null
  const image = held ?? (conflict.length > 0 || hostKnows(fromHost) ? null : imageByNodes(sides, fromEngine))
  const { registry, reference } = chain
  const standard = registry === null || image === null ? null : { image, registry, repository: reference.repository, platforms }
  const loaded = registry === null && engine.ok ? (engine.answer.own[0]?.image ?? null) : null
  const [compared, builders, content, nodes, judged] = await Promise.all([
    engine.ok ? comparedImage(look, engine.answer, standard) : null,
    comparedBuilders(look, building, standard),
    held === null ? [] : contentFaults(look, chain, held),
    Promise.all(
      sides.map(async (side): Promise<WalkedNode> => {
        const [given, stored] = await Promise.all([givenTo(look, side, standard), storeOf(look, side, standard, loaded)])
        return { side, given, stored }
      }),
    ),
    podSides({ look, chain, sides, standard, loaded, ...(only && { only }) }, pods),
  ])
  return { chain, engine, compared, builders, fromEngine, fromHost, conflict, standard, content, nodes, pods: judged }
}

/** The host was told, be it that there is none. */
const hostKnows = (asked: HostAnswer | null): boolean => asked !== null && asked.ok && asked.answer.kind === 'missing'

/** Where the host does not get to the registry, as in a devcontainer: what nodes are given is what it has. */
function imageByNodes(sides: readonly NodeSide[], asked: EngineAnswer | null): RegistryImage | null {
  const byEngine = asked?.ok && asked.answer.status === 200 ? asked.answer.digest : undefined
  for (const { pull } of sides) {
    if (!pull?.ok || pull.answer.outcome !== 'ok') continue
    const text = pull.answer.traced?.stdout ?? ''
    const digest = pulledDigest(pull.answer) ?? byEngine
    const read = readManifest(text)
    if (read === null || (byEngine !== undefined && digest !== byEngine)) continue
    const named = digest === undefined ? {} : { digest }
    const config = read.config?.digest
    if (!read.manifests)
      return {
        ...named,
        of: 'manifest',
        text,
        parts: [{ ...(digest !== undefined && { manifest: digest }), ...(config !== undefined && { config }) }],
      }
    const parts = read.manifests.map((one) => ({
      manifest: one.digest,
      ...(one.platform && { platform: `${one.platform.os}/${one.platform.architecture}` }),
    }))
    return { ...named, of: 'index', text, parts }
  }
  return null
}
