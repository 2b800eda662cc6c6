import type { Finding } from '../../model/finding.ts'
import type { Look } from '../../model/observation.ts'
import type { Place } from '../../model/trace.ts'
import { builderPlaces } from './builder-place.ts'
import { enginePlace, fromEngine } from './engine.ts'
import { fromNode, storePlace, type NodeSide } from './nodes.ts'
import type { Drawn } from './place.ts'
import { podPlaces, type PodSide } from './pods.ts'
import { fromHost, nodePlatforms } from './registry.ts'
import { isStale } from './stale.ts'
import { findingsOf, type Verdicts } from './verdicts.ts'
import type { Walked } from './walk.ts'

/** The rows of a way, in its order, each with what is wrong there. */
export async function rowsOf(look: Look, walked: Walked, verdicts: Verdicts): Promise<Drawn[]> {
  const { chain, engine, compared, builders, standard, nodes, pods } = walked
  const { built, unpushed, conflict, content, missing, ofNode } = verdicts
  const [host, viaEngine] = await Promise.all([
    fromHost(look, chain, walked.fromHost, walked.content, nodePlatforms(chain.clusters)),
    fromEngine(look, chain, walked.fromEngine, standard),
  ])
  const notInEngine = engine.ok && engine.answer.own.length === 0 ? engine.answer.wanted : undefined
  const ofHost = [...findingsOf(verdicts.checks, 'engine/registry-running'), ...findingsOf(verdicts.checks, 'host/registry-answers-host')]
  const ofEngine = [...findingsOf(verdicts.checks, 'engine/registry-answers-engine'), ...ofHost]
  const ofRegistry = ({ state }: Place, silent: readonly Finding[]): readonly Finding[] =>
    state === 'fails' ? silent : state === 'missing' ? [...conflict, ...missing] : conflict
  return [
    withFindings(enginePlace(engine, compared, chain), built),
    ...builderPlaces(builders, chain, notInEngine).map((row) => withFindings(row, unpushed.get(row.place.name) ?? [])),
    withFindings(viaEngine, ofRegistry(viaEngine.place, ofEngine)),
    withFindings(reachedByEngine(host, viaEngine, ofHost), [...ofRegistry(host.place, ofHost), ...content]),
    ...nodes.map(({ side, given }) => {
      const found = ofNode.get(side) ?? []
      return withFindings(asTold(fromNode(chain, side, given, standard), found), found)
    }),
    ...nodes.map(({ side, stored }) => withFindings(storePlace(side, stored), stored.same === false ? staleOn(verdicts, side) : [])),
    ...pods.flatMap((side) => podRows(walked, verdicts, side)),
  ]
}

const withFindings = (row: Drawn, findings: readonly Finding[]): Drawn => ({ ...row, findings: [...row.findings, ...findings] })

/** What a node holds is wrong where pods run it. */
const staleOn = ({ stale }: Verdicts, { cluster, node }: NodeSide): readonly Finding[] =>
  (stale.get(cluster) ?? []).filter(({ data: { nodes } }) => Array.isArray(nodes) && nodes.includes(node.name))

/** In a devcontainer the engine gets to the registry and the host does not: that is no fault. */
function reachedByEngine(host: Drawn, viaEngine: Drawn, ofHost: readonly Finding[]): Drawn {
  const isPassedBy = host.place.state === 'fails' && ofHost.length === 0 && ['holds', 'missing'].includes(viaEngine.place.state)
  return isPassedBy ? { ...host, place: { ...host.place, state: 'unknown', detail: `${host.place.detail}; the engine gets there` } } : host
}

/** A node that is told 404 by the registry gets what there is: nothing. */
const asTold = (row: Drawn, [first]: readonly Finding[]): Drawn =>
  row.place.state === 'fails' && (first?.code === 'image-not-pushed' || first?.code === 'image-not-in-registry')
    ? { ...row, place: { ...row.place, state: 'missing' } }
    : row

function podRows({ chain, nodes }: Walked, { stale, foreign, missing, ofNode }: Verdicts, side: PodSide): Drawn[] {
  const { cluster } = side
  const own = nodes.filter((one) => one.side.cluster === cluster).map((one) => one.side)
  const uses = side.uses.ok ? side.uses.answer : []
  return podPlaces(side, own[0]?.reference.canonical ?? chain.image).map((row, nth) => {
    const use = uses[nth]
    if (use === undefined) return row
    if (isStale(use)) return withFindings(row, stale.get(cluster) ?? [])
    if (use.foreign !== undefined) return withFindings(row, foreign.get(cluster) ?? [])
    if (row.place.state !== 'fails') return row
    const ofItsNode = own.flatMap((one) => (one.node.name === use.pod.node ? (ofNode.get(one) ?? []) : []))
    return withFindings(row, ofItsNode.length > 0 ? ofItsNode : missing.filter((one) => one.subject.cluster === cluster.name))
  })
}
