import type { Code } from '../model/codes.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster, Node, Registry } from '../model/topology.ts'
import { causeOf, refusedCause } from './k3s-cause.ts'
import { authorityOf } from './k3s-authority.ts'
import { repairOf, repairOfRefused } from './k3s-repair.ts'
import { textOf } from './node-files.ts'
import { nodeK3s, type NodeK3s } from './node-k3s.ts'
import type { RegistryPull } from './registry-pulls.ts'

/** Faults of a node's files for which registries.yaml has to answer, since k3s writes those files from it. */
const writtenByK3s: readonly Code[] = [
  'hosts-toml-missing',
  'hosts-toml-wrong-endpoint',
  'http-registry-asked-over-https',
  'registry-certificate-untrusted',
]

/**
 * A fault of the files that containerd goes by, as a fault of what k3s makes them from. Where a hosts.toml itself is at
 * fault the finding stays, with a repair that k3s does not undo.
 * @param finding as it would stand on a node whose files nobody writes anew
 */
export async function k3sFinding(look: Look, cluster: Cluster, registry: Registry, pull: RegistryPull, finding: Finding): Promise<Finding> {
  const node = pull.pull.node
  const k3s = await nodeK3s(look, cluster, node)
  const cause = writtenByK3s.includes(finding.code) ? await causeOf(look, cluster, registry, pull, k3s, finding.code) : null
  const endpoint = typeof finding.data['endpoint'] === 'string' ? finding.data['endpoint'] : `${registry.scheme}://${registry.address}`
  const authority = cause === null ? await authorityOf(look, node, finding) : null
  return {
    ...finding,
    ...cause,
    data: {
      ...finding.data,
      registriesYaml: k3s.registriesYaml,
      ...repairOf(k3s, pull, endpoint, authority?.path),
      ...(authority && { authority }),
    },
    evidence: cause ? [registriesEvidence(node, k3s), ...finding.evidence] : [...finding.evidence, registriesEvidence(node, k3s)],
  }
}

/**
 * A registries.yaml that k3s will refuse at its next start, or has refused.
 * @param hasStarted whether the node's containerd runs, which k3s starts after it has read the file
 */
export function refusedFinding(cluster: Cluster, node: Node, k3s: NodeK3s, reason: string, hasStarted: boolean): Finding {
  const { registriesYaml } = k3s
  return {
    ...refusedCause(node.name, registriesYaml, reason),
    subject: { kind: 'node', cluster: cluster.name, name: node.name },
    hop: 'resolve',
    data: { nodes: [node.name], running: node.running, registriesYaml, ...repairOfRefused(k3s, reason), needsRestart: !hasStarted },
    evidence: [registriesEvidence(node.name, k3s)],
  }
}

/** A pull that works, and will not once k3s has written its files again. */
export function overwrittenFinding(cluster: Cluster, registry: Registry, pull: RegistryPull, k3s: NodeK3s): Finding {
  const { registryHost } = pull
  const { node, containerd, plan } = pull.pull
  const taken = plan.kind === 'plan' && 'directory' in plan.endpoints ? plan.endpoints.directory : undefined
  const endpoint = `${registry.scheme}://${registry.address}`
  const { put = [], ...repair } = repairOf(k3s, pull, endpoint)
  const path = taken === undefined ? undefined : `${taken}/hosts.toml`
  return {
    code: 'hosts-toml-will-be-overwritten',
    subject: { kind: 'node', cluster: cluster.name, name: node },
    qualifier: registryHost,
    hop: 'resolve',
    message: `${path ?? 'what containerd goes by'} on ${node} leads to ${registry.name}; at its next start k3s writes from ${k3s.registriesYaml} what does not`,
    data: {
      nodes: [node],
      registryHost,
      registry: registry.name,
      registriesYaml: k3s.registriesYaml,
      // What works stays as it is.
      ...repair,
      put: put.filter((one) => one.path === k3s.registriesYaml),
    },
    evidence: [
      ...(path === undefined
        ? []
        : [
            {
              vantage: 'node' as const,
              asked: `${path} of ${node}`,
              saw: textOf(containerd.files, path)?.trim() ?? 'not there',
              command: `docker exec ${node} cat ${path}`,
            },
          ]),
      registriesEvidence(node, k3s),
    ],
  }
}

function registriesEvidence(node: string, { registriesYaml, text }: NodeK3s): Evidence {
  return {
    vantage: 'node',
    asked: `${registriesYaml} of ${node}`,
    saw: text === null ? 'not there' : text.trim() || 'empty',
    command: `docker exec ${node} cat ${registriesYaml}`,
  }
}
