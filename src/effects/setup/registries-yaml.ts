import { withAuthority, withMirror } from '../../k3s/with-mirror.ts'

/**
 * A registries.yaml that leads registry hosts to a registry; all else in it stays.
 * @param text what is there; null where there is none
 * @param address of the registry, by which k3s finds its authority
 * @param caFile path on the nodes; none is written where it is absent
 * @returns null where the text cannot be changed without losing what it says
 */
export function registriesYamlFor(
  text: string | null,
  registryHosts: readonly string[],
  address: string,
  endpoint: string,
  caFile?: string,
): string | null {
  const mirrored = registryHosts.reduce<string | null | undefined>(
    (last, host) => (last === undefined ? undefined : (withMirror(last, host, endpoint) ?? undefined)),
    text,
  )
  if (mirrored === undefined || mirrored === null) return null
  return caFile === undefined ? mirrored : withAuthority(mirrored, address, caFile)
}

/**
 * The registry hosts by which images of a registry are to be named: by its port on this machine, by its name in the network,
 * and, as k3d does, by both.
 */
export function registryHostsFor(provider: 'kind' | 'k3d', address: string, port: number): string[] {
  const byHostPort = provider === 'k3d' ? [address.replace(/:\d+$/, `:${port}`)] : []
  return [...new Set([`localhost:${port}`, address, ...byHostPort])]
}
