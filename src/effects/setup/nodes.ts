import { absentImage } from '../../derive/image-to-ask.ts'
import { nodeFiles } from '../../derive/node-files.ts'
import { nodeK3s } from '../../derive/node-k3s.ts'
import { nodePlan } from '../../derive/node-plan.ts'
import { registryPull } from '../../derive/registry-pulls.ts'
import { innerPorts } from '../../derive/registry-detail.ts'
import { orNull } from '../../derive/tried.ts'
import type { Step } from '../../model/finding.ts'
import type { Look } from '../../model/observation.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import type { PlannedRepair } from '../fix/repair.ts'
import { authorityPath, k3dSteps } from './k3d-nodes.ts'
import { configPathSteps, hostsTomlSteps, type KindNode } from './kind-nodes.ts'
import { SetupRefusal } from './options.ts'
import { registryHostsFor } from './registries-yaml.ts'
import type { SetupRegistry } from './registry-container.ts'
import { isLed, type HostPlan, type Target } from './target.ts'

/** What nodes are to be led to. */
export interface LedTo {
  readonly registry: SetupRegistry
  /** Names that it will have where it is not on the cluster's network yet. */
  readonly aliases: readonly string[]
  /** The registry as it was discovered, where a cluster refers to it. */
  readonly known: Registry | undefined
  /** Certificate of the authority that nodes are to trust. */
  readonly authority: string | undefined
}

/**
 * What leads the nodes of a cluster to the registry.
 * @throws SetupRefusal, ObservationFailure where a node cannot be asked
 */
export async function nodeRepairs(look: Look, cluster: Cluster, { registry, aliases, known, authority }: LedTo): Promise<PlannedRepair[]> {
  const stopped = cluster.nodes.find((one) => !one.running)
  if (stopped)
    throw new SetupRefusal(
      'node-not-running',
      `${stopped.name} of ${cluster.name} is ${stopped.state}: start it first, with docker start ${stopped.name}`,
    )
  const target: Target = {
    address: registry.address,
    scheme: registry.scheme,
    addresses: addressesOn(cluster.network, registry, aliases),
    ...(authority !== undefined && { authority }),
  }
  const hosts = registryHostsFor(cluster.provider, registry.address, registry.port)
  const nodes = await Promise.all(cluster.nodes.map(({ name }) => withPlans(look, cluster, name, hosts, known)))
  refuseUntrusted(cluster, registry, target, nodes)
  const [first, ...others] = cluster.nodes.map((one) => one.name)
  const where = others.length === 0 ? first : `the ${others.length + 1} nodes of ${cluster.name}`
  const repair = (what: string, steps: readonly Step[]): PlannedRepair => ({
    cluster: cluster.name,
    title: `${what} on ${where}`,
    risk: steps.some((one) => one.op === 'container.restart')
      ? 'destructive'
      : steps.some((one) => one.op === 'service.restart')
        ? 'disruptive'
        : 'safe',
    steps,
  })
  // What its nodes trust is the user's own.
  if (target.scheme === 'https' && authority === undefined) return [repair(`what leads to ${registry.name} over HTTPS`, [])]
  if (cluster.provider === 'kind')
    return [
      repair(
        'config_path, by which containerd reads hosts.toml,',
        nodes.flatMap((one) => configPathSteps(one, target)),
      ),
      repair(
        `hosts.toml of ${hosts.join(' and ')}`,
        nodes.flatMap((one) => hostsTomlSteps(one, target)),
      ),
    ]
  const ofK3s = await Promise.all(
    nodes.map(async (one) => {
      const [k3s, authorityFiles] = await Promise.all([
        nodeK3s(look, cluster, one.node),
        nodeFiles(look, one.node, [authorityPath(target)]),
      ])
      return k3dSteps({ ...one, k3s, authorityFiles }, target)
    }),
  )
  return [repair(`registries.yaml, and what k3s makes of it, for ${hosts.join(', ')}`, ofK3s.flat())]
}

/** A registry over HTTPS that is not of a set-up: whether nodes trust it is seen, and what they would have to trust is not known. */
function refuseUntrusted({ name }: Cluster, registry: SetupRegistry, target: Target, nodes: readonly KindNode[]): void {
  if (target.scheme === 'http' || target.authority !== undefined) return
  const other = nodes.find(({ plans }) => !plans.some((one) => isLed(one, target)))
  if (other === undefined) return
  const why = `${registry.name} speaks HTTPS, and ${other.node} of ${name} is not led to it by a file that names its authority`
  throw new SetupRefusal('registry-over-https', `${why}: registry-doctor fix says how, for a certificate of your own`)
}

/** Every `host:port` that leads to the registry on a network, as it is or will be there; what only refers to it proves nothing. */
function addressesOn(network: string, { name, address, detail }: SetupRegistry, aliases: readonly string[]): Set<string> {
  if (detail === null) return new Set([address])
  const there = detail.networks.find((one) => one.name === network)
  const addresses = there ? [there.address, there.addressV6 ? `[${there.addressV6}]` : ''] : []
  const names = [name, ...(there ? (detail.aliases[network] ?? []) : aliases), ...addresses].filter(Boolean)
  return new Set([address, ...names.flatMap((host) => innerPorts(detail).map((port) => `${host}:${port}`))])
}

/** What a node does for an image of each registry host. */
async function withPlans(
  look: Look,
  cluster: Cluster,
  node: string,
  hosts: readonly string[],
  known: Registry | undefined,
): Promise<KindNode> {
  const plans = hosts.map(async (registryHost): Promise<HostPlan> => {
    // k3s will write its files again: what works now tells nothing of then.
    const asked = known && cluster.provider === 'kind' ? await orNull(registryPull(look, cluster.name, node, known, registryHost)) : null
    return { ...(await nodePlan(look, node, `${registryHost}/${absentImage}`)), registryHost, reaches: asked?.reaches === true }
  })
  return { node, plans: await Promise.all(plans) }
}
