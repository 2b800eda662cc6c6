/** Address rules of Go's net and net/netip packages, as far as containerd's choice of endpoints depends on them. */

/** The port of `host:port`, empty where there is none or the text is no such pair. Source: Go, net.SplitHostPort. */
export function portOf(hostPort: string): string {
  return splitHostPort(hostPort)?.port ?? ''
}

/**
 * Whether containerd takes a registry host for the machine itself: `localhost` or a loopback address, not `*.localhost`.
 * `[::1]` without a port is none: only net.SplitHostPort takes the brackets away, and it wants a port.
 * Source: containerd, core/remotes/docker/resolver.go (IsLocalhost), v1.6 to v2.4.
 */
export function isLocalhost(registryHost: string): boolean {
  const host = splitHostPort(registryHost)?.host ?? registryHost
  if (host === 'localhost') return true
  if (isIpv4(host)) return host.startsWith('127.')
  const groups = ipv6Groups(host)
  if (!groups) return false
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff
  return mapped ? groups[6]! >> 8 === 127 : groups.slice(0, 7).every((group) => group === 0) && groups[7] === 1
}

function splitHostPort(hostPort: string): { host: string; port: string } | null {
  const found = /^(?:\[([^[\]]*)\]|([^[\]:]*)):([^[\]:]*)$/.exec(hostPort)
  return found && { host: found[1] ?? found[2]!, port: found[3]! }
}

/** Whether Go's netip.ParseAddr takes this for an IPv4 address. */
export function isIpv4(text: string): boolean {
  const octets = text.split('.')
  return octets.length === 4 && octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)
}

/** The eight groups of an IPv6 address without a zone; null where it is none. Source: Go, net/netip (parseIPv6). */
export function ipv6Groups(text: string): number[] | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head, tail] = halves.map(groupsOf)
  if (!head || tail === null) return null
  if (halves.length === 1) return head.length === 8 ? head : null
  const missing = 8 - head.length - tail!.length
  return missing < 1 || endsInIpv4(halves[0]!) ? null : [...head, ...Array<number>(missing).fill(0), ...tail!]
}

const endsInIpv4 = (half: string): boolean => half.includes('.')

function groupsOf(half: string): number[] | null {
  if (half === '') return []
  const groups: number[] = []
  const parts = half.split(':')
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && isIpv4(part)) {
      const [a, b, c, d] = part.split('.').map(Number)
      groups.push(a! * 256 + b!, c! * 256 + d!)
    } else if (/^[\da-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return null
  }
  return groups
}
