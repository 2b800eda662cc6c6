import { overwrittenFinding, refusedFinding } from '../../derive/k3s-finding.ts'
import { nodeK3s, type NodeK3s } from '../../derive/node-k3s.ts'
import { registryHostsOf, registryPull } from '../../derive/registry-pulls.ts'
import { renderedPull } from '../../derive/rendered-pull.ts'
import type { Finding } from '../../model/finding.ts'
import type { Look } from '../../model/observation.ts'
import type { Cluster, Node, Registry } from '../../model/topology.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'node/registries-yaml',
  per: 'node',
  title: 'what k3s will write at its next start leads to the registry too',
  why: 'k3s writes the hosts.toml files of a node anew at every start, from a registries.yaml that it reads then. What was edited in between is lost, and a file that it refuses keeps the node from starting.',
  finds: ['registries-yaml-invalid', 'hosts-toml-will-be-overwritten'],
  async run(look, { cluster, node, registries }) {
    if (cluster.provider !== 'k3d') return { skip: `${node.name} does not run k3s` }
    const k3s = await nodeK3s(look, cluster, node.name)
    if (k3s.rendered.kind === 'refused') {
      const runtime = node.running ? await look('node.runtime', { node: node.name }) : null
      return [refusedFinding(cluster, node, k3s, k3s.rendered.reason, runtime !== null && runtime.args.length > 0)]
    }
    const local = registries.filter((one) => one.role === 'registry')
    if (local.length === 0) return { skip: `${cluster.name} uses no local registry` }
    const judged = local.flatMap((registry) =>
      registryHostsOf(registry, cluster.name).map((registryHost) => judge(look, cluster, node, registry, registryHost, k3s)),
    )
    return (await Promise.all(judged)).filter((one) => one !== null)
  },
})

/** Null where the next start changes nothing for the worse. */
async function judge(
  look: Look,
  cluster: Cluster,
  node: Node,
  registry: Registry,
  registryHost: string,
  k3s: NodeK3s,
): Promise<Finding | null> {
  const now = await registryPull(look, cluster.name, node.name, registry, registryHost)
  if (!now.reaches || k3s.rendered.kind !== 'certs.d') return null
  const next = await renderedPull(look, cluster, registry, k3s.rendered.files, now)
  return next.reaches || next.pull.outcome === 'unknown' ? null : overwrittenFinding(cluster, registry, now, k3s)
}
