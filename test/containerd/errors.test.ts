import { expect, test } from 'vitest'
import { resolveErrorClass } from '../../src/containerd/errors.ts'
import type { PullErrorClass } from '../../src/model/pull-error.ts'

/** Texts as containerd and Go make them; those of the kubelet hold one of them. */
const texts: readonly (readonly [text: string, expected: PullErrorClass])[] = [
  [
    'failed to do request: Head "https://localhost:5001/v2/a/manifests/1": dial tcp [::1]:5001: connect: connection refused',
    'connection-refused',
  ],
  ['failed to do request: Head "http://r:5000/v2/a/manifests/1": dial tcp: lookup r on 172.18.0.1:53: no such host', 'dns-failure'],
  ['dial tcp: lookup r on 10.0.0.1:53: read udp 10.0.0.2:1->10.0.0.1:53: i/o timeout', 'dns-failure'],
  ['dial tcp 10.0.0.1:5000: i/o timeout', 'timeout'],
  ['net/http: TLS handshake timeout', 'timeout'],
  ['net/http: timeout awaiting response headers', 'timeout'],
  ['dial tcp 10.0.0.1:5000: connect: no route to host', 'no-route'],
  ['http: server gave HTTP response to HTTPS client', 'http-response-to-https'],
  ['tls: failed to verify certificate: x509: certificate signed by unknown authority', 'tls-untrusted'],
  ['x509: certificate signed by unknown authority', 'tls-untrusted'],
  ['tls: failed to verify certificate: x509: certificate is valid for a, not b', 'tls-hostname'],
  ['x509: certificate is not valid for any names, but wanted to match r', 'tls-hostname'],
  ["x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs", 'tls-hostname'],
  ['x509: certificate relies on legacy Common Name field, use SANs instead', 'tls-hostname'],
  ['x509: certificate has expired or is not yet valid: current time 2026-11-21 is after 2025-01-01', 'tls-expired'],
  ['remote error: tls: handshake failure', 'tls-handshake'],
  ['localhost:5001/app:1: not found', 'not-found'],
  ['localhost:5001/tls-x509:1: not found', 'not-found'],
  [
    'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
    'unauthorized',
  ],
  [
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://a/t: 401 Unauthorized',
    'unauthorized',
  ],
  ['unexpected status from HEAD request to http://r:5000/v2/a/manifests/1: 403 Forbidden', 'forbidden'],
  ['pulling from host r:5000 failed with status code [manifests 1]: 403 Forbidden', 'forbidden'],
  ['unexpected status from HEAD request to https://r/v2/a/manifests/1: 429 Too Many Requests', 'rate-limited'],
  ['unexpected status from HEAD request to http://r:5000/v2/a/manifests/1: 503 Service Unavailable', 'server-error'],
  ['pulling from host r:5000 failed with status code [manifests 1]: 500 Internal Server Error', 'server-error'],
  ['proxyconnect tcp: dial tcp 192.0.2.9:3128: connect: connection refused', 'proxy-error'],
  ['proxyconnect tcp: dial tcp: lookup proxy on 172.18.0.1:53: no such host', 'proxy-error'],
  ['unexpected status from HEAD request to http://r/v2/a/manifests/1: 407 Proxy Authentication Required', 'proxy-error'],
  ['rejecting 5242880 byte manifest for r/a:1: not found', 'not-an-image'],
  ['Failed to apply default image tag "A": couldn\'t parse image name "A": invalid reference format', 'invalid-name'],
  ['`mirrors` cannot be set when `config_path` is provided', 'cri-unavailable'],
  ['no resolve hosts: not found', 'unknown'],
  ['unable to read CA cert "/x": open /x: no such file or directory', 'unknown'],
  ['', 'unknown'],
]

test.each(texts)('%s: %s', (text, expected) => {
  expect(resolveErrorClass(text)).toBe(expected)
})

test.each(texts.filter(([text]) => text !== '' && !text.startsWith('Failed')))(
  'also in a message of the kubelet: %s: %s',
  (text, expected) => {
    const message = `Failed to pull image "r/a:1": failed to pull and unpack image "r/a:1": failed to resolve reference "r/a:1": ${text}`
    expect(resolveErrorClass(message)).toBe(expected)
  },
)
