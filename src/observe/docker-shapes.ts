import type { AttachedNetwork, PublishedPort } from '../model/observation.ts'

export type EngineNetworks = Record<
  string,
  { IPAddress?: string; GlobalIPv6Address?: string; Aliases?: string[] | null; DNSNames?: string[] | null }
>
export type EnginePorts = Record<string, { HostIp?: string; HostPort?: string }[] | null>

export function attachedNetworks(networks: EngineNetworks | undefined): AttachedNetwork[] {
  return Object.entries(networks ?? {})
    .map(([name, { IPAddress, GlobalIPv6Address }]) => ({
      name,
      address: IPAddress ?? '',
      ...(GlobalIPv6Address && { addressV6: GlobalIPv6Address }),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The ports that a container asked to publish, with the host port that the engine picked where it asked for any. */
export function publishedPorts(asked: EnginePorts, given: EnginePorts): PublishedPort[] {
  return Object.entries(asked).flatMap(([key, bindings]) =>
    (key.endsWith('/udp') ? [] : (bindings ?? [])).map(({ HostIp, HostPort }, index) => {
      const hostPort = Number(given[key]?.[index]?.HostPort ?? HostPort ?? 0)
      return { port: Number.parseInt(key, 10), ...(HostIp !== undefined && { hostIp: HostIp }), ...(hostPort > 0 && { hostPort }) }
    }),
  )
}
