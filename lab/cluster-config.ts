/** What the lab writes: kind's cluster config, the nodes' hosts.toml, the ConfigMap. All pure. */
import { registryHost, registryName } from './registry.ts'
import type { ImageChoice } from './upstream.ts'
import { type ContainerdVersion, ownKubelet, UsageError } from './versions.ts'

export const certsDir = '/etc/containerd/certs.d'

/** What a cluster is made of. */
export interface KindShape {
  readonly provider: 'kind'
  readonly workers: number
  readonly containerd: string
  readonly configPath: boolean
  readonly registry: boolean
  /** Full version, or `own` for what the node image comes with. */
  readonly kubelet: string
  /** How long the API server keeps events, as Go writes durations. */
  readonly eventTtl: string
}

/** What kube-apiserver does when it is not told. */
export const defaultEventTtl = '1h0m0s'

/** A duration as Go would write it, so that 60s and 1m0s are the same wish. */
export function resolveEventTtl(wanted: string): string {
  const [, h, m, s] = /^(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,4})s)?$/.exec(wanted) ?? []
  const seconds = Number(h ?? 0) * 3600 + Number(m ?? 0) * 60 + Number(s ?? 0)
  if (seconds === 0) throw new UsageError(`--event-ttl is a duration such as 1m0s, not '${wanted}'`)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  return `${hours > 0 ? `${hours}h` : ''}${seconds >= 60 ? `${minutes}m` : ''}${seconds % 60}s`
}

/** Only the lab's own images can have another kubelet than the one that they come with. */
export function refuseKubelet(kubelet: string, images: ImageChoice | undefined): void {
  if (kubelet === ownKubelet || images !== 'upstream') return
  throw new UsageError(`published node images have only their own kubelet, not ${kubelet}; use --images lab`)
}

/** The table that holds the registry settings; containerd 2 has split the CRI plugin. */
export function registryTable(version: Pick<ContainerdVersion, 'minor'>): string {
  return version.minor.startsWith('1.') ? 'io.containerd.grpc.v1.cri' : 'io.containerd.cri.v1.images'
}

/** The patch that makes containerd read hosts.toml files. */
export function configPathPatch(version: Pick<ContainerdVersion, 'minor'>): string {
  return `[plugins."${registryTable(version)}".registry]\n  config_path = "${certsDir}"\n`
}

/**
 * The patch for a shorter (or longer) life of events. Without apiVersion: kind then merges it into the kubeadm config
 * of either form, with the arguments that are there (kind, pkg/internal/patch/kubeadm_merge.go).
 */
function eventTtlPatch(eventTtl: string): string {
  return JSON.stringify({ kind: 'ClusterConfiguration', apiServer: { extraArgs: { 'event-ttl': eventTtl } } })
}

/** The one line of kind's script. */
export const hostsToml = `[host."http://${registryName}:5000"]\n`

/** kind's config as JSON, which is YAML too. */
export function kindConfig(shape: KindShape, version: ContainerdVersion, ownImage: boolean): string {
  const workers = Array.from({ length: shape.workers }, () => ({ role: 'worker' }))
  return JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [{ role: 'control-plane' }, ...workers],
    // the lab's own node image has no images of kindnet and kube-proxy, but a CNI config of its own
    ...(ownImage ? { networking: { disableDefaultCNI: true, kubeProxyMode: 'none' } } : {}),
    ...(shape.configPath ? { containerdConfigPatches: [configPathPatch(version)] } : {}),
    ...(shape.eventTtl === defaultEventTtl ? {} : { kubeadmConfigPatches: [eventTtlPatch(shape.eventTtl)] }),
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
