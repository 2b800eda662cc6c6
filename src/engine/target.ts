import { namesOf, waitingPods } from '../derive/pods.ts'
import { registryHostNamed } from '../derive/symptoms.ts'
import { tried } from '../derive/tried.ts'
import { SelectionError } from '../discover/options.ts'
import { ObservationFailure, type Look, type NamedResource } from '../model/observation.ts'
import type { Cluster, PodsMeant, Topology } from '../model/topology.ts'
import { ambiguous, podNamed, unknownObject } from './find-pod.ts'

/** Kinds of what has pods, as kubectl takes them, with the API's name of each. */
export const workloadKinds = {
  deploy: 'deployments',
  rs: 'replicasets',
  sts: 'statefulsets',
  ds: 'daemonsets',
  job: 'jobs',
} as const satisfies { readonly [kind: string]: NamedResource }

/** The one pod, or the pods of the one workload, that is to be examined. */
export interface Target {
  readonly kind: 'pod' | keyof typeof workloadKinds
  readonly name: string
}

/** A pod that is meant, as far as it tells where to look. */
interface Meant {
  readonly cluster: Cluster
  readonly pod: { readonly namespace: string; readonly node?: string; readonly containers: readonly { readonly image: string }[] }
}

/**
 * The part of a topology in which a pod, or the pods of a workload, get their images: their cluster, their nodes, and the
 * registries of their images.
 * @throws SelectionError where there is no such pod or workload, or more than one; ObservationFailure where that cannot be seen
 */
export async function narrow(look: Look, topology: Topology, target: Target, namespace: string | undefined): Promise<Topology> {
  const waiting = await Promise.all(topology.clusters.map((cluster) => waitingOf(look, cluster, target, namespace)))
  const found = waiting.some((one) => one.length > 0) ? waiting.flat() : await othersOf(look, topology, target, namespace)
  const places = [...new Map(found.map((one) => [`${one.cluster.name}/${one.pod.namespace}`, one])).values()]
  if (places.length > 1)
    throw new SelectionError(ambiguous(target.kind === 'pod' ? 'pods' : workloadKinds[target.kind], target.name, places))
  const { cluster, pod } = places[0]!
  const nodes = new Set(found.map((one) => one.pod.node))
  const hosts = new Set(found.flatMap((one) => one.pod.containers.map(({ image }) => registryHostNamed(image))))
  const podsMeant: PodsMeant = {
    namespace: pod.namespace,
    ...(target.kind === 'pod' ? { pod: target.name } : { owner: `${target.kind}/${target.name}` }),
  }
  // A pod without a node may come to any; a workload none of whose pods waits tells nothing of its images.
  const own = cluster.nodes.filter((node) => nodes.has(node.name))
  return {
    ...topology,
    clusters: [{ ...cluster, nodes: own.length > 0 && !nodes.has(undefined) ? own : cluster.nodes, podsMeant }],
    registries: topology.registries
      .filter((one) => one.clusters.includes(cluster.name) && (hosts.size === 0 || one.registryHosts.some((host) => hosts.has(host))))
      .map((one) => ({ ...one, clusters: [cluster.name] })),
  }
}

async function waitingOf(look: Look, cluster: Cluster, { kind, name }: Target, namespace: string | undefined): Promise<Meant[]> {
  const pods = await tried(waitingPods(look, cluster))
  if (!pods.ok) return []
  const isMeant =
    kind === 'pod' ? (pod: { name: string }) => pod.name === name : (pod: { owner?: string }) => pod.owner === `${kind}/${name}`
  return pods.answer
    .filter((pod) => isMeant(pod) && (namespace === undefined || pod.namespace === namespace))
    .map((pod) => ({ cluster, pod }))
}

/** A pod that does not wait, or a workload none of whose pods does. */
async function othersOf(look: Look, { clusters }: Topology, target: Target, namespace: string | undefined): Promise<Meant[]> {
  const { kind, name } = target
  try {
    if (kind !== 'pod') return await workloadsNamed(look, clusters, kind, name, namespace)
    const places = clusters.map((cluster) => ({ cluster, access: cluster }))
    return [await podNamed(look, places, { pod: name, ...(namespace !== undefined && { namespace }) })]
  } catch (error) {
    if (error instanceof ObservationFailure && error.code === 'not-recorded') throw await notInBundle(look, clusters, target)
    throw error
  }
}

async function workloadsNamed(
  look: Look,
  clusters: readonly Cluster[],
  kind: keyof typeof workloadKinds,
  name: string,
  namespace: string | undefined,
): Promise<Meant[]> {
  const resource = workloadKinds[kind]
  const asked = await Promise.all(clusters.map(async (cluster) => ({ cluster, names: await tried(namesOf(look, cluster, resource)) })))
  const found = asked.flatMap(({ cluster, names }) =>
    names.ok ? places(names.answer, name, namespace).map((one) => ({ cluster, pod: { namespace: one, containers: [] } })) : [],
  )
  if (found.length > 0) return found
  for (const { names } of asked) if (!names.ok) throw new ObservationFailure('kube.names', names.code, names.reason)
  throw unknownObject(
    resource.slice(0, -1),
    name,
    namespace,
    asked.flatMap(({ names }) => (names.ok ? names.answer : [])),
  )
}

/** A bundle holds the pods that waited when it was made, and no others. */
async function notInBundle(look: Look, clusters: readonly Cluster[], { kind, name }: Target): Promise<SelectionError> {
  const waiting = (await Promise.all(clusters.map((cluster) => tried(waitingPods(look, cluster))))).flatMap((one) =>
    one.ok ? one.answer : [],
  )
  const known = kind === 'pod' ? waiting.map((pod) => pod.name) : waiting.flatMap((pod) => pod.owner ?? [])
  return new SelectionError(
    `the bundle does not tell of ${kind}/${name}: it holds pods that waited for an image, ${[...new Set(known)].join(', ') || 'none here'}`,
  )
}

/** The namespaces in which there is one of that name. */
const places = (names: readonly string[], name: string, namespace: string | undefined): string[] =>
  names
    .filter((one) => one.endsWith(`/${name}`) && (namespace === undefined || one === `${namespace}/${name}`))
    .map((one) => one.slice(0, one.indexOf('/')))
