import { isLoopback } from '../../containerd/registry-host.ts'
import { configFindingOf } from '../../derive/config-finding.ts'
import { configFault } from '../../derive/lead.ts'
import { isByHostPort } from '../../derive/registry-addresses.ts'
import type { NodePull } from '../../derive/node-pull.ts'
import { causesInRegistriesYaml } from '../../derive/k3s-cause.ts'
import { registryHostsOf, registryPull } from '../../derive/registry-pulls.ts'
import type { Finding } from '../../model/finding.ts'
import type { Look } from '../../model/observation.ts'
import type { Cluster, Node, Registry } from '../../model/topology.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'node/registry-config',
  per: 'node',
  title: "the node's containerd is led to the registry",
  why: 'Inside a node `localhost:5001` is the node itself. containerd has to be told where the registry really is: by a hosts.toml that it accepts, in a directory that it was configured to read, with an endpoint that it may pull from, in the protocol that the registry speaks.',
  finds: [
    'config-path-missing',
    'config-path-list-ignored',
    'hosts-toml-missing',
    'hosts-toml-invalid',
    'hosts-toml-unusable',
    'hosts-toml-shadowed',
    'hosts-toml-no-capability',
    'hosts-toml-wrong-endpoint',
    'http-registry-asked-over-https',
    'registry-certificate-untrusted',
    'registry-certificate-wrong-name',
    'registry-certificate-expired',
    ...causesInRegistriesYaml,
  ],
  async run(look, { cluster, node, registries }) {
    const local = registries.filter((one) => one.role === 'registry')
    if (local.length === 0) return { skip: `${cluster.name} uses no local registry` }
    // Where a registry would be reached that is nowhere, no configuration can be held to.
    const known = local.filter((one) => one.place !== 'missing' || !isLoopback(one.address))
    if (known.length === 0) return { skip: `where nodes would reach ${local.map((one) => one.name).join(', ')} is not known` }
    const judged = known.flatMap((registry) =>
      registryHostsOf(registry, cluster.name).map((registryHost) => judge(look, cluster, node, registry, registryHost)),
    )
    const all = await Promise.all(judged)
    return { findings: all.flatMap((one) => one.findings), notes: all.flatMap((one) => one.notes) }
  },
})

interface Judged {
  readonly findings: readonly Finding[]
  readonly notes: readonly string[]
}

async function judge(look: Look, cluster: Cluster, node: Node, registry: Registry, registryHost: string): Promise<Judged> {
  const pull = await registryPull(look, cluster.name, node.name, registry, registryHost)
  const references = registry.references.filter((one) => one.cluster === cluster.name && one.registryHost === registryHost)
  const wantsMirror =
    references.some((one) => one.endpoints.length > 0) ||
    (references.some((one) => one.source === 'pod') && (await isByHostPort(look, registry, cluster.name, registryHost)))
  const fault = configFault(pull, wantsMirror)
  const { difference, image } = pull.pull
  return {
    findings: fault ? [await configFindingOf(look, cluster, node, registry, pull, fault)] : [],
    notes: difference ? [mistaken(node.name, image, difference)] : [],
  }
}

/** The trace is what was judged by; that it was not foreseen is for us to mend. */
const mistaken = (node: string, image: string, { expected, saw }: NonNullable<NodePull['difference']>): string =>
  `registry-doctor expected "${expected}" on ${node}, and containerd did "${saw}". The judgement goes by what containerd did; that it was not foreseen is a fault of registry-doctor: please report it with the output of registry-doctor explain ${image} -o json`
