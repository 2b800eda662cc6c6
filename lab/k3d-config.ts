/** What a k3d cluster of the lab is made of, and what k3d is told of it. All pure. */
import { stringify } from 'yaml'
import { k3dRegistry, type LabRegistry } from './registry.ts'
import type { ImageChoice } from './upstream.ts'
import { defaultK3sContainerd, resolveK3s } from './versions.ts'

/** A registry beside the cluster (`--registry-use`), one that is the cluster's own (`--registry-create`), or none. */
export type K3dRegistryChoice = 'use' | 'create' | 'none'

/** The nodes that have --disable-default-registry-endpoint. */
export type FlagOn = 'none' | 'servers' | 'all'

export interface K3dShape {
  readonly provider: 'k3d'
  /** Nodes beside the one server. */
  readonly agents: number
  readonly containerd: string
  readonly registry: K3dRegistryChoice
  /** The text of registries.yaml, or `generated`: what k3d makes of the registry. */
  readonly registries: string
  readonly flagOn: FlagOn
}

/**
 * What a caller may ask for. Left out, agents and containerd are as an existing cluster has them, and everything else is
 * what k3d makes where nothing else is asked for.
 */
export interface UpK3dOptions {
  readonly name: string
  /** Default: 1. */
  readonly agents?: number | undefined
  /** Version of k3s' containerd. */
  readonly containerd?: string | undefined
  readonly registry?: K3dRegistryChoice | undefined
  /** The text of registries.yaml, byte for byte; default: what k3d generates. */
  readonly registries?: string | undefined
  readonly disableDefaultEndpoint?: boolean | undefined
  /** The nodes that get that flag; default: all. */
  readonly flagOn?: 'servers' | 'all' | undefined
  readonly kubeconfig?: string | undefined
  readonly images?: ImageChoice | undefined
}

export const generated = 'generated'

/** The shape that a call asks for, seen from what is there. */
export function wantedK3dShape(options: UpK3dOptions, existing: K3dShape | undefined): K3dShape {
  return {
    provider: 'k3d',
    agents: options.agents ?? existing?.agents ?? 1,
    containerd: resolveK3s(options.containerd ?? existing?.containerd ?? defaultK3sContainerd).containerd,
    registry: options.registry ?? 'use',
    registries: options.registries ?? generated,
    flagOn: options.disableDefaultEndpoint ? (options.flagOn ?? 'all') : 'none',
  }
}

/** Whether k3s on a node of this role has --disable-default-registry-endpoint. */
export const hasFlag = ({ flagOn }: Pick<K3dShape, 'flagOn'>, role: string): boolean =>
  flagOn === 'all' || (flagOn === 'servers' && role === 'server')

/** The registry of a cluster: the one beside all, or its own. */
export function k3dRegistryOf(name: string, { registry }: Pick<K3dShape, 'registry'>): LabRegistry {
  if (registry !== 'create') return k3dRegistry
  const container = `k3d-${name}-registry`
  return { container, port: 5003, host: `${container}:5000` }
}

/** Name of the file beside the config that holds the text of registries.yaml. */
export const registriesSource = 'registries.yaml'

/** What is asked of k3d, beside the shape. */
interface K3dConfigInput {
  readonly name: string
  readonly image: string
  readonly shape: K3dShape
  readonly registry: LabRegistry
  /** The lab's own image has no load balancer beside it. */
  readonly ownImage: boolean
}

/** k3d's config file. */
export function k3dConfig({ name, image, shape, registry, ownImage }: K3dConfigInput): string {
  const everywhere = ['server:*', ...(shape.agents > 0 ? ['agent:*'] : [])]
  const flag = { arg: '--disable-default-registry-endpoint', nodeFilters: shape.flagOn === 'servers' ? ['server:*'] : everywhere }
  return stringify({
    apiVersion: 'k3d.io/v1alpha5',
    kind: 'Simple',
    metadata: { name },
    servers: 1,
    agents: shape.agents,
    image,
    kubeAPI: { hostIP: '127.0.0.1' },
    ...(shape.registry === 'use' && { registries: { use: [registry.host] } }),
    ...(shape.registry === 'create' && {
      registries: { create: { name: registry.container, host: '127.0.0.1', hostPort: `${registry.port}` } },
    }),
    // after the registries' own, so that this text is the one that nodes have
    ...(shape.registries !== generated && {
      files: [
        {
          description: 'registries.yaml',
          source: registriesSource,
          destination: '/etc/rancher/k3s/registries.yaml',
          nodeFilters: everywhere,
        },
      ],
    }),
    options: {
      k3d: { wait: true, timeout: '180s', disableLoadbalancer: ownImage },
      k3s: { extraArgs: shape.flagOn === 'none' ? [] : [flag] },
      kubeconfig: { updateDefaultKubeconfig: true, switchCurrentContext: true },
    },
  })
}

/** Tells tools where the registry is (KEP-1755), in the words of k3d 5.8. */
export function k3dHostingConfigMap({ port, host }: LabRegistry): string {
  const data = {
    host: `localhost:${port}`,
    hostFromContainerRuntime: host,
    hostFromClusterNetwork: host,
    help: 'https://k3d.io/stable/usage/registries/#using-a-local-registry',
  }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'local-registry-hosting', namespace: 'kube-public' },
    data: { 'localRegistryHosting.v1': stringify(data) },
  })
}
