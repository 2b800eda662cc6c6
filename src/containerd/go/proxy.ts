import { ipv6Groups, isIpv4, portOf } from './net.ts'

/**
 * The proxy that Go's HTTP client goes through for a URL, or null where it goes there itself. Requests to the machine
 * itself never go through one.
 * Source: golang.org/x/net v0.38.0, http/httpproxy/proxy.go (FromEnvironment, proxyForURL, useProxy).
 * @param environment the process's own; names in upper case win where both are set
 */
export function proxyFor(environment: { readonly [name: string]: string }, url: { scheme: string; host: string }): string | null {
  const value = (name: string): string => environment[name] || environment[name.toLowerCase()] || ''
  const proxy = value(url.scheme === 'https' ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  if (proxy === '' || !usesProxy(url, value('NO_PROXY'))) return null
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function usesProxy({ scheme, host }: { scheme: string; host: string }, noProxy: string): boolean {
  const port = portOf(host) || (scheme === 'https' ? '443' : '80')
  const name = hostname(host)
  if (name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name)) return false
  const entries = noProxy
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter(Boolean)
  return !entries.some((entry) => entry === '*' || matches(entry, name, port))
}

/** Without port and brackets, in lower case, as names are compared. */
const hostname = (host: string): string =>
  host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
    .replace(/\.$/, '')

function matches(entry: string, name: string, port: string): boolean {
  const network = cidr(entry)
  if (network) return network(name)
  const [, pattern = entry, wantedPort] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? []
  if (wantedPort !== undefined && wantedPort !== port) return false
  const bare = (wantedPort === undefined ? pattern : pattern.replace(/^\[(.*)\]$/, '$1')).replace(/^\*(?=\.)/, '')
  if (isAddress(bare)) return bare === name
  // `foo.com` is that name and all below it; `.foo.com` only what is below it. An address is never below a name.
  if (isAddress(name)) return false
  return bare.startsWith('.') ? name.endsWith(bare) : name === bare || name.endsWith(`.${bare}`)
}

const isAddress = (text: string): boolean => bitsOf(text) !== null

/** A test for what lies in a network; null where the entry is none. */
function cidr(entry: string): ((name: string) => boolean) | null {
  const [, address = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? []
  const network = bitsOf(address)
  if (network === null || Number(length) > network.length) return null
  const prefix = network.slice(0, Number(length))
  return (name) => {
    const bits = bitsOf(name)
    return bits?.length === network.length && bits.startsWith(prefix)
  }
}

/** The 32 or 128 bits of an address as text; null where it is none. */
function bitsOf(address: string): string | null {
  const binary = (numbers: readonly number[], width: number): string => numbers.map((one) => one.toString(2).padStart(width, '0')).join('')
  if (isIpv4(address)) return binary(address.split('.').map(Number), 8)
  const groups = ipv6Groups(address)
  return groups && binary(groups, 16)
}
