import type { Code } from '../model/codes.ts'
import type { Finding } from '../model/finding.ts'
import type { Look } from '../model/observation.ts'
import type { Subject } from '../model/words.ts'
import type { Cluster, Node, Registry, Topology } from '../model/topology.ts'

/** What a check is given: the subject it judges, and where that subject stands. */
export interface Subjects {
  /** Every registry that some examined cluster refers to. */
  registry: { readonly registry: Registry; readonly clusters: readonly Cluster[] }
  cluster: { readonly cluster: Cluster; readonly registries: readonly Registry[] }
  node: { readonly cluster: Cluster; readonly node: Node; readonly registries: readonly Registry[] }
  /** A registry as one of the clusters that refer to it uses it. */
  'cluster-registry': { readonly cluster: Cluster; readonly registry: Registry }
}
export type Per = keyof Subjects

/** No finding is a pass. `skip` says why the check does not apply. */
export type Verdict =
  | readonly Finding[]
  | { readonly skip: string }
  | {
      readonly findings: readonly Finding[]
      readonly timings?: { readonly [name: string]: number }
      /** What the reader should know of the judgement itself; changes neither status nor exit code. */
      readonly notes?: readonly string[]
      /** What looking cannot tell, and a probe can: said where nothing else is. */
      readonly leftToProbe?: string
    }

/** What is said of a judgement, whoever makes it. */
export interface CheckInfo<P extends Per = Per> {
  /** `<group>/<name>`. */
  readonly id: string
  readonly per: P
  /** What is true when it passes. */
  readonly title: string
  readonly why: string
  /** The codes that it can find. */
  readonly finds: readonly Code[]
}

/** A judgement that only looks; the path of its file is its id. */
export interface Check<P extends Per = Per> extends CheckInfo<P> {
  /** Judges one subject. May only look; an observation that cannot be had makes the result `blocked`. */
  run(look: Look, subject: Subjects[P]): Promise<Verdict>
}

/** A check of any kind of subject, as lists of checks hold it. */
export type AnyCheck = { [P in Per]: Check<P> }[Per]

export function defineCheck<P extends Per>(check: Check<P>): Check<P> {
  return check
}

/** The subjects of a kind in what was discovered, each with the name under which its result is reported. */
export function subjectsOf<P extends Per>(per: P, topology: Topology): { subject: Subject; given: Subjects[P] }[] {
  const { clusters, registries } = topology
  const ofCluster = (cluster: Cluster): Registry[] => registries.filter((one) => one.clusters.includes(cluster.name))
  const all: { [Q in Per]: () => { subject: Subject; given: Subjects[Q] }[] } = {
    registry: () =>
      registries.map((registry) => ({
        subject: { kind: 'registry', name: registry.name },
        given: { registry, clusters: clusters.filter((one) => registry.clusters.includes(one.name)) },
      })),
    cluster: () =>
      clusters.map((cluster) => ({ subject: { kind: 'cluster', name: cluster.name }, given: { cluster, registries: ofCluster(cluster) } })),
    node: () =>
      clusters.flatMap((cluster) =>
        cluster.nodes.map((node) => ({
          subject: { kind: 'node' as const, cluster: cluster.name, name: node.name },
          given: { cluster, node, registries: ofCluster(cluster) },
        })),
      ),
    'cluster-registry': () =>
      clusters.flatMap((cluster) =>
        ofCluster(cluster).map((registry) => ({
          subject: { kind: 'registry' as const, cluster: cluster.name, name: registry.name },
          given: { cluster, registry },
        })),
      ),
  }
  return all[per]()
}
