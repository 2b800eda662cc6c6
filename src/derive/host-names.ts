import { isLoopback, splitHostPort } from '../containerd/registry-host.ts'
import type { Finding } from '../model/finding.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster, Node, Registry } from '../model/topology.ts'
import { configFindingOf } from './config-finding.ts'
import { identityAt } from './identity.ts'
import type { LocalSymptom, PullFault } from './pull-fault.ts'
import { registryHostsOf, registryPull, usableEndpoints } from './registry-pulls.ts'
import type { PullSymptom } from './symptoms.ts'
import { orNull } from './tried.ts'

/**
 * The registry that this machine finds under the host name of an image, where that is a name of the machine's own (an entry
 * in /etc/hosts, a local name server): it works for pushes, and nodes do not know it. Only a host with the very port that a
 * registry publishes is asked, so nothing goes to a registry elsewhere.
 */
export async function registryByHostName(
  look: Look,
  registries: readonly Registry[],
  { registryHost, error }: PullSymptom,
): Promise<Registry | null> {
  const { host, port } = splitHostPort(registryHost)
  if (error.class !== 'dns-failure' || port === undefined || isLoopback(host)) return null
  for (const registry of registries) {
    if (registry.role !== 'registry' || registry.hostAddress === undefined || splitHostPort(registry.hostAddress).port !== port) continue
    if ((await identityAt(look, registry, `http://${registryHost}`)) === 'same') return registry
  }
  return null
}

/**
 * That nothing tells the nodes where images of such a name are: none has a hosts.toml for it. The node of the pod comes first,
 * and the others, to which the pod may come next, with it. Empty where that is not the fault.
 */
export async function hostNameFindings(
  look: Look,
  cluster: Cluster,
  { pod, registry, registryHost }: LocalSymptom,
  fault: PullFault,
): Promise<Finding[]> {
  if (fault.code !== 'in-cluster-pull-failed' || registryHostsOf(registry, cluster.name).includes(registryHost)) return []
  const running = cluster.nodes.filter((one) => one.running).toSorted((a, b) => Number(b.name === pod.node) - Number(a.name === pod.node))
  const found = await Promise.all(running.map((node) => orNull(unknownOn(look, cluster, node, registry, registryHost))))
  return found[0] ? found.filter((one) => one !== null) : []
}

async function unknownOn(look: Look, cluster: Cluster, node: Node, registry: Registry, registryHost: string): Promise<Finding | null> {
  const pull = await registryPull(look, cluster.name, node.name, registry, registryHost)
  if (pull.reaches || usableEndpoints(pull.pull).some((one) => one.source !== 'default')) return null
  const finding = await configFindingOf(look, cluster, node, registry, pull, { code: 'hosts-toml-missing' })
  const known = {
    vantage: 'host',
    asked: `http://${registryHost}/v2/`,
    saw: `${registry.name}: the host knows this name, ${node.name} does not`,
  } as const
  return { ...finding, evidence: [...finding.evidence, known], data: { ...finding.data, images: [] } }
}
