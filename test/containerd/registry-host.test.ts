import { describe, expect, test } from 'vitest'
import { hostPortOf, isLoopback, splitHostPort } from '../../src/containerd/registry-host.ts'

describe('splitHostPort', () => {
  test.each<[string, { host: string; port?: string }]>([
    ['localhost:5001', { host: 'localhost', port: '5001' }],
    ['localhost', { host: 'localhost' }],
    ['172.18.0.4:5000', { host: '172.18.0.4', port: '5000' }],
    ['[::1]:5001', { host: '[::1]', port: '5001' }],
    ['[fc00::2]', { host: '[fc00::2]' }],
    ['::1', { host: '::1' }],
    ['a.b:c', { host: 'a.b:c' }],
    ['', { host: '' }],
  ])('%j', (text, expected) => {
    expect(splitHostPort(text)).toEqual(expected)
  })
})

describe('isLoopback', () => {
  // containerd, core/remotes/docker/registry_test.go (TestMatchLocalhost), and what lies beside it.
  test.each([
    ['localhost', true],
    ['localhost:5001', true],
    ['localhost:http', false],
    ['127.0.0.1', true],
    ['127.0.0.1:5000', true],
    ['127.1.2.3:5000', true],
    ['[::1]', true],
    ['[::1]:5000', true],
    ['::1', true],
    ['registry.localhost:5000', false],
    ['localhost.example:5000', false],
    ['mylocalhost:5000', false],
    ['127.example.com', false],
    ['127.0.0.1.nip.io:5000', false],
    ['128.0.0.1:5000', false],
    ['10.0.0.1', false],
    ['0.0.0.0:5000', false],
    ['[fc00::1]:5000', false],
    ['kind-registry:5000', false],
    ['', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected)
  })
})

describe('hostPortOf', () => {
  test.each<[string, ReturnType<typeof hostPortOf>]>([
    ['http://kind-registry:5000', { scheme: 'http', hostPort: 'kind-registry:5000' }],
    ['https://registry-1.docker.io', { scheme: 'https', hostPort: 'registry-1.docker.io:443' }],
    ['http://registry', { scheme: 'http', hostPort: 'registry:80' }],
    ['http://registry:80/v2', { scheme: 'http', hostPort: 'registry:80' }],
    ['https://registry:80', { scheme: 'https', hostPort: 'registry:80' }],
    ['http://[fc00::2]:5000', { scheme: 'http', hostPort: '[fc00::2]:5000' }],
    ['http://[::1]', { scheme: 'http', hostPort: '[::1]:80' }],
    ['http://user:pw@registry:5000/x', { scheme: 'http', hostPort: 'registry:5000' }],
    ['http://user:[redacted:0123456789]@registry:5000/x', { scheme: 'http', hostPort: 'registry:5000' }],
    ['ftp://registry', null],
    ['unix:///run/x.sock', null],
    ['registry:5000', null],
    ['http://', null],
    ['http://a b', null],
    ['http://registry:99999', null],
    ['', null],
  ])('%s', (url, expected) => {
    expect(hostPortOf(url)).toEqual(expected)
  })
})
