import { faults } from '../../lab/faults.ts'
import { upKind } from '../../lab/index.ts'
import { setUps } from '../../lab/set-ups.ts'
import { clusterSuite, type Wanted } from './cluster-suite.ts'

/** Name of the cluster of a containerd version; one per version, so that they do not get in each other's way. */
export const clusterName = (containerd: string): string => `e2e-${containerd.replaceAll('.', '-')}`

/** A kind cluster of three nodes; what of the lab is made on it, by default everything. */
export function kindSuite(containerd: string, wanted: Partial<Wanted> = {}): void {
  const name = clusterName(containerd)
  const up = (): Promise<void> => upKind({ name, workers: 2, containerd })
  clusterSuite({ name, provider: 'kind', containerd, usualNode: 'worker', up }, { faults, setUps, ...wanted })
}
