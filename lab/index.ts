/** The lab for programs: what e2e tests use. Each call that changes something waits for the lab's lock. */
import type { UpOptions } from './cluster-note.ts'
import { type DownOptions, downLocked } from './down.ts'
import type { UpK3dOptions } from './k3d-config.ts'
import { upK3dLocked } from './k3d.ts'
import { upKindLocked } from './kind.ts'
import { withLock } from './lock.ts'

export type { UpOptions } from './cluster-note.ts'
export type { UpK3dOptions } from './k3d-config.ts'
export { docker } from './docker.ts'
export { kubectlPath } from './kubectl.ts'
export { containerdVersions } from './versions.ts'

/**
 * Brings a kind cluster up, healthy as kind's own local-registry script leaves it; an existing one is healed, or
 * made anew where it differs from what is asked for. Kubeconfig context: `kind-<name>`.
 */
export function upKind(options: UpOptions): Promise<void> {
  return withLock(() => upKindLocked(options))
}

/**
 * Brings a k3d cluster up, healthy as k3d leaves it with a registry beside it; heals or makes anew like upKind.
 * Kubeconfig context: `k3d-<name>`.
 */
export function upK3d(options: UpK3dOptions): Promise<void> {
  return withLock(() => upK3dLocked(options))
}

/** Removes a cluster of the lab, and its provider's registry with the last one. */
export function down(name: string, options: DownOptions = {}): Promise<void> {
  return withLock(() => downLocked(name, options))
}
