import { namesOf, podsNamed } from '../derive/pods.ts'
import { tried } from '../derive/tried.ts'
import { apiOf } from '../discover/clusters.ts'
import type { FoundCluster } from '../discover/found-cluster.ts'
import { SelectionError, UnknownNameError } from '../discover/options.ts'
import { ObservationFailure, type Look, type PodImages } from '../model/observation.ts'
import type { Cluster } from '../model/topology.ts'

export interface WantedPod {
  readonly pod: string
  readonly namespace?: string
}

export interface FoundPod {
  readonly cluster: FoundCluster
  readonly pod: PodImages
}

/**
 * The one pod of that name.
 * @throws SelectionError where there are several or none, ObservationFailure where no API could be asked that may have it
 */
export async function findPod(
  look: Look,
  clusters: readonly FoundCluster[],
  wanted: WantedPod,
  wantedContext: string | undefined,
): Promise<FoundPod> {
  const places = await Promise.all(clusters.map(async (cluster) => ({ cluster, access: await apiOf(look, cluster, wantedContext) })))
  return podNamed(look, places, wanted)
}

/** A cluster with the ways to its API. */
export interface Place<C> {
  readonly cluster: C
  readonly access: Pick<Cluster, 'api' | 'contextProblem'>
}

/** The same, of clusters whose APIs are known. */
export async function podNamed<C extends { readonly name: string }>(
  look: Look,
  places: readonly Place<C>[],
  { pod: name, namespace }: WantedPod,
): Promise<{ cluster: C; pod: PodImages }> {
  const asked = await Promise.all(
    places.map(async ({ cluster, access }) => ({ cluster, access, pods: await tried(podsNamed(look, access, name, namespace)) })),
  )
  const found = asked.flatMap(({ cluster, pods }) => (pods.ok ? pods.answer.map((pod) => ({ cluster, pod })) : []))
  if (found.length === 1) return found[0]!
  if (found.length > 1) throw new SelectionError(ambiguous('pods', name, found))

  for (const { pods } of asked) if (!pods.ok) throw new ObservationFailure('kube.podsNamed', pods.code, pods.reason)
  const names = (await Promise.all(asked.map(({ access }) => tried(namesOf(look, access, 'pods'))))).flatMap((one) =>
    one.ok ? one.answer : [],
  )
  throw unknownObject('pod', name, namespace, names)
}

/** That a name is not enough, and what would be. */
export function ambiguous(
  what: string,
  name: string,
  found: readonly { readonly cluster: { readonly name: string }; readonly pod: { readonly namespace: string } }[],
): string {
  const clusters = [...new Set(found.map(({ cluster }) => cluster.name))]
  const namespaces = [...new Set(found.map(({ pod }) => pod.namespace))]
  const [where, flag] =
    namespaces.length > 1
      ? [`the namespaces ${namespaces.join(', ')}`, '--namespace']
      : [`namespace ${namespaces[0]} of the clusters ${clusters.join(', ')}`, '--cluster']
  return `there are ${found.length} ${what} named "${name}", in ${where}: say which with ${flag}`
}

/**
 * That there is no such object, with where one of that name is, or which have a name near it.
 * @param all what there is of its kind, `namespace/name`
 */
export function unknownObject(kind: string, name: string, namespace: string | undefined, all: readonly string[]): SelectionError {
  const elsewhere = all.filter((one) => one.endsWith(`/${name}`)).map((one) => one.slice(0, one.indexOf('/')))
  if (elsewhere.length > 0)
    return new SelectionError(
      `namespace ${namespace} has no ${kind} "${name}"; there is one in namespace ${[...new Set(elsewhere)].join(', ')}`,
    )
  const names = all
    .filter((one) => namespace === undefined || one.startsWith(`${namespace}/`))
    .map((one) => one.slice(one.indexOf('/') + 1))
  // Pods of a Deployment are named after it.
  const ofOwner = names.filter((one) => one.startsWith(`${name}-`))
  return new UnknownNameError(kind, name, ofOwner.length > 0 ? ofOwner : [...new Set(names)])
}
