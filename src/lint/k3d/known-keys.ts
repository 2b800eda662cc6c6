import type { KnownKeys } from '../known-keys.ts'

const any = 'any' as const
const keys = (...names: readonly string[]): { readonly [key: string]: KnownKeys } => Object.fromEntries(names.map((name) => [name, any]))
const filtered = (name: string): KnownKeys => ({ of: { keys: keys(name, 'nodeFilters') } })

const options = (k3s: KnownKeys): KnownKeys => ({
  keys: {
    k3d: any,
    k3s,
    kubeconfig: { keys: keys('updateDefaultKubeconfig', 'switchCurrentContext') },
    runtime: any,
  },
})

const common = {
  ...keys('apiVersion', 'kind', 'servers', 'agents', 'image', 'network', 'subnet', 'token'),
  kubeAPI: { keys: keys('host', 'hostIP', 'hostPort') },
  volumes: filtered('volume'),
  ports: filtered('port'),
  env: filtered('envVar'),
} as const satisfies { readonly [key: string]: KnownKeys }

const withFilters = options({ keys: { extraArgs: filtered('arg'), nodeLabels: filtered('label') } })

const create = { keys: keys('name', 'host', 'hostPort', 'image', 'proxy', 'volumes') } as const

/** k3d refuses no key right under `registries`: there its schema is not closed, and what it does not know has no effect. */
const registries = (created: KnownKeys): { readonly [key: string]: KnownKeys } => ({
  registries: { keys: { create: created, use: any, config: any } },
})

/**
 * What k3d knows; it refuses a file with any other key.
 * Source: k3d v5.8.3, pkg/config/v1alpha2 to v1alpha5, schema.json.
 */
export const k3dKeys: { readonly [apiVersion: string]: KnownKeys } = {
  'k3d.io/v1alpha2': {
    keys: { ...common, ...registries(any), name: any, labels: any, options: options({ keys: keys('extraServerArgs', 'extraAgentArgs') }) },
  },
  'k3d.io/v1alpha3': { keys: { ...common, ...registries({ keys: keys('name', 'host', 'hostPort') }), name: any, options: withFilters } },
  'k3d.io/v1alpha4': {
    keys: { ...common, ...registries(create), metadata: { keys: keys('name') }, options: withFilters, hostAliases: any },
  },
  'k3d.io/v1alpha5': {
    keys: { ...common, ...registries(create), metadata: { keys: keys('name') }, options: withFilters, hostAliases: any, files: any },
  },
}
