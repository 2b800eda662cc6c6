import { isLocalhost } from '../containerd/go/net.ts'
import { parseGoUrl } from '../containerd/go/url.ts'

/** An endpoint as k3s writes it. */
export interface EndpointUrl {
  /** The registry host under which its settings are looked up in `configs`. */
  readonly name: string
  /** `host[:port]` that is asked. */
  readonly host: string
  readonly url: string
  /** Its path is not the one that registries have. */
  readonly overridePath: boolean
}

/** Docker Hub answers under another name than its images have. Source: containerd, core/remotes/docker/resolver.go (DefaultHost). */
export const defaultHost = (host: string): string => (host === 'docker.io' ? 'registry-1.docker.io' : host)

/**
 * The URL of an endpoint or of a registry host, complete with scheme and path.
 * Source: k3s v1.29.4, pkg/agent/containerd/config.go (normalizeEndpointAddress).
 * @param embedded the address of k3s' own registry, which speaks HTTPS
 * @returns the reason where k3s passes it by
 */
export function endpointUrl(endpoint: string, embedded: string, strictColons: boolean): EndpointUrl | { readonly error: string } {
  const raw = endpoint.includes('://') ? endpoint : `//${endpoint}`
  const parsed = parseGoUrl(raw, strictColons)
  if ('error' in parsed) return parsed
  const parts = split(raw)
  const port = /:(\d*)$/.exec(parsed.host)?.[1] ?? ''
  const speaksHttp = isLocalhost(parsed.host) && port !== '' && port !== '443' && parsed.host !== embedded
  const scheme = parsed.scheme || (speaksHttp ? 'http' : 'https')
  const host = defaultHost(parsed.host)
  const overridePath = !['', '/', '/v2'].includes(parsed.path)
  // Also one that is /v2 with percent signs stays as it is written.
  const path = overridePath || parsed.path === '/v2' ? encodedPath(parts.path) : '/v2'
  const address = `${parts.user}${host === parsed.host ? encode(parts.host, hostChars) : host}`
  const rest = parts.opaque ?? `${parts.omitsHost ? '' : `//${address}`}${path}`
  return {
    name: host === 'registry-1.docker.io' ? 'docker.io' : parsed.host,
    host,
    url: `${scheme}:${rest}${parts.behind}`,
    overridePath,
  }
}

interface Parts {
  /** Everything between the scheme and the query, where that begins with no slash. */
  readonly opaque?: string
  /** With its `@`; empty where there is none. */
  readonly user: string
  readonly host: string
  /** `http:/path`: it has not even an empty host. */
  readonly omitsHost: boolean
  readonly path: string
  /** Query and fragment. */
  readonly behind: string
}

/** The parts of a URL that Go accepts, as Go writes them again. Source: Go, net/url (Parse, String), 1.26. */
function split(raw: string): Parts {
  const [, before = '', fragment = ''] = /^([^#]*)(?:#(.*))?$/s.exec(raw)!
  const [, scheme = '', rest = '', query] = /^(?:([a-zA-Z][\w+.-]*):)?([^?]*)(\?.*)?$/s.exec(before)!
  const behind = `${query ?? ''}${fragment === '' ? '' : `#${isEncoded(fragment, '?') ? fragment : encode(fragment, fragmentChars)}`}`
  const none = { user: '', host: '', omitsHost: false, behind }
  if (/^[^/]/.test(rest) && scheme !== '') return { ...none, opaque: rest, path: '' }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///')))
    return { ...none, omitsHost: scheme !== '' && rest !== '', path: rest }
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(rest)!
  const at = authority.lastIndexOf('@')
  return { ...none, user: at < 0 ? '' : `${encodedUser(authority.slice(0, at))}@`, host: authority.slice(at + 1), path }
}

function encodedUser(user: string): string {
  const colon = user.indexOf(':')
  if (colon < 0) return encode(user, userChars)
  return `${encode(user.slice(0, colon), userChars)}:${encode(user.slice(colon + 1), userChars)}`
}

const hostChars = /^[\w.~!$&'()*+,;=:[\]<>"-]$/
const userChars = /^[\w.~$&+,;=-]$/
const pathChars = /^[\w.~$&+,/:;=@-]$/
const fragmentChars = /^[\w.~$&+,/:;=?@!()*-]$/

/** Whether a path or fragment can stand as it is written. Source: Go, net/url (validEncoded). */
const isEncoded = (text: string, more = ''): boolean =>
  Array.from(text).every((char) => more.includes(char) || /^[\w.~!$&'()*+,;=:@[\]%/-]$/.test(char))

const encodedPath = (path: string): string => (isEncoded(path) ? path : encode(path, pathChars))

/** What a text with `%XX` stands for, with `%XX` for all but the given characters. */
function encode(text: string, chars: RegExp): string {
  const bytes = new TextEncoder().encode(text)
  let encoded = ''
  for (let at = 0; at < bytes.length; at++) {
    const escape = bytes[at] === 0x25
    const byte = escape ? Number.parseInt(String.fromCharCode(bytes[at + 1]!, bytes[at + 2]!), 16) : bytes[at]!
    if (escape) at += 2
    const char = String.fromCharCode(byte)
    encoded += byte < 0x80 && chars.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}
