/** Taking clusters of any provider away, and the registries that nobody uses any more. */
import { readNote, removeNote } from './cluster-note.ts'
import { type ClusterProvider, takeDown } from './clusters.ts'
import { ensureEngine, hasEngine } from './engine.ts'
import { removeK3dRegistry } from './k3d-registry.ts'
import { k3dProvider } from './k3d.ts'
import { kindProvider } from './kind.ts'
import { removeRegistry } from './registry.ts'

/** What `down` may take away with the cluster. */
export interface DownOptions {
  readonly kubeconfig?: string | undefined
  /** Remove the registry's container even if other clusters use it. */
  readonly registry?: boolean | undefined
}

const providers: readonly ClusterProvider[] = [kindProvider, k3dProvider]
const removals = { kind: removeRegistry, k3d: removeK3dRegistry }

/** The provider of a cluster: as the lab has noted it, else the one that has containers of it. */
async function providerOf(name: string): Promise<ClusterProvider> {
  const note = await readNote(name)
  for (const provider of providers) {
    if (note ? note.provider === provider.name : (await provider.nodes(name)).length > 0) return provider
  }
  return kindProvider
}

/** Removes a cluster of the lab, and its provider's registry with the last one. Call it with the lock held. */
export async function downLocked(name: string, options: DownOptions = {}): Promise<void> {
  if (!(await hasEngine())) return removeNote(name)
  await ensureEngine() // containers of a dead engine are still there
  const provider = await providerOf(name)
  await takeDown(provider, name, options.kubeconfig)
  if (options.registry || (await provider.nodes()).length === 0) await removals[provider.name]()
}

/** Removes the lab's registries, whoever uses them. */
export async function removeRegistries(): Promise<void> {
  for (const remove of Object.values(removals)) await remove()
}
