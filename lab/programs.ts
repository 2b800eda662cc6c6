/** The Go programs of the lab: which module, which packages, which flags. */
import {
  type ContainerdVersion,
  criToolsVersion,
  etcd as etcdVersion,
  k3dVersion,
  type K3sVersion,
  type KubeletVersion,
  kindVersion,
  kubernetesVersion,
  registryVersion,
} from './versions.ts'

/** One Go module and the programs that are built from it by one `go build`. */
export interface Program {
  readonly name: string
  readonly module: string
  readonly version: string
  readonly packages: readonly string[]
  readonly tags?: string
  /** Variables that the linker sets, as `path.Name=value`. */
  readonly set?: readonly string[]
  /** Version of the modules that this one replaces with directories of its own repository. */
  readonly stagingVersion?: string
  /** Name of the binary where it is not the last element of the package path. */
  readonly rename?: Readonly<Record<string, string>>
  /**
   * Built as the main module, from a copy of its sources: for forks that keep the path of what they forked. Packages are
   * then paths in it, and lines with this word are left out of this file.
   */
  readonly fork?: { readonly file: string; readonly without: string }
}

const k8s = 'k8s.io/kubernetes'

/** What programs of one Kubernetes release have in common. */
function kubernetesBase(version: string) {
  const [major = '1', minor = ''] = version.slice(1).split('.')
  return {
    module: k8s,
    version,
    // k8s.io/api and its like carry the same patch version, with major 0
    stagingVersion: version.replace(/^v1\./, 'v0.'),
    // kubeadm refuses to work without a version
    set: [
      `k8s.io/component-base/version.gitVersion=${version}`,
      `k8s.io/component-base/version.gitMajor=${major}`,
      `k8s.io/component-base/version.gitMinor=${minor}`,
      'k8s.io/component-base/version.gitTreeState=clean',
    ],
  } as const
}

/** Everything of Kubernetes that a node needs. One build: its packages share nearly all they compile. */
export const kubernetes: Program = {
  ...kubernetesBase(kubernetesVersion),
  name: 'kubernetes',
  packages: ['kubeadm', 'kubelet', 'kubectl', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((c) => `${k8s}/cmd/${c}`),
}

/** kubectl alone, for machines where published node images make the rest unnecessary. */
export const kubectl: Program = { ...kubernetesBase(kubernetesVersion), name: 'kubectl', packages: [`${k8s}/cmd/kubectl`] }

/** The kubelet alone, of another release than the rest of the node. */
export function kubelet(version: KubeletVersion): Program {
  return { ...kubernetesBase(`v${version.version}`), name: 'kubelet', packages: [`${k8s}/cmd/kubelet`] }
}

export const kind: Program = {
  name: 'kind',
  module: 'sigs.k8s.io/kind',
  version: kindVersion,
  packages: ['sigs.k8s.io/kind'],
}

export const k3d: Program = {
  name: 'k3d',
  module: 'github.com/k3d-io/k3d/v5',
  version: k3dVersion,
  packages: ['github.com/k3d-io/k3d/v5'],
  set: [`github.com/k3d-io/k3d/v5/version.Version=${k3dVersion}`],
  rename: { v5: 'k3d' },
}

export const crictl: Program = {
  name: 'crictl',
  module: 'sigs.k8s.io/cri-tools',
  version: criToolsVersion,
  packages: ['sigs.k8s.io/cri-tools/cmd/crictl'],
  set: [`sigs.k8s.io/cri-tools/pkg/version.Version=${criToolsVersion}`],
}

export const etcd: Program = {
  name: 'etcd',
  module: 'go.etcd.io/etcd/server/v3',
  version: etcdVersion.version,
  packages: ['go.etcd.io/etcd/server/v3'],
  rename: { server: 'etcd', v3: 'etcd' },
}

export const registry: Program = {
  name: 'registry',
  module: 'github.com/distribution/distribution/v3',
  version: registryVersion,
  packages: ['github.com/distribution/distribution/v3/cmd/registry'],
  set: [`github.com/distribution/distribution/v3/version.version=${registryVersion}`],
}

/** containerd with its client and shim, without the snapshotters that kind leaves out too. */
export function containerd(version: ContainerdVersion): Program {
  return {
    name: 'containerd',
    module: version.module,
    version: `v${version.version}`,
    packages: ['containerd', 'ctr', 'containerd-shim-runc-v2'].map((c) => `${version.module}/cmd/${c}`),
    tags: 'no_btrfs no_devmapper no_zfs no_aufs',
    set: [`${version.module}/version.Version=v${version.version}`],
  }
}

/** containerd of k3s' fork. It has btrfs in any build, which would need a C compiler. */
export function k3sContainerd({ containerd: version }: K3sVersion): Program {
  const path = `containerd${version.startsWith('1.') ? '' : '/v2'}`
  return {
    name: 'k3s-containerd',
    module: `github.com/k3s-io/${path}`,
    version: `v${version}`,
    packages: ['containerd', 'ctr', 'containerd-shim-runc-v2'].map((c) => `./cmd/${c}`),
    tags: 'no_btrfs no_devmapper no_zfs no_aufs',
    set: [`github.com/containerd/${path}/version.Version=v${version}`],
    fork: { file: 'cmd/containerd/builtins/builtins_linux.go', without: 'btrfs' },
  }
}
