import { entriesOf, isMapping, itemsOf, valueAt, type KnownKeys } from '../known-keys.ts'
import { keysOfK3d } from '../k3s/known-keys.ts'

/** A registry that k3d makes or uses. */
export interface K3dRegistry {
  readonly name: string
  /** The port on the host; undefined where it is chosen when the registry is made. */
  readonly hostPort?: string
}

const ownPort = '5000'

/**
 * The registries of a k3d configuration.
 * Source: k3d v5.8.3, pkg/config/transform.go and pkg/util/registry.go (ParseRegistryRef).
 */
export function k3dRegistries(value: unknown, cluster: string): K3dRegistry[] {
  const create = valueAt(value, ['registries', 'create'])
  const made = create === true || isMapping(create) ? [created(isMapping(create) ? create : {}, cluster)] : []
  const used = itemsOf(valueAt(value, ['registries', 'use'])).flatMap((one): K3dRegistry[] => {
    const [, name, port] = /^(?:https?:\/\/)?([^:/]+)(?::(\d+))?/.exec(String(one)) ?? []
    const registry = { ...(port !== undefined && { hostPort: port }) }
    // Registries of `k3d registry create` have the prefix, and may be named without it.
    return name === undefined ? [] : [{ name, ...registry }, ...(name.startsWith('k3d-') ? [] : [{ name: `k3d-${name}`, ...registry }])]
  })
  return [...made, ...used]
}

function created(create: Readonly<Record<string, unknown>>, cluster: string): K3dRegistry {
  const { name, hostPort } = create
  const port = typeof hostPort === 'string' && /^\d+$/.test(hostPort) ? { hostPort } : {}
  return { name: typeof name === 'string' && name !== '' ? name : `k3d-${cluster}-registry`, ...port }
}

/** The registry hosts for which k3d writes mirrors, each with its endpoint. Source: k3d v5.8.3, pkg/client/registry.go. */
export function mirrorsOfK3d(registries: readonly K3dRegistry[]): {
  readonly [registryHost: string]: { readonly endpoint: readonly string[] }
} {
  return Object.fromEntries(
    registries.flatMap(({ name, hostPort = ownPort }) =>
      [hostPort, ownPort].map((port) => [`${name}:${port}`, { endpoint: [`http://${name}:${ownPort}`] }] as const),
    ),
  )
}

/** What k3d leaves of a registries configuration: the keys that it knows, in the names that k3s reads. */
export function throughK3d(value: unknown, known: KnownKeys = keysOfK3d): unknown {
  if (known === 'any' || value === null || typeof value !== 'object') return value
  if ('of' in known) return Object.fromEntries(entriesOf(value).map(([key, one]) => [key, throughK3d(one, known.of)]))
  const kept = entriesOf(value).flatMap(([key, one]) => {
    const name = Object.keys(known.keys).find((each) => each === key.toLowerCase())
    return name === undefined ? [] : [[name === 'identitytoken' ? 'identity_token' : name, throughK3d(one, known.keys[name])] as const]
  })
  return Object.fromEntries(kept)
}
