/** Kinds of failure of one request, as far as the way to the registry is concerned. */
export type ConnectionError =
  | 'dns-failure'
  | 'connection-refused'
  | 'timeout'
  | 'no-route'
  | 'http-response-to-https'
  | 'tls'
  | 'proxy-error'
  | 'other'

/**
 * Texts of Go's net, crypto/tls and net/http packages, in the order in which they must be tried: a proxy's own failure
 * contains the text of the failure to reach the proxy.
 */
const patterns: readonly (readonly [RegExp, ConnectionError])[] = [
  [/proxyconnect tcp:/, 'proxy-error'],
  [/server gave HTTP response to HTTPS client/, 'http-response-to-https'],
  [
    /no such host|server misbehaving|lookup \S+(?: on \S+)?: .*(?:i\/o timeout|connection refused)|Temporary failure in name resolution/,
    'dns-failure',
  ],
  [/connection refused/, 'connection-refused'],
  [/no route to host|network is unreachable|host is down/, 'no-route'],
  [/i\/o timeout|TLS handshake timeout|timeout awaiting response headers|context deadline exceeded|Client\.Timeout/, 'timeout'],
  [/x509: |tls: /, 'tls'],
]

/** What kind of failure an error text of containerd tells of. */
export function connectionError(text: string): ConnectionError {
  return patterns.find(([pattern]) => pattern.test(text))?.[1] ?? 'other'
}
