import type { Json } from '../model/json.ts'
import { ObservationFailure, type Look, type Tried } from '../model/observation.ts'
import type { ApiAccess, Cluster } from '../model/topology.ts'

/**
 * A GET of the API of a cluster, with what its status means to whoever needs the object.
 * @param cluster whose ways to the API are tried, one after the other where one does not lead there
 * @returns the body, or null where there is no such object
 * @throws ObservationFailure `kube-forbidden` where RBAC refuses, `kube-error` for any other status
 */
export async function kubeObject(
  look: Look,
  { api, contextProblem }: Pick<Cluster, 'api' | 'contextProblem'>,
  path: string,
): Promise<Json | null> {
  const { status, body } = await firstWay(api, contextProblem, (way) => look.try('kube.get', { ...way, path }))
  if (status === 200) return body
  if (status === 404) return null
  const told = dig(body, 'message')
  const message = typeof told === 'string' ? told : `HTTP ${status}`
  throw new ObservationFailure('kube.get', status === 401 || status === 403 ? 'kube-forbidden' : 'kube-error', `GET ${path}: ${message}`)
}

/** The answer by the first way that leads to the API. */
export async function firstWay<A>(
  api: readonly ApiAccess[],
  contextProblem: string | undefined,
  ask: (way: ApiAccess) => Promise<Tried<A>>,
): Promise<A> {
  let failure = new ObservationFailure('kube.get', 'kube-unreachable', contextProblem ?? 'no control-plane node is running')
  for (const way of api) {
    const asked = await ask(way)
    if (asked.ok) return asked.answer
    failure = new ObservationFailure('kube.get', asked.code, asked.reason)
  }
  throw failure
}

/** kubectl for this cluster, as a command line can begin. */
export function kubectlOf({ context, api, provider }: Pick<Cluster, 'context' | 'api' | 'provider'>): string {
  const inNode = api.find((one) => 'node' in one)
  return context === null && inNode
    ? `docker exec -i ${inNode.node} kubectl --kubeconfig=${provider === 'k3d' ? '/etc/rancher/k3s/k3s.yaml' : '/etc/kubernetes/admin.conf'}`
    : `kubectl --context ${context ?? 'CONTEXT'}`
}

/** Walks into a JSON value; undefined where a step is not there. */
export function dig(value: Json | null | undefined, ...path: (string | number)[]): Json | undefined {
  let at: unknown = value
  for (const step of path) {
    if (at === null || typeof at !== 'object') return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at as Json | undefined
}
