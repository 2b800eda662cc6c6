/** The lab for programs: what e2e tests use. Each call that changes something waits for the lab's lock. */
import type { UpOptions } from './cluster-note.ts'
import { type DownOptions, downLocked, upKindLocked } from './kind.ts'
import { withLock } from './lock.ts'

export type { UpOptions } from './cluster-note.ts'
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

/** Removes a cluster of the lab, and the registry with the last one. */
export function down(name: string, options: DownOptions = {}): Promise<void> {
  return withLock(() => downLocked(name, options))
}
