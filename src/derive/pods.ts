import {
  ObservationFailure,
  type Look,
  type NamedResource,
  type PodImages,
  type PullEvent,
  type RunningPod,
  type WaitingPod,
} from '../model/observation.ts'
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

/** The names of all objects of a kind, `namespace/name`. */
export async function namesOf(look: Look, access: Access, resource: NamedResource, namespace?: string): Promise<readonly string[]> {
  const query = { resource, ...(namespace !== undefined && { namespace }) }
  const { status, names } = await firstWay(access.api, access.contextProblem, (way) => look.try('kube.names', { ...way, ...query }))
  return refuseUnless200('kube.names', status, names, resource)
}

/** The pods of which a container names an image of a repository, under whatever registry host. */
export async function podsOfRepository(look: Look, access: Access, repository: string): Promise<readonly RunningPod[]> {
  const { status, pods } = await firstWay(access.api, access.contextProblem, (way) =>
    look.try('kube.podsOfRepository', { ...way, repository }),
  )
  return refuseUnless200('kube.podsOfRepository', status, pods)
}

/** The pods of which a container waits. */
export async function waitingPods(look: Look, access: Access): Promise<readonly WaitingPod[]> {
  const { status, pods } = await firstWay(access.api, access.contextProblem, (way) => look.try('kube.waitingPods', way))
  return refuseUnless200('kube.waitingPods', status, pods)
}

/** What kubelets told of pulling for these pods. */
export async function pullEvents(look: Look, access: Access, pods: readonly WaitingPod[]): Promise<readonly PullEvent[]> {
  const uids = pods.map((one) => one.uid).toSorted()
  const { status, events } = await firstWay(access.api, access.contextProblem, (way) => look.try('kube.pullEvents', { ...way, uids }))
  return refuseUnless200('kube.pullEvents', status, events, 'events')
}

function refuseUnless200<T>(kind: string, status: number, answer: T, what = 'pods'): T {
  if (status === 200) return answer
  throw new ObservationFailure(kind, status === 401 || status === 403 ? 'kube-forbidden' : 'kube-error', `list ${what}: HTTP ${status}`)
}
