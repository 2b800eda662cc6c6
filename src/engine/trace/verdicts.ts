import { checks } from '../../checks/index.ts'
import { codes } from '../../model/codes.ts'
import type { Finding } from '../../model/finding.ts'
import type { Look } from '../../model/observation.ts'
import type { Cluster, Topology } from '../../model/topology.ts'
import { runChecks, type CheckOutcome } from '../run-checks.ts'
import { builtAgainBy, notPushed, unpushedBuild } from './builder-place.ts'
import { referenceIn } from './chain.ts'
import { isNotFound } from './engine.ts'
import { builtAgain, contentFinding, foreignFinding, givenAnother, missingFindings, nodeFindings } from './findings.ts'
import type { NodeSide } from './nodes.ts'
import { isStale, newestOf, staleFinding } from './stale.ts'
import type { Walked } from './walk.ts'

/** What is wrong on the way of an image, by where it is seen. */
export interface Verdicts {
  readonly built: readonly Finding[]
  /** By the container of a builder: what it made was not pushed. */
  readonly unpushed: ReadonlyMap<string, readonly Finding[]>
  /** The registry does not hold it. */
  readonly missing: readonly Finding[]
  /** The engine and the host see two registries. */
  readonly conflict: readonly Finding[]
  readonly content: readonly Finding[]
  readonly ofNode: ReadonlyMap<NodeSide, readonly Finding[]>
  readonly stale: ReadonlyMap<Cluster, readonly Finding[]>
  readonly foreign: ReadonlyMap<Cluster, readonly Finding[]>
  /** What the checks of the way say, where it is broken. */
  readonly checks: readonly CheckOutcome[]
}

/** Says what is wrong at each place of a way. Where it is broken, it is examined as `check` does it. */
export async function verdictsOf(look: Look, topology: Topology, walked: Walked): Promise<Verdicts> {
  const { chain, engine, compared, builders, conflict, standard, content, nodes, pods } = walked
  const isMissing = lacks(walked)
  const unpushed = unpushedBuild(builders, isMissing)
  const withBuild = (one: Finding): Finding =>
    isMissing && unpushed && one.code === 'image-not-in-registry' ? notPushed(chain, one, unpushed) : one
  const other = engine.ok ? engine.answer.other : undefined
  const ofNode = new Map(
    await Promise.all(
      nodes.map(async ({ side, given }) => {
        const isAnother = given.same === false && standard !== null
        const own = isAnother
          ? [givenAnother(chain, side, standard)]
          : await nodeFindings(look, chain, side, other, conflict.length === 0 && holds(walked))
        return [side, own.map(withBuild)] as const
      }),
    ),
  )
  const told = [...ofNode.values()].flat()
  const untold = isMissing && chain.registry !== null ? chain.clusters.filter((cluster) => !isTold(told, cluster)) : []
  const alone = await Promise.all(untold.map((cluster) => missingFindings(look, chain, cluster, referenceIn(chain, cluster), other)))
  const isBroken = conflict.length > 0 || isSilent(walked) || told.some((one) => one.code === 'in-cluster-pull-failed')
  const examined = isBroken ? await examineWay(look, topology, walked) : []
  const portConflict = findingsOf(examined).find((one) => one.code === 'registry-port-conflict')
  const newest = newestOf(walked)
  const missing = [...told.filter(isOfMissing), ...alone.flat().map(withBuild)]
  const again = unpushed && standard ? chain.clusters.map((one) => builtAgainBy(chain, one, unpushed, standard)) : []
  const byCluster = (find: (cluster: Cluster) => Finding[]): Map<Cluster, Finding[]> =>
    new Map(chain.clusters.map((one) => [one, find(one)]))
  const usesIn = (cluster: Cluster) => pods.flatMap((one) => (one.cluster === cluster && one.uses.ok ? one.uses.answer : []))
  return {
    built: compared?.later ? chain.clusters.map((cluster) => builtAgain(chain, cluster, compared, standard?.image.digest)) : [],
    missing,
    unpushed: new Map(unpushed ? [[unpushed.container, isMissing ? missing.filter(isByBuilder) : again]] : []),
    conflict: conflict.length > 0 && portConflict ? [portConflict] : conflict,
    content: content.map((one) => contentFinding(chain, one)),
    ofNode,
    stale: byCluster((cluster) => {
      const stale = usesIn(cluster).filter(isStale)
      const sides = nodes.map((one) => one.side)
      return newest !== null && stale.length > 0 ? [staleFinding(chain, cluster, stale, sides, newest)] : []
    }),
    foreign: byCluster((cluster) =>
      usesIn(cluster)
        .filter((one) => one.foreign !== undefined)
        .map((one) => foreignFinding(chain, one)),
    ),
    checks: examined,
  }
}

/** The registry says that it does not hold it, to the host or, where that does not get there, to the engine. */
function lacks({ fromHost, fromEngine, conflict }: Walked): boolean {
  if (conflict.length > 0) return false
  if (fromHost?.ok && fromHost.answer.kind === 'missing') return true
  return !holds({ fromHost }) && isNotFound(fromEngine)
}

const holds = ({ fromHost }: Pick<Walked, 'fromHost'>): boolean => fromHost?.ok === true && fromHost.answer.kind === 'holds'

/** The registry does not answer as it should. */
const isSilent = ({ fromHost, fromEngine }: Walked): boolean =>
  (fromHost?.ok === true && fromHost.answer.kind === 'fails') ||
  (fromEngine?.ok === true && ![200, 401, 403, 404].includes(fromEngine.answer.status))

const isOfMissing = ({ code }: Finding): boolean => code === 'image-not-pushed' || code === 'image-not-in-registry'
/** It is a builder's image, and not one of the engine, that was not pushed. */
const isByBuilder = ({ data }: Finding): boolean => data['builder'] !== undefined
const isTold = (findings: readonly Finding[], cluster: Cluster): boolean =>
  findings.some((one) => isOfMissing(one) && one.subject.cluster === cluster.name)

const groupsOfWay = ['engine/', 'host/', 'network/', 'node/']

/** The checks of what lies on the way, for its registry and clusters alone. */
function examineWay(look: Look, topology: Topology, { chain }: Walked): Promise<CheckOutcome[]> {
  const names = chain.clusters.map((one) => one.name)
  const registries =
    chain.registry === null ? [] : [{ ...chain.registry, clusters: chain.registry.clusters.filter((one) => names.includes(one)) }]
  return runChecks(
    look,
    checks.filter(({ id }) => groupsOfWay.some((group) => id.startsWith(group))),
    { ...topology, clusters: chain.clusters, registries },
  )
}

/** The errors of checks: what will only break later is not why a change does not run. */
export const findingsOf = (outcomes: readonly CheckOutcome[], check?: string): Finding[] =>
  outcomes
    .filter((one) => check === undefined || one.check.id === check)
    .flatMap(({ results }) => results.flatMap((one) => one.findings))
    .filter((one) => codes[one.code].severity === 'error')
