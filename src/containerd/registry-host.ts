/** Splits `host[:port]`; an IPv6 literal keeps its brackets. */
export function splitHostPort(hostPort: string): { host: string; port?: string } {
  const found = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(hostPort)
  if (!found) return { host: hostPort }
  return { host: found[1]!, ...(found[2] !== undefined && { port: found[2] }) }
}

/**
 * Whether a registry host is the machine itself to whoever asks. `*.localhost` is not: containerd does not treat it so.
 * Source: containerd, core/remotes/docker/registry.go (MatchLocalhost).
 */
export function isLoopback(hostPort: string): boolean {
  const { host } = splitHostPort(hostPort)
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** `host:port` of a URL base, with the scheme's port where it names none; null where it is no URL. */
export function hostPortOf(url: string): { hostPort: string; scheme: 'http' | 'https' } | null {
  if (!URL.canParse(url)) return null
  const { protocol, hostname, port, host } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') return null
  const scheme = protocol === 'http:' ? 'http' : 'https'
  return hostname === '' ? null : { scheme, hostPort: port === '' ? `${host}:${scheme === 'http' ? 80 : 443}` : host }
}
