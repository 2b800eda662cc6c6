import { ipv6Groups, isIpv4 } from './net.ts'

export interface GoUrl {
  /** Lower case; empty where there is none. */
  readonly scheme: string
  /** `host[:port]` without credentials. */
  readonly host: string
  /** Decoded. */
  readonly path: string
}

/**
 * A URL as Go reads it, which accepts much that the URL class of JavaScript repairs or rejects.
 * Source: Go, net/url (Parse), 1.26.
 * @param strictColons whether several colons in a host are an error: in programs written for Go 1.26 or later
 * @returns the reason where Go rejects it
 */
export function parseGoUrl(raw: string, strictColons: boolean): GoUrl | { readonly error: string } {
  try {
    const hash = raw.indexOf('#')
    if (hash >= 0) unescape(raw.slice(hash + 1), 'path')
    return parse(hash < 0 ? raw : raw.slice(0, hash), strictColons)
  } catch (error) {
    if (error instanceof UrlError) return { error: error.message }
    throw error
  }
}

class UrlError extends Error {}

function parse(raw: string, strictColons: boolean): GoUrl {
  if (Array.from(raw).some(isControl)) throw new UrlError('net/url: invalid control character in URL')
  if (raw === '*') return { scheme: '', host: '', path: '*' }
  const { scheme, rest: withQuery } = schemeOf(raw)
  const rest = withQuery.split('?', 1)[0]!
  let host = ''
  let path = rest
  if (!rest.startsWith('/')) {
    // Without a slash everything behind the scheme is opaque: `http:registry` has neither host nor path.
    if (scheme !== '') return { scheme, host: '', path: '' }
    if (rest.split('/', 1)[0]!.includes(':')) throw new UrlError('first path segment in URL cannot contain colon')
  }
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const slash = rest.indexOf('/', 2)
    host = hostOf(scheme, slash < 0 ? rest.slice(2) : rest.slice(2, slash), strictColons)
    path = slash < 0 ? '' : rest.slice(slash)
  }
  return { scheme, host, path: unescape(path, 'path') }
}

const isControl = (char: string): boolean => char < ' ' || char === '\u007F'

function schemeOf(raw: string): { scheme: string; rest: string } {
  if (raw.startsWith(':')) throw new UrlError('missing protocol scheme')
  const found = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(raw)
  return found ? { scheme: found[1]!.toLowerCase(), rest: raw.slice(found[0].length) } : { scheme: '', rest: raw }
}

function hostOf(scheme: string, authority: string, strictColons: boolean): string {
  const at = authority.lastIndexOf('@')
  const host = checkedHost(scheme, authority.slice(at + 1), strictColons)
  if (at >= 0) {
    const user = authority.slice(0, at)
    if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new UrlError('net/url: invalid userinfo')
    unescape(user, 'path')
  }
  return host
}

function checkedHost(scheme: string, host: string, strictColons: boolean): string {
  const open = host.lastIndexOf('[')
  if (open > 0) throw new UrlError('invalid IP-literal')
  if (open === 0) {
    const close = host.lastIndexOf(']')
    if (close < 0) throw new UrlError("missing ']' in host")
    const port = checkedPort(host.slice(close + 1))
    const literal = host.slice(1, close)
    const zoneAt = literal.indexOf('%25')
    const address = unescape(zoneAt < 0 ? literal : literal.slice(0, zoneAt), 'host')
    const zone = zoneAt < 0 ? '' : unescape(literal.slice(zoneAt), 'zone')
    if (zone === '%' || !ipv6Groups(address)) throw new UrlError(isIpv4(address) ? 'invalid IP-literal' : 'invalid host')
    return `[${address}${zone}]${port}`
  }
  const web = scheme === 'http' || scheme === 'https'
  const colon = web && strictColons ? host.indexOf(':') : host.lastIndexOf(':')
  if (colon >= 0) checkedPort(host.slice(colon))
  return unescape(host, 'host')
}

function checkedPort(port: string): string {
  if (!/^(?::\d*)?$/.test(port)) throw new UrlError(`invalid port ${JSON.stringify(port)} after host`)
  return port
}

/** Percent-decoding; a host may only encode bytes beyond ASCII, and few characters stand in it as they are. */
function unescape(text: string, mode: 'path' | 'host' | 'zone'): string {
  const wrong = /%(?![\da-fA-F]{2}).{0,2}/su.exec(text)
  if (wrong) throw new UrlError(`invalid URL escape ${JSON.stringify(wrong[0])}`)
  if (mode !== 'path') {
    const ascii = mode === 'host' ? /%(?!25)[0-7]./.exec(text) : null
    if (ascii) throw new UrlError(`invalid URL escape ${JSON.stringify(ascii[0])}`)
    const foreign = /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\u{10FFFF}]/u.exec(text)
    if (foreign) throw new UrlError(`invalid character ${JSON.stringify(foreign[0])} in host name`)
  }
  if (!text.includes('%')) return text
  return text.replace(/(?:%[\da-fA-F]{2})+/g, (run) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))),
  )
}
