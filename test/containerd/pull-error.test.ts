import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { classifyPullError, type ClassifiedPullError } from '../../src/containerd/pull-error/classify.ts'
import { pullErrorTable } from '../../src/containerd/pull-error/table.ts'
import { pullErrorClassSchema } from '../../src/model/pull-error.ts'

interface Row {
  readonly message: string
  readonly error: ClassifiedPullError
  readonly source: string
}
const folder = new URL('../../fixtures/pull-errors/', import.meta.url)
const files = ['kubelet', 'containerd', 'cri-o', 'docker'] as const
const rows = files.map((file) => ({ file, rows: JSON.parse(readFileSync(new URL(`${file}.json`, folder), 'utf8')) as Row[] }))
const all = rows.flatMap((one) => one.rows)

describe.each(rows)('a message of $file', ({ rows: ofFile }) => {
  test.each(ofFile)('$message', ({ message, error }) => {
    expect(classifyPullError(message)).toEqual(error)
  })
})

describe('the messages', () => {
  it('are many, each once, of every class', () => {
    expect(new Set(all.map(({ message }) => message)).size).toBe(all.length)
    expect(all.length).toBeGreaterThanOrEqual(150)
    expect(pullErrorClassSchema.options.filter((one) => !all.some(({ error }) => error.class === one))).toEqual([])
  })

  it.each(pullErrorTable)('show the text that $pattern knows', ({ pattern }) => {
    const first = all.filter(({ message }) => pullErrorTable.find((one) => one.pattern.test(message))?.pattern === pattern)
    expect(first.length).toBeGreaterThan(0)
  })
})

/** A version, a thread, a commit or a standard. */
const cited = /\bv?\d+\.\d+|\w\/[\w.-]+#\d+| at [0-9a-f]{7}\b|^RFC \d+|^Windows\b/

it('every text tells where it comes from', () => {
  expect([...all, ...pullErrorTable].filter(({ source }) => !cited.test(source))).toEqual([])
})

describe('a text that contains another class’s', () => {
  const classes = (message: string): string => classifyPullError(message).class
  const head = 'failed to do request: Head "https://registry.lan/v2/app/manifests/1": '

  it.each([
    ['no 404: the image is there for other platforms', 'no match for platform in manifest: not found', 'platform-mismatch'],
    ['no 404: nothing was asked', 'no resolve hosts: not found', 'unknown'],
    ['no 404: the node lost it', 'content digest sha256:aa: not found', 'unknown'],
    ['no 404: what came is no image', 'unexpected media type text/html for sha256:aa: not found', 'not-an-image'],
    [
      'not the registry, but the proxy refuses',
      `${head}proxyconnect tcp: dial tcp 192.0.2.9:3128: connect: connection refused`,
      'proxy-error',
    ],
    [
      'not the registry, but the DNS server refuses',
      `${head}dial tcp: lookup r: read udp 10.0.0.2:1->10.0.0.1:53: connection refused`,
      'dns-failure',
    ],
    ['not the registry, but the runtime is silent', 'Failed to inspect image "app:1": context deadline exceeded', 'cri-unavailable'],
    [
      'not the registry, but the runtime refuses',
      'dial unix /run/containerd/containerd.sock: connect: connection refused',
      'cri-unavailable',
    ],
    [
      'a limit of time, though "request canceled"',
      `${head}net/http: request canceled (Client.Timeout exceeded while awaiting headers)`,
      'timeout',
    ],
    ['a certificate out of its time, though x509', `${head}x509: certificate has expired or is not yet valid: current time`, 'tls-expired'],
    ['an HTTP answer, though TLS was spoken', `${head}http: server gave HTTP response to HTTPS client`, 'http-response-to-https'],
    [
      'the answer of a cache, not what the cache met',
      'unexpected status: 500 Internal Server Error\nunknown: dial tcp: lookup a: no such host',
      'server-error',
    ],
    ['a limit, though 403', 'unexpected status: 403 Forbidden\ntoomanyrequests: slow down', 'rate-limited'],
    ['a token service without a page, not an image', 'failed to fetch anonymous token: unexpected status: 404 Not Found', 'unauthorized'],
    [
      'an error of the registry itself, not of its mirrors',
      '(Mirrors also failed: [m/a:1: manifest unknown]): r/a:1: x: EOF',
      'short-read',
    ],
  ])('%s', (_what, message, expected) => {
    expect(classes(message)).toBe(expected)
  })
})

describe('whom it asked', () => {
  const asked = (image: string, url: string): Partial<ClassifiedPullError> => {
    const { host, via } = classifyPullError(`Failed to pull image "${image}": failed to do request: Head "${url}": EOF`)
    return { via, ...(host !== undefined && { host }) }
  }

  it.each([
    ['localhost:5001/app', 'http://kind-registry:5000/v2/app/manifests/latest?ns=localhost%3A5001', 'mirror', 'kind-registry:5000'],
    // Queries are hidden by containerd from 1.7.31 on.
    ['registry.lan/app', 'https://mirror.lan/v2/app/manifests/1?ns=%5BREDACTED%5D', 'mirror', 'mirror.lan'],
    ['registry.lan/app', 'https://registry.lan/v2/app/manifests/1?ns=registry.lan', 'mirror', 'registry.lan'],
    ['registry.lan:5000/app', 'https://registry.lan:5000/v2/app/manifests/1', 'default', 'registry.lan:5000'],
    ['registry.lan:5000/app', 'https://registry.lan/v2/app/manifests/1', 'unknown', 'registry.lan'],
    ['[::1]:5001/app', 'https://[::1]:5001/v2/app/manifests/1', 'default', '[::1]:5001'],
    ['nginx', 'https://registry-1.docker.io/v2/library/nginx/manifests/1', 'default', 'registry-1.docker.io'],
    ['nginx', 'https://auth.docker.io/token?scope=repository%3Alibrary%2Fnginx%3Apull', 'unknown', 'auth.docker.io'],
    ['Not An Image', 'https://registry.lan/v2/', 'unknown', 'registry.lan'],
    ['app', 'https://user:secret@registry.lan/v2/', 'unknown', 'registry.lan'],
  ])('%s by %s is %s', (image, url, via, host) => {
    expect(asked(image, url)).toEqual({ via, host })
  })

  it('the last of a chain of requests', () => {
    const { host } = classifyPullError('Get "https://a.lan/v2/": Get "https://b.lan/token": EOF')
    expect(host).toBe('b.lan')
  })
})
