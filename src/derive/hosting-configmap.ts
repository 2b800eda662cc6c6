import { parse } from 'yaml'
import type { Look } from '../model/observation.ts'
import type { Cluster } from '../model/topology.ts'
import { dig, kubeObject } from './kube.ts'
import { orNull } from './tried.ts'

export const hostingConfigMapPath = '/api/v1/namespaces/kube-public/configmaps/local-registry-hosting'

/** The ConfigMap of KEP-1755 as it stands. */
export type HostingConfigMap =
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly why: string }
  | {
      readonly state: 'read'
      readonly host?: string
      readonly hostFromClusterNetwork?: string
      readonly hostFromContainerRuntime?: string
      readonly help?: string
    }

const key = 'localRegistryHosting.v1'

/** Reads kube-public/local-registry-hosting of a cluster. */
export async function hostingConfigMap(look: Look, cluster: Pick<Cluster, 'api' | 'contextProblem'>): Promise<HostingConfigMap> {
  return readHostingConfigMap(await kubeObject(look, cluster, hostingConfigMapPath))
}

/** Where the ConfigMaps of clusters say that one pushes to, as far as they can be read. */
export async function toldHosts(look: Look, clusters: readonly Cluster[]): Promise<string[]> {
  const told = await Promise.all(clusters.map((cluster) => orNull(hostingConfigMap(look, cluster))))
  return told.flatMap((one) => (one?.state === 'read' && one.host !== undefined ? [one.host] : []))
}

/** @param object the ConfigMap as the API returns it, or null where there is none */
export function readHostingConfigMap(object: Parameters<typeof dig>[0]): HostingConfigMap {
  if (object === null) return { state: 'absent' }
  const text = dig(object, 'data', key)
  if (typeof text !== 'string') return { state: 'unreadable', why: `it has no key ${key}` }
  let value: unknown
  try {
    value = parse(text, { maxAliasCount: 10 })
  } catch (error) {
    return { state: 'unreadable', why: `${key} is no YAML: ${(error as Error).message.split('\n')[0]}` }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { state: 'unreadable', why: `${key} is no map` }
  const fields = ['host', 'hostFromClusterNetwork', 'hostFromContainerRuntime', 'help'] as const
  const map = value as Record<string, unknown>
  const wrong = fields.find((field) => map[field] !== undefined && typeof map[field] !== 'string')
  if (wrong) return { state: 'unreadable', why: `${wrong} in ${key} is no string` }
  return { state: 'read', ...Object.fromEntries(fields.flatMap((field) => (map[field] === undefined ? [] : [[field, map[field]]]))) }
}
