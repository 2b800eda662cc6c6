import { join } from '../containerd/go/path.ts'
import type { NodePlan } from './node-plan.ts'

export interface Place {
  /** The directory that containerd takes. */
  readonly directory?: string
  /** The hosts.toml that it would read first: what is there now, or where one has to be. */
  readonly target: string
}

/** Where the hosts.toml of a registry host is on a node, or has to be. */
export function placeOf({ plan, containerd }: NodePlan, registryHost: string): Place {
  const path = plan.kind === 'plan' && plan.path.path !== 'none' ? plan.path : undefined
  const root = (path?.roots[0] ?? containerd.config.settings.configPath)?.split(':').find(Boolean) ?? '/etc/containerd/certs.d'
  const taken = plan.kind === 'plan' && 'directory' in plan.endpoints ? plan.endpoints.directory : undefined
  // All hosts share `_default`: a file for one of them has a directory of its own.
  const directory = taken === undefined || taken.endsWith('/_default') ? join(root, registryHost) : taken
  return { ...(taken !== undefined && { directory: taken }), target: join(directory, 'hosts.toml') }
}

/** What lies where a directory or a hosts.toml should, and keeps containerd from reading it. */
export function blockingOf({ containerd: { files } }: Pick<NodePlan, 'containerd'>, { directory, target }: Place): string | null {
  const is = (path: string, type: string): boolean => {
    const found = files.find(path)
    return 'entry' in found && found.entry.type === type
  }
  if (directory !== undefined && is(directory, 'file')) return directory
  return is(target, 'dir') ? target : null
}
