/** Every version that the lab uses, in one place. */

/** Kubernetes of the lab's own images. 1.34 is the last minor whose kubelet accepts cgroup v1 by default. */
export const kubernetesVersion = 'v1.34.4'
export const kindVersion = 'v0.33.0'
export const k3dVersion = 'v5.8.3'
export const criToolsVersion = 'v1.36.0'
export const registryVersion = 'v3.1.2'
/** What kubeadm of this Kubernetes asks for, and the module that the binary is built from. */
export const etcd = { version: 'v3.6.5', image: 'registry.k8s.io/etcd:3.6.5-0' } as const
export const pauseImage = 'registry.k8s.io/pause:3.10'
/** The image of kind's own local-registry script. */
export const registryImage = 'registry:3'
/** What k3d makes registries of. */
export const k3dRegistryImage = 'registry:2'
/** The sandbox image of k3s. */
export const k3sPauseImage = 'rancher/mirrored-pause:3.6'

export interface ContainerdVersion {
  /** Full version, without a leading v. */
  readonly version: string
  /** What a user may write instead: the minor. */
  readonly minor: string
  /** Path of the Go module; containerd 1.x has no /v2 suffix. */
  readonly module: string
  /** The published node image with this minor, and what it really ships. */
  readonly upstream: {
    readonly image: string
    readonly containerd: string
    /** The minor of its Kubernetes: from 35 on the kubelet refuses cgroup v1. */
    readonly kubernetesMinor: number
  }
}

const v2 = 'github.com/containerd/containerd/v2'

/** The matrix, oldest first. */
export const containerdVersions: readonly ContainerdVersion[] = [
  {
    version: '1.7.34',
    minor: '1.7',
    module: 'github.com/containerd/containerd',
    upstream: { image: 'kindest/node:v1.32.0', containerd: '1.7.24', kubernetesMinor: 32 },
  },
  {
    version: '2.1.4',
    minor: '2.1',
    module: v2,
    upstream: { image: 'kindest/node:v1.34.0', containerd: '2.1.4', kubernetesMinor: 34 },
  },
  {
    version: '2.2.7',
    minor: '2.2',
    module: v2,
    upstream: { image: 'kindest/node:v1.35.0', containerd: '2.2.0', kubernetesMinor: 35 },
  },
  {
    version: '2.3.4',
    minor: '2.3',
    module: v2,
    upstream: { image: 'kindest/node:v1.36.1', containerd: '2.3.1', kubernetesMinor: 36 },
  },
]

export const defaultContainerd = '2.1.4'

/** A containerd of k3s' own fork, and the k3s that it came with. */
export interface K3sVersion {
  /** Full version of containerd, without a leading v. */
  readonly containerd: string
  /** What a user may write instead: the minor of containerd. */
  readonly minor: string
  /** A release of k3s with it, which is also the published node image of k3d. */
  readonly k3s: string
}

/** The matrix for k3d, oldest first. */
export const k3sVersions: readonly K3sVersion[] = [
  { containerd: '1.7.23-k3s2', minor: '1.7', k3s: 'v1.31.5+k3s1' },
  { containerd: '2.0.2-k3s2', minor: '2.0', k3s: 'v1.32.2+k3s1' },
  { containerd: '2.1.5-k3s1', minor: '2.1', k3s: 'v1.33.6+k3s1' },
]

export const defaultK3sContainerd = '2.1.5-k3s1'

/** A kubelet of another release than the rest of the node. */
export interface KubeletVersion {
  /** Full version, without a leading v. */
  readonly version: string
  /** What a user may write instead. */
  readonly minor: string
}

/**
 * A kubelet may be up to three minors older than the API server (Kubernetes' version skew policy).
 * 1.31.0, because the module proxy that the lab is tested with lacks staging modules of the later patches.
 */
export const kubeletVersions: readonly KubeletVersion[] = [{ version: '1.31.0', minor: '1.31' }]

/** Stands for the kubelet that the node image comes with. */
export const ownKubelet = 'own'

/** A mistake in what the caller wrote; the CLI exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Finds a version by its full form or its minor (`2.1`, `2.1.4`, `v2.1.4`). */
export function resolveContainerd(wanted: string): ContainerdVersion {
  const plain = wanted.trim().replace(/^v/, '')
  const found = containerdVersions.find((c) => c.version === plain || c.minor === plain)
  if (found) return found
  const known = containerdVersions.map((c) => c.version).join(', ')
  throw new UsageError(`unknown containerd version '${wanted}'; known: ${known} (or a minor such as 2.1)`)
}

/** Finds a k3s by the version of its containerd, in full or its minor. */
export function resolveK3s(wanted: string): K3sVersion {
  const plain = wanted.trim().replace(/^v/, '')
  const found = k3sVersions.find((k) => k.containerd === plain || k.minor === plain)
  if (found) return found
  const known = k3sVersions.map((k) => k.containerd).join(', ')
  throw new UsageError(`unknown containerd version of k3s '${wanted}'; known: ${known} (or a minor such as 2.1)`)
}

/** Finds a kubelet like resolveContainerd; undefined for the node image's own. */
export function resolveKubelet(wanted: string): KubeletVersion | undefined {
  const plain = wanted.trim().replace(/^v/, '')
  if (plain === ownKubelet) return undefined
  const found = kubeletVersions.find((k) => k.version === plain || k.minor === plain)
  if (found) return found
  const known = kubeletVersions.map((k) => `${k.version} (or ${k.minor})`).join(', ')
  throw new UsageError(`unknown kubelet version '${wanted}'; known: ${known}, ${ownKubelet} (the node image's)`)
}

/** What `build` makes nodes for. */
export interface WantedVersions {
  readonly containerd: readonly ContainerdVersion[]
  readonly k3s: readonly K3sVersion[]
}

/**
 * Like resolveContainerd for a list, with k3s' own containerds by their full versions. `all` stands for the whole matrix;
 * default: all of kind, and of k3d the oldest and the newest, which differ most.
 */
export function resolveContainerdList(wanted: readonly string[]): WantedVersions {
  const parts = wanted.flatMap((w) => w.split(',')).filter((w) => w !== '')
  if (parts.length === 0) return { containerd: containerdVersions, k3s: [k3sVersions.at(0)!, k3sVersions.at(-1)!] }
  if (parts.includes('all')) return { containerd: containerdVersions, k3s: k3sVersions }
  const isK3s = (part: string): boolean => part.includes('-k3s')
  return {
    containerd: [...new Set(parts.filter((part) => !isK3s(part)).map(resolveContainerd))],
    k3s: [...new Set(parts.filter(isK3s).map(resolveK3s))],
  }
}
