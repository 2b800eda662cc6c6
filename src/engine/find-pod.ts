import { podNames, podsNamed } from '../derive/pods.ts'
import { tried } from '../derive/tried.ts'
import { apiOf } from '../discover/clusters.ts'
import type { FoundCluster } from '../discover/kind.ts'
import { SelectionError, UnknownNameError } from '../discover/options.ts'
import { ObservationFailure, type Look, type PodImages } from '../model/observation.ts'

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
  { pod: name, namespace }: WantedPod,
  wantedContext: string | undefined,
): Promise<FoundPod> {
  const asked = await Promise.all(
    clusters.map(async (cluster) => {
      const access = await apiOf(look, cluster, wantedContext)
      return { cluster, access, pods: await tried(podsNamed(look, access, name, namespace)) }
    }),
  )
  const found = asked.flatMap(({ cluster, pods }) => (pods.ok ? pods.answer.map((pod) => ({ cluster, pod })) : []))
  if (found.length === 1) return found[0]!
  if (found.length > 1) throw new SelectionError(ambiguous(name, found))

  for (const { pods } of asked) if (!pods.ok) throw new ObservationFailure('kube.podsNamed', pods.code, pods.reason)
  const names = (await Promise.all(asked.map(({ access }) => tried(podNames(look, access))))).flatMap((one) => (one.ok ? one.answer : []))
  throw unknownPod(name, namespace, names)
}

function ambiguous(name: string, found: readonly FoundPod[]): string {
  const clusters = [...new Set(found.map(({ cluster }) => cluster.name))]
  const namespaces = [...new Set(found.map(({ pod }) => pod.namespace))]
  const [where, flag] =
    namespaces.length > 1
      ? [`the namespaces ${namespaces.join(', ')}`, '--namespace']
      : [`namespace ${namespaces[0]} of the clusters ${clusters.join(', ')}`, '--cluster']
  return `there are ${found.length} pods named "${name}", in ${where}: say which with ${flag}`
}

function unknownPod(name: string, namespace: string | undefined, all: readonly string[]): SelectionError {
  const elsewhere = all.filter((one) => one.endsWith(`/${name}`)).map((one) => one.slice(0, one.indexOf('/')))
  if (elsewhere.length > 0)
    return new SelectionError(
      `namespace ${namespace} has no pod "${name}"; there is one in namespace ${[...new Set(elsewhere)].join(', ')}`,
    )
  const names = all
    .filter((one) => namespace === undefined || one.startsWith(`${namespace}/`))
    .map((one) => one.slice(one.indexOf('/') + 1))
  // Pods of a Deployment are named after it.
  const ofOwner = names.filter((one) => one.startsWith(`${name}-`))
  return new UnknownNameError('pod', name, ofOwner.length > 0 ? ofOwner : [...new Set(names)])
}
