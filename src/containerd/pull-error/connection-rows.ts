import { rows } from './row.ts'

/** Why no answer came. A proxy's own failure contains the text of the failure to reach the proxy. */
export const connectionRows = [
  ...rows(
    'proxy-error',
    [/proxyconnect tcp: |socks connect tcp /, 'Go 1.26, net/http/transport.go (dialConn) and socks_bundle.go'],
    [
      // Go hands on only the words of the status with which a proxy refuses a tunnel; before Go 1.14 the URL had no quotes.
      /(?:Head|Get|Post) "?https:[^"\s]*"?: (?:Bad Gateway|Forbidden|Gateway Time-?out|Service Unavailable)$/,
      'Go 1.26, net/http/transport.go (dialConn): kubernetes/registry.k8s.io#273',
    ],
    [/Proxy Authentication Required/, 'Go 1.26, net/http/status.go'],
    [/writing response to \S+: connecting to /, "Docker Desktop's own proxy: docker/for-mac#7361"],
  ),
  ...rows('http-response-to-https', [/server gave HTTP response to HTTPS client/, 'Go 1.26, net/http/client.go (ErrSchemeMismatch)']),
  ...rows(
    'timeout',
    // "request canceled", but by a time limit.
    [/Client\.Timeout (?:exceeded|or context cancellation)/, 'Go 1.26, net/http/client.go'],
  ),
  ...rows(
    'cancelled',
    [/context canceled|operation was canceled/, 'Go 1.26, context and net/net.go; containerd: kubernetes/kubernetes#131521'],
    [/net\/http: request canceled/, 'Go 1.26, net/http/transport.go: kubernetes/kubernetes#58526'],
    [/download cancelled during retry delay|layer registration cancelled/, 'moby v28.5.2, distribution/xfer/download.go'],
  ),
  ...rows('dns-failure', [
    /\bdial \w+: lookup \S|no such host|server misbehaving|Temporary failure in name resolution/,
    'Go 1.26, net/net.go (DNSError), whatever its reason: cri-o/cri-o#3612; glibc, gai_strerror (EAI_AGAIN)',
  ]),
  ...rows(
    'connection-refused',
    [/connection refused/, 'Go 1.26, syscall/zerrors_linux_amd64.go (ECONNREFUSED)'],
    [/target machine actively refused it/, 'Windows, WSAECONNREFUSED: moby/moby#37127'],
  ),
  ...rows(
    'no-route',
    [
      /no route to host|network is unreachable|host is down/,
      'Go 1.26, syscall/zerrors_linux_amd64.go (EHOSTUNREACH, ENETUNREACH, EHOSTDOWN)',
    ],
    [/cannot assign requested address/, 'Go 1.26, syscall/zerrors_linux_amd64.go (EADDRNOTAVAIL): [::1] where there is no IPv6'],
    [/attempted to an unreachable (?:network|host)/, 'Windows, WSAENETUNREACH and WSAEHOSTUNREACH: Windows Sockets error codes'],
  ),
  ...rows(
    'timeout',
    [/i\/o timeout|connection timed out|context deadline exceeded/, 'Go 1.26, internal/poll, syscall/zerrors_linux_amd64.go and context'],
    [/TLS handshake timeout|timeout awaiting response headers/, 'Go 1.26, net/http/transport.go and h2_bundle.go'],
    [/did not properly respond after a period of time/, 'Windows, WSAETIMEDOUT: containerd/containerd#7218'],
  ),
  ...rows('tls-expired', [/certificate has expired or is not yet valid/, 'Go 1.26, crypto/x509/verify.go (CertificateInvalidError)']),
  ...rows(
    'tls-hostname',
    [/certificate is (?:not )?valid for |cannot validate certificate for /, 'Go 1.26, crypto/x509/verify.go (HostnameError)'],
    [/certificate relies on legacy Common Name field/, 'Go 1.15 and 1.26, crypto/x509/verify.go: rancher/rke2#775'],
  ),
  ...rows('tls-handshake', [/tls: failed to parse certificate from server/, 'Go 1.26, crypto/tls/handshake_client.go']),
  ...rows('tls-untrusted', [/x509: |certificate signed by unknown authority/, 'Go 1.26, crypto/x509/verify.go']),
  ...rows(
    'tls-handshake',
    [/\btls: /, 'Go 1.26, crypto/tls/alert.go, conn.go and handshake_client.go'],
    // A TLS alert, read as HTTP: the registry wants HTTPS and was asked in HTTP.
    [/malformed HTTP response "\\x15/, 'Go 1.26, net/http/response.go: containerd/containerd#2994'],
  ),
]
