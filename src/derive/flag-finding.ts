import type { Evidence, Finding } from '../model/finding.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster } from '../model/topology.ts'
import { nodeK3s, type NodeK3s } from './node-k3s.ts'
import type { Found } from './pull-finding.ts'
import { orNull } from './tried.ts'

/**
 * Of an error that hides a 404: that the cluster was given the flag that keeps it from hiding, and why that has no effect on
 * the node of the pod. Null where nobody was given the flag.
 */
export async function flagFinding(look: Look, cluster: Cluster, { symptom, fault }: Found): Promise<Finding | null> {
  const { pod, registry, registryHost, container } = symptom
  const node = pod.node
  if (cluster.provider !== 'k3d' || node === undefined || !('masked' in fault) || !fault.masked) return null
  const known = await Promise.all(cluster.nodes.map(async ({ name }) => ({ name, k3s: await orNull(nodeK3s(look, cluster, name)) })))
  const given = known.filter(({ k3s }) => k3s !== null && isGiven(k3s)).map((one) => one.name)
  const own = known.find((one) => one.name === node)?.k3s
  if (given.length === 0 || !own) return null
  const why = !isGiven(own)
    ? `${node} was not given it, only ${given.join(', ')}`
    : own.startedWithFlag === false
      ? `k3s of ${node} was started before it was given`
      : `registries.yaml of ${node} has an entry of configs for ${registryHost}`
  return {
    code: 'default-endpoint-flag-ineffective',
    subject: { kind: 'node', cluster: cluster.name, name: node },
    qualifier: registryHost,
    hop: 'resolve',
    message: `--disable-default-registry-endpoint has no effect for ${registryHost} on ${node}: ${why}. So the error of the pods tells of the default endpoint`,
    data: { nodes: [node], registryHost, registry: registry.name, images: [container.image] },
    evidence: [flagEvidence(node, own)],
  }
}

const isGiven = ({ settings, startedWithFlag }: NodeK3s): boolean => settings.disableDefaultRegistryEndpoint || startedWithFlag === true

function flagEvidence(node: string, { settings, startedWithFlag }: NodeK3s): Evidence {
  const words = [
    `${settings.disableDefaultRegistryEndpoint ? '' : 'not '}in its arguments and configuration`,
    ...(startedWithFlag === null ? [] : [`${startedWithFlag ? '' : 'not '}among what it was started with (annotation k3s.io/node-args)`]),
  ]
  return {
    vantage: 'node',
    asked: `--disable-default-registry-endpoint of k3s on ${node}`,
    saw: words.join(', '),
    command: `docker inspect -f '{{json .Args}}' ${node}`,
  }
}
