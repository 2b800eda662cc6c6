import { ObservationFailure, type Look, type PodImages } from '../model/observation.ts'
import type { Cluster } from '../model/topology.ts'
import { firstWay } from './kube.ts'

type Access = Pick<Cluster, 'api' | 'contextProblem'>

/**
 * The pods of a name, of all namespaces where none is given.
 * @throws ObservationFailure where the API cannot be asked or refuses
 */
export async function podsNamed(look: Look, access: Access, name: string, namespace?: string): Promise<readonly PodImages[]> {
  const query = { name, ...(namespace !== undefined && { namespace }) }
  const { status, pods } = await firstWay(access.api, access.contextProblem, (way) => look.try('kube.podsNamed', { ...way, ...query }))
  return refuseUnless200('kube.podsNamed', status, pods)
}

/** The names of the pods that there are, `namespace/name`. */
export async function podNames(look: Look, access: Access, namespace?: string): Promise<readonly string[]> {
  const query = namespace === undefined ? {} : { namespace }
  const { status, names } = await firstWay(access.api, access.contextProblem, (way) => look.try('kube.podNames', { ...way, ...query }))
  return refuseUnless200('kube.podNames', status, names)
}

function refuseUnless200<T>(kind: string, status: number, answer: T): T {
  if (status === 200) return answer
  throw new ObservationFailure(kind, status === 401 || status === 403 ? 'kube-forbidden' : 'kube-error', `list pods: HTTP ${status}`)
}
