import type { Json } from '../../model/json.ts'
import type { ApiAccess } from '../../model/topology.ts'

export interface KubeAnswer {
  readonly status: number
  readonly body: Json
}

/** What changed in a list of objects; `type` is the API's word: ADDED, MODIFIED, DELETED, ERROR. */
export interface KubeChange {
  readonly type: string
  readonly object: Json
}

/**
 * What an effect may do with a Kubernetes API. Any HTTP status is an answer; a KubeError says that there was none.
 * A context must be proven to lead to the cluster that is meant; a node leads to its own.
 */
export interface KubeWritePort {
  /** @param path of the list, `/api/v1/namespaces` */
  create(way: ApiAccess, path: string, object: Json): Promise<KubeAnswer>
  /** @param path of the object, with options as its query: `?gracePeriodSeconds=1` */
  remove(way: ApiAccess, path: string): Promise<KubeAnswer>
  get(way: ApiAccess, path: string): Promise<KubeAnswer>
  /** Tells of every object of a list, then of every change, until the signal ends it; opens again where the API ends it. */
  watch(way: ApiAccess, path: string, onChange: (change: KubeChange) => void, signal: AbortSignal): Promise<void>
}

/** What a repair may do beside that. */
export interface KubeRepairPort extends KubeWritePort {
  /** Puts an object in the place of the one that is there. @param path of the object */
  replace(way: ApiAccess, path: string, object: Json): Promise<KubeAnswer>
}
