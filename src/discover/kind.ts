import { roleLabels } from '../derive/cluster-container.ts'
import type { ClusterLabels } from './found-cluster.ts'

/**
 * kind's containers. The load balancer of a cluster with several control planes carries the label and is no node.
 * Labels: kind, pkg/cluster/constants and pkg/cluster/internal/providers/docker (v0.20 to v0.33).
 */
export const kindLabels: ClusterLabels = {
  provider: 'kind',
  cluster: 'io.x-k8s.kind.cluster',
  role: roleLabels.kind,
  roles: { 'control-plane': 'control-plane', worker: 'worker' },
  api: ['control-plane', 'external-load-balancer'],
  authorityFile: '/etc/kubernetes/pki/ca.crt',
  network: () => 'kind',
}
