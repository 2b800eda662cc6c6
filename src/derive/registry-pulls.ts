import type { Endpoint } from '../containerd/endpoints.ts'
import { lacking } from '../containerd/resolve.ts'
import type { Look } from '../model/observation.ts'
import type { Registry } from '../model/topology.ts'
import { identityFrom, isOtherContainer } from './identity.ts'
import { absentImage, imageToAsk } from './image-to-ask.ts'
import { nodePull, type NodePull } from './node-pull.ts'
import { registryAddresses, toHostPort } from './registry-addresses.ts'

/** What a pull of an image of a registry comes to on a node. */
export interface RegistryPull {
  readonly registryHost: string
  readonly pull: NodePull
  /** Whether an endpoint is this registry, by its name or address. */
  readonly isOwn: (endpoint: Pick<Endpoint, 'scheme' | 'host'>) => boolean
  /** Whether this registry answered one of the requests. */
  readonly reaches: boolean
}

/**
 * A pull on a node of an image of a registry, by one of the registry hosts that mean it.
 * @throws ObservationFailure where the node cannot be asked
 */
export function registryPull(look: Look, cluster: string, node: string, registry: Registry, registryHost: string): Promise<RegistryPull> {
  return look.once(`registryPull ${cluster} ${node} ${registry.name} ${registryHost}`, async () =>
    judgedPull(look, cluster, registry, registryHost, await nodePull(look, node, `${registryHost}/${await imageToAsk(look, registry)}`)),
  )
}

/** Whether a pull of an image of a registry host gets to the registry. */
export async function judgedPull(
  look: Look,
  cluster: string,
  registry: Registry,
  registryHost: string,
  pull: NodePull,
): Promise<RegistryPull> {
  const [addresses, image] = await Promise.all([registryAddresses(look, registry, cluster), imageToAsk(look, registry)])
  const isOwn = ({ scheme, host }: Pick<Endpoint, 'scheme' | 'host'>): boolean =>
    [host, ...toHostPort(`${scheme}://${host}`)].some((one) => addresses.has(one))
  const answered = pull.attempts.filter(({ outcome, byRegistry }) => 'status' in outcome && byRegistry !== false)
  const endpoints = [...new Set(answered.map((one) => one.request.endpoint))]
  const isRegistry = async (endpoint: Endpoint): Promise<boolean> => {
    if (isOwn(endpoint)) return true
    const identity = await identityFrom(look, pull.node, registry, endpoint)
    if (identity !== 'unknown') return identity === 'same'
    // A log that shows nothing leaves the content: who lacks what the registry holds is another one.
    if (image === absentImage) return !(await isOtherContainer(look, registry, endpoint.host))
    return !answered.some(({ request, outcome }) => request.endpoint === endpoint && 'status' in outcome && outcome.status === 404)
  }
  // The dump can have lost every request of a pull that succeeded.
  const reaches = endpoints.length === 0 ? pull.outcome === 'ok' : (await Promise.all(endpoints.map(isRegistry))).includes(true)
  return { registryHost, pull, isOwn, reaches }
}

/** The endpoints that containerd tries for the image of a pull. */
export function usableEndpoints({ plan }: NodePull): Endpoint[] {
  if (plan.kind !== 'plan' || plan.endpoints.kind !== 'endpoints') return []
  const { image } = plan
  return plan.endpoints.endpoints.filter((endpoint) => lacking(image, endpoint).length === 0)
}

/** The registry hosts by which images of a registry are named in a cluster. */
export const registryHostsOf = ({ references }: Registry, cluster: string): string[] => [
  ...new Set(references.filter((one) => one.cluster === cluster).map((one) => one.registryHost)),
]
