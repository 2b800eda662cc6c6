import { connectionError, resolveErrorClass } from '../containerd/errors.ts'
import { nearest } from '../model/near-name.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import { ObservationFailure, type Look } from '../model/observation.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { hasToPull, type ImageUse } from './image-uses.ts'
import { kubectlOf } from './kube.ts'
import { nodePull, type NodePull } from './node-pull.ts'
import { registryAddresses } from './registry-addresses.ts'
import { registryHostsOf } from './registry-pulls.ts'
import { tried } from './tried.ts'

/** What tells the finding of a registry host of a cluster from others. */
export const unservedHost = (cluster: string, registryHost: string): Pick<Finding, 'code' | 'subject' | 'qualifier'> => ({
  code: 'image-host-not-served',
  subject: { kind: 'cluster', name: cluster },
  qualifier: registryHost,
})

/**
 * That no node gets to a registry by the host of these images, while pods need them from there; null where one does, or
 * none has to pull. Every node is asked for one of the images: a 404 from a registry is as good as the image.
 * @param registries those of the cluster, none of which is known by this host
 * @throws ObservationFailure where no node is known to be served and one cannot be asked
 */
export async function unservedFinding(
  look: Look,
  cluster: Cluster,
  registries: readonly Registry[],
  registryHost: string,
  uses: readonly ImageUse[],
): Promise<Finding | null> {
  const nodes = cluster.nodes.filter((one) => one.running)
  if (nodes.length === 0) throw new ObservationFailure('node.trace', 'not-running', `no node of ${cluster.name} is running`)
  const { image } = uses[0]!.container
  const asked = await Promise.all(nodes.map((node) => tried(nodePull(look, node.name, image))))
  const pulls = asked.flatMap((one) => (one.ok ? [one.answer] : []))
  if (pulls.some(isServed)) return null
  for (const one of asked) if (!one.ok) throw new ObservationFailure('node.trace', one.code, one.reason)
  const unknown = pulls.find((one) => one.outcome === 'unknown' || !isOfTheWay(one))
  if (unknown)
    throw new ObservationFailure(
      'node.trace',
      unknown.traced?.timedOut ? 'timeout' : 'unreadable',
      `${image} from ${unknown.node}: ${unknown.why ?? unknown.error?.text ?? textOf(unknown)}`,
    )

  const needed = await Promise.all(uses.map((use) => hasToPull(look, cluster, use)))
  const broken = uses.filter((_use, nth) => needed[nth])
  return broken.length === 0 ? null : findingOf(look, cluster, registries, registryHost, broken, pulls)
}

const textOf = ({ text, error }: NodePull): string => text ?? error?.text ?? ''

/** Whether it is requests that failed, and not what should have made them. */
const isOfTheWay = (pull: NodePull): boolean => pull.attempts.length > 0 || connectionError(textOf(pull)) !== 'other'

const isServed = ({ outcome, attempts }: NodePull): boolean =>
  outcome === 'ok' || attempts.some((one) => 'status' in one.outcome && one.byRegistry !== false)

async function findingOf(
  look: Look,
  cluster: Cluster,
  registries: readonly Registry[],
  registryHost: string,
  uses: readonly ImageUse[],
  pulls: readonly NodePull[],
): Promise<Finding> {
  const local = registries.filter((one) => one.role === 'registry')
  const meant = await registryMeant(look, cluster, local, registryHost)
  const served = (meant ? [meant] : local).flatMap((one) => registryHostsOf(one, cluster.name))
  const instead = nearest(registryHost, served) ?? served[0] ?? null
  const owners = [...new Set(uses.map(({ workload }) => workload.owner))]
  const what = meant ? `a name of ${meant.name} that no node knows it by` : 'by which no node gets to a registry'
  return {
    ...unservedHost(cluster.name, registryHost),
    hop: 'resolve',
    message: `images of ${listed(owners)} are of ${registryHost}, ${what}: ${sawOf(pulls[0]!)}${instead === null ? '' : `; images of this cluster are named ${instead}/…`}`,
    data: {
      registryHost,
      registry: meant?.name ?? null,
      instead,
      class: resolveErrorClass(textOf(pulls[0]!)),
      kubectl: kubectlOf(cluster),
      nodes: pulls.map((one) => one.node),
      images: [...new Set(uses.map(({ container }) => container.image))],
      uses: uses.map(({ workload: { namespace, owner }, container: { name, image } }) => ({ namespace, owner, container: name, image })),
    },
    evidence: [...evidenceOfUses(cluster, uses), ...evidenceOfPulls(pulls)],
  }
}

/** The registry that a host means although no node is led to it by that name: as its container, or by its port on the host. */
async function registryMeant(
  look: Look,
  cluster: Cluster,
  registries: readonly Registry[],
  registryHost: string,
): Promise<Registry | null> {
  for (const registry of registries) {
    if (registry.hostAddress?.replace(/^127\.0\.0\.1:/, 'localhost:') === registryHost.replace(/^127\.0\.0\.1:/, 'localhost:'))
      return registry
    if ((await registryAddresses(look, registry, cluster.name)).has(registryHost)) return registry
  }
  return null
}

const mostShown = 4

const listed = (names: readonly string[]): string =>
  names.length <= mostShown ? names.join(', ') : `${names.slice(0, mostShown).join(', ')} and ${names.length - mostShown} more`

const sawOf = (pull: NodePull): string =>
  pull.attempts
    .flatMap(({ request, outcome }) =>
      'error' in outcome ? [`${request.endpoint.scheme}://${request.endpoint.host}: ${outcome.error}`] : [],
    )
    .at(-1) ??
  pull.error?.text ??
  pull.text ??
  'no registry answers'

function evidenceOfUses(cluster: Cluster, uses: readonly ImageUse[]): Evidence[] {
  return uses.slice(0, mostShown).map(({ workload: { namespace, owner, replicas }, container }) => ({
    vantage: 'api',
    asked: `image of ${owner} in ${namespace}`,
    saw: [
      container.image,
      ...(container.pullPolicy === undefined ? [] : [`imagePullPolicy ${container.pullPolicy}`]),
      ...(replicas === 0 ? ['no replicas'] : []),
    ].join(', '),
    command: `${kubectlOf(cluster)} -n ${namespace} get ${owner} -o yaml | grep image:`,
  }))
}

/** Nodes that saw the same are told of once. */
function evidenceOfPulls(pulls: readonly NodePull[]): Evidence[] {
  const nodesBySaw = new Map<string, string[]>()
  for (const pull of pulls) nodesBySaw.set(sawOf(pull), [...(nodesBySaw.get(sawOf(pull)) ?? []), pull.node])
  const { image } = pulls[0]!
  return [...nodesBySaw].map(([saw, nodes]) => ({
    vantage: 'node',
    asked: `HEAD of ${image}, as containerd of ${nodes.join(', ')} asks`,
    saw,
    command: `registry-doctor explain ${image}`,
  }))
}
