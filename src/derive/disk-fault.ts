import type { Finding } from '../model/finding.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster } from '../model/topology.ts'
import { orNull } from './tried.ts'

/** Below this the kubelet takes no pods by default: 10 % of its own file system, 15 % of the images' (v1.34.4, pkg/kubelet/eviction/defaults_linux.go). */
const pressureShare = 0.15

/** That a node takes no pod because its disk is full; null where the kubelet's words are about another thing, or there is room. */
export async function diskFault(look: Look, { name }: Cluster, node: string, message: string): Promise<Finding | null> {
  if (!/DiskPressure|ephemeral-storage|no space left/i.test(message)) return null
  const disks = await Promise.all(
    ['/var/lib/containerd', '/var/lib/rancher/k3s/agent/containerd', '/var/lib/kubelet'].map((path) =>
      orNull(look('node.disk', { node, path })),
    ),
  )
  const full = disks.find((one) => one !== null && one.availableKiB < one.totalKiB * pressureShare)
  if (!full) return null
  const room = `${full.availableKiB} of ${full.totalKiB} KiB left`
  return {
    code: 'node-disk-full',
    subject: { kind: 'node', cluster: name, name: node },
    hop: 'unpack',
    message: `${full.mountedOn} on ${node} is nearly full, and its kubelet takes no pods: ${room}`,
    data: { nodes: [node], images: [] },
    evidence: [
      { vantage: 'node', asked: `room on ${full.mountedOn}`, saw: room, command: `docker exec ${node} df -h ${full.mountedOn}` },
      { vantage: 'api', asked: `why ${node} does not take the pod`, saw: message },
    ],
  }
}
