/** What the lab writes: kind's cluster config, the nodes' hosts.toml, the ConfigMap. All pure. */
import { registryHost, registryName } from './registry.ts'
import type { ContainerdVersion } from './versions.ts'

export const certsDir = '/etc/containerd/certs.d'

/** What a cluster is made of. */
export interface ClusterShape {
  readonly workers: number
  readonly containerd: string
  readonly configPath: boolean
  readonly registry: boolean
}

/** The table that holds the registry settings; containerd 2 has split the CRI plugin. */
export function registryTable(version: Pick<ContainerdVersion, 'minor'>): string {
  return version.minor.startsWith('1.') ? 'io.containerd.grpc.v1.cri' : 'io.containerd.cri.v1.images'
}

/** The patch that makes containerd read hosts.toml files. */
export function configPathPatch(version: Pick<ContainerdVersion, 'minor'>): string {
  return `[plugins."${registryTable(version)}".registry]\n  config_path = "${certsDir}"\n`
}

/** The one line of kind's script. */
export const hostsToml = `[host."http://${registryName}:5000"]\n`

/** kind's config as JSON, which is YAML too. */
export function kindConfig(shape: ClusterShape, version: ContainerdVersion, ownImage: boolean): string {
  const workers = Array.from({ length: shape.workers }, () => ({ role: 'worker' }))
  return JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [{ role: 'control-plane' }, ...workers],
    // the lab's own node image has no images of kindnet and kube-proxy, but a CNI config of its own
    ...(ownImage ? { networking: { disableDefaultCNI: true, kubeProxyMode: 'none' } } : {}),
    ...(shape.configPath ? { containerdConfigPatches: [configPathPatch(version)] } : {}),
  })
}

/** Tells tools where the registry is (KEP-1755). */
export function hostingConfigMap(): string {
  const data = `host: "${registryHost}"\nhelp: "https://kind.sigs.k8s.io/docs/user/local-registry/"\n`
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'local-registry-hosting', namespace: 'kube-public' },
    data: { 'localRegistryHosting.v1': data },
  })
}
