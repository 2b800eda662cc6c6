import type { ContainerSummary } from '../model/observation.ts'

/** Labels by which a container tells what it is in a cluster. */
export const roleLabels = { kind: 'io.x-k8s.kind.role', k3d: 'k3d.role' } as const

/** Whether a container is a part of a cluster itself: a node, its load balancer, a helper. k3d labels registries like its nodes. */
export const isOfCluster = ({ labels }: Pick<ContainerSummary, 'labels'>): boolean =>
  labels[roleLabels.kind] !== undefined || (labels[roleLabels.k3d] !== undefined && labels[roleLabels.k3d] !== 'registry')

/** The names of all other containers: registry hosts that can only be of this machine. */
export const namesBesideClusters = (containers: readonly ContainerSummary[]): ReadonlySet<string> =>
  new Set(containers.filter((one) => !isOfCluster(one)).map((one) => one.name))
