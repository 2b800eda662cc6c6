import { k3dFaults } from '../../lab/faults/k3d.ts'
import { upK3d } from '../../lab/index.ts'
import { k3dSetUps } from '../../lab/set-ups/k3d.ts'
import { clusterSuite, type Wanted } from './cluster-suite.ts'

/** Name of the cluster of a version of k3s' containerd. */
export const k3dClusterName = (containerd: string): string => `e2e-k3d-${containerd.replaceAll('.', '-')}`

/** A k3d cluster of a server and an agent; what of the lab is made on it, by default everything. */
export function k3dSuite(containerd: string, wanted: Partial<Wanted> = {}): void {
  const name = k3dClusterName(containerd)
  const up = (): Promise<void> => upK3d({ name, agents: 1, containerd })
  clusterSuite({ name, provider: 'k3d', containerd, usualNode: 'agent-0', up }, { faults: k3dFaults, setUps: k3dSetUps, ...wanted })
}
