import { stringify } from 'yaml'
import { isLoopback, splitHostPort } from '../../containerd/registry-host.ts'
import { hostingConfigMap, type HostingConfigMap } from '../../derive/hosting-configmap.ts'
import { kubectlOf } from '../../derive/kube.ts'
import type { Look } from '../../model/observation.ts'
import type { Cluster } from '../../model/topology.ts'
import type { PlannedRepair } from '../fix/repair.ts'
import { SetupRefusal } from './options.ts'
import type { SetupRegistry } from './registry-container.ts'

const [namespace, name] = ['kube-public', 'local-registry-hosting']

/** What tells tools of the registry (KEP-1755), in the words of the provider's own documentation. */
export async function hostingRepair(look: Look, cluster: Cluster, registry: SetupRegistry): Promise<PlannedRepair> {
  if (cluster.api.length === 0)
    throw new SetupRefusal(
      'kube-unreachable',
      `there is no proven way to the API of ${cluster.name}: ${cluster.contextProblem ?? 'no control-plane node runs'}`,
    )
  const repair = { cluster: cluster.name, title: `the ConfigMap ${namespace}/${name} of ${cluster.name}`, risk: 'safe' } as const
  if (isRight(await hostingConfigMap(look, cluster), registry)) return { ...repair, steps: [] }
  const data = { 'localRegistryHosting.v1': hostingText(cluster.provider, registry) }
  return { ...repair, steps: [{ op: 'configmap.put', cluster: cluster.name, kubectl: kubectlOf(cluster), namespace, name, data }] }
}

/** Source: kind v0.33.0, site/static/examples/kind-with-registry.sh; k3d v5.8.3, pkg/client/registry.go. */
export function hostingText(provider: Cluster['provider'], { address, port }: Pick<SetupRegistry, 'address' | 'port'>): string {
  const host = `localhost:${port}`
  return stringify(
    provider === 'kind'
      ? { host, help: 'https://kind.sigs.k8s.io/docs/user/local-registry/' }
      : {
          host,
          hostFromContainerRuntime: address,
          hostFromClusterNetwork: address,
          help: 'https://k3d.io/stable/usage/registries/#using-a-local-registry',
        },
  )
}

/** Whether what it says leads to the registry, in whatever words. */
export function isRight(configMap: HostingConfigMap, { address, port }: Pick<SetupRegistry, 'address' | 'port'>): boolean {
  if (configMap.state !== 'read' || configMap.host === undefined) return false
  const isPublished = (host: string): boolean => isLoopback(host) && splitHostPort(host).port === String(port)
  const byHostPort = address.replace(/:\d+$/, `:${port}`)
  const { host, hostFromContainerRuntime, hostFromClusterNetwork } = configMap
  return (
    (isPublished(host) || host === byHostPort) &&
    [hostFromContainerRuntime ?? host].every((one) => isPublished(one) || one === address || one === byHostPort) &&
    [hostFromClusterNetwork ?? address].every((one) => one === address)
  )
}
