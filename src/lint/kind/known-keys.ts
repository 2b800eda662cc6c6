import type { KnownKeys } from '../known-keys.ts'

const any = 'any' as const
const keys = (...names: readonly string[]): { readonly [key: string]: KnownKeys } => Object.fromEntries(names.map((name) => [name, any]))

const kubeadmPatch: KnownKeys = { keys: keys('group', 'version', 'kind', 'patch') }

/** What kind knows; it refuses a file with any other key. Source: kind v0.33.0, pkg/apis/config/v1alpha4/types.go. */
export const kindKeys = {
  keys: {
    ...keys('kind', 'apiVersion', 'name', 'featureGates', 'runtimeConfig'),
    ...keys('kubeadmConfigPatches', 'containerdConfigPatches', 'containerdConfigPatchesJSON6902'),
    kubeadmConfigPatchesJSON6902: { of: kubeadmPatch },
    networking: {
      keys: keys(
        'ipFamily',
        'apiServerPort',
        'apiServerAddress',
        'podSubnet',
        'serviceSubnet',
        'disableDefaultCNI',
        'kubeProxyMode',
        'dnsSearch',
      ),
    },
    nodes: {
      of: {
        keys: {
          ...keys('role', 'image', 'labels', 'kubeadmConfigPatches'),
          kubeadmConfigPatchesJSON6902: { of: kubeadmPatch },
          extraMounts: { of: { keys: keys('containerPath', 'hostPath', 'readOnly', 'selinuxRelabel', 'propagation') } },
          extraPortMappings: { of: { keys: keys('containerPort', 'hostPort', 'listenAddress', 'protocol') } },
        },
      },
    },
  },
} as const satisfies KnownKeys
