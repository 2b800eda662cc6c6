/** Where a cluster's things are, told by its name alone: no two clusters of the lab share one, whatever made them. */
import { readNote } from './cluster-note.ts'
import type { Provider } from './docker.ts'
import type { Which } from './fault.ts'
import { k3dRegistryOf } from './k3d-config.ts'
import { kindRegistry, type LabRegistry } from './registry.ts'

export interface Place {
  readonly provider: Provider
  /** Its name in the kubeconfig. */
  readonly context: string
  readonly registry: LabRegistry
  /** The lab's image as its pods name it. */
  readonly hello: string
  /** Name of a node. */
  node(which: Which): string
}

/** One that the lab has not noted is taken for one of kind. */
export async function placeOf(cluster: string): Promise<Place> {
  const note = await readNote(cluster)
  const provider = note?.provider ?? 'kind'
  const registry = note?.provider === 'k3d' ? k3dRegistryOf(cluster, note) : kindRegistry
  return {
    provider,
    context: `${provider}-${cluster}`,
    registry,
    hello: `${registry.host}/lab/hello:1`,
    node: (which) => `${provider === 'k3d' ? 'k3d-' : ''}${cluster}-${which}`,
  }
}
