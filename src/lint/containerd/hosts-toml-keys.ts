import { nearKey } from '../near-key.ts'

/** Source: containerd v2.4.2, core/remotes/docker/config/hosts.go (hostFileConfig); `rewrite` is k3s'. */
const ofHost = ['capabilities', 'ca', 'client', 'skip_verify', 'header', 'override_path', 'dial_timeout', 'rewrite'] as const
const ofRoot = [...ofHost, 'server', 'host'] as const

/** The part of a key's path that containerd does not know, with what it most likely stands for; null where it knows all. */
export function hostsTomlKeys(path: readonly string[]): { readonly key: string; readonly path: string; readonly near?: string } | null {
  const unknown = (at: number, known: readonly string[]): ReturnType<typeof hostsTomlKeys> => {
    const key = path[at]!
    // 2.x takes keys in any case.
    if (known.includes(key.toLowerCase())) return null
    const near = nearKey(key, known)
    return { key, path: path.slice(0, at + 1).join('\n'), ...(near !== undefined && { near }) }
  }
  const first = unknown(0, ofRoot)
  return first ?? (path[0] === 'host' && path.length > 2 ? unknown(2, ofHost) : null)
}
