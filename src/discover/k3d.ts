import { roleLabels } from '../derive/cluster-container.ts'
import type { ClusterLabels } from './found-cluster.ts'

/**
 * k3d's containers. A registry carries the label of the cluster that it was created with; load balancers, tools and
 * registries are no nodes. Labels: k3d, pkg/types/types.go and pkg/runtimes/docker/translate.go (v5.8.3).
 */
export const k3dLabels: ClusterLabels = {
  provider: 'k3d',
  cluster: 'k3d.cluster',
  role: roleLabels.k3d,
  roles: { server: 'control-plane', agent: 'worker' },
  api: ['server', 'loadbalancer'],
  authorityFile: '/var/lib/rancher/k3s/server/tls/server-ca.crt',
  network: (cluster, nodes) => nodes[0]?.labels['k3d.cluster.network'] ?? `k3d-${cluster}`,
}
