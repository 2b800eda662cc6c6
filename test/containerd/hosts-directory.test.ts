import { describe, expect, test } from 'vitest'
import { endpointsOfHostsToml, hostsDirectory, registryHostOf } from '../../src/containerd/hosts-directory.ts'

/** Looks a host up in a map of files; what lies above a file is a directory. */
function lookUp(files: Readonly<Record<string, string | null>>, host: string, roots = ['/a', '/b']) {
  const paths = Object.keys(files)
  return hostsDirectory(
    roots,
    host,
    (path) =>
      paths.includes(path) ? (files[path] === null ? 'dir' : 'file') : paths.some((one) => one.startsWith(`${path}/`)) ? 'dir' : null,
    (path) => files[path] ?? null,
  )
}
const found = (directory: string, hostsToml: string | null = 'x') => ({ found: 'directory', directory, hostsToml })

describe('the directory of a registry host', () => {
  test.each<[string, Record<string, string | null>, string, object]>([
    ['none', {}, 'localhost:5001', { found: 'none' }],
    ['the literal name', { '/a/localhost:5001/hosts.toml': 'x' }, 'localhost:5001', found('/a/localhost:5001')],
    ['the name with underscores', { '/a/localhost_5001_/hosts.toml': 'x' }, 'localhost:5001', found('/a/localhost_5001_')],
    [
      'underscores before the literal name',
      { '/a/localhost_5001_/hosts.toml': 'x', '/a/localhost:5001/hosts.toml': 'y' },
      'localhost:5001',
      found('/a/localhost_5001_'),
    ],
    ['_default last', { '/a/_default/hosts.toml': 'x' }, 'localhost:5001', found('/a/_default')],
    [
      'the _default of an earlier root before the name in a later one',
      { '/a/_default/hosts.toml': 'x', '/b/localhost:5001/hosts.toml': 'y' },
      'localhost:5001',
      found('/a/_default'),
    ],
    ['a later root', { '/b/localhost:5001/hosts.toml': 'x' }, 'localhost:5001', found('/b/localhost:5001')],
    [
      'an empty directory, which hides all behind it',
      { '/a/localhost:5001': null, '/b/localhost:5001/hosts.toml': 'y', '/a/_default/hosts.toml': 'z' },
      'localhost:5001',
      found('/a/localhost:5001', null),
    ],
    ['a file of another name in it', { '/a/localhost:5001/host.toml': 'x' }, 'localhost:5001', found('/a/localhost:5001', null)],
    ['a file in place of the directory', { '/a/localhost:5001': 'x' }, 'localhost:5001', found('/a/localhost:5001', null)],
    ['no directory without the port', { '/a/localhost/hosts.toml': 'x' }, 'localhost:5001', { found: 'none' }],
    ['no directory of another case', { '/a/Localhost:5001/hosts.toml': 'x' }, 'localhost:5001', { found: 'none' }],
    ['IPv6, literally', { '/a/[::1]:5001/hosts.toml': 'x' }, '[::1]:5001', found('/a/[::1]:5001')],
    ['IPv6, with underscores', { '/a/[::1]_5001_/hosts.toml': 'x' }, '[::1]:5001', found('/a/[::1]_5001_')],
    ['a host without a port', { '/a/docker.io/hosts.toml': 'x' }, 'docker.io', found('/a/docker.io')],
  ])('%s', (_what, files, host, expected) => {
    expect(lookUp(files, host)).toEqual(expected)
  })

  test('a root that ends in a slash', () => {
    expect(lookUp({ '/a/x/hosts.toml': 'x' }, 'x', ['/a//'])).toEqual(found('/a/x'))
  })
  test('no roots', () => {
    expect(lookUp({ '/a/x/hosts.toml': 'x' }, 'x', [])).toEqual({ found: 'none' })
  })
})

test.each([
  ['localhost:5001', 'localhost:5001'],
  ['localhost_5001_', 'localhost:5001'],
  ['[::1]_5001_', '[::1]:5001'],
  ['docker.io', 'docker.io'],
  ['my_registry', 'my_registry'],
  ['_default', null],
])('the directory %s is that of %s', (name, host) => {
  expect(registryHostOf(name)).toBe(host)
})

describe('the endpoints that a hosts.toml names', () => {
  test.each<[string, string, string[] | null]>([
    ["kind's", '[host."http://kind-registry:5000"]\n', ['http://kind-registry:5000']],
    ['in file order, server last', 'server = "https://s"\n[host."http://b"]\n[host."http://a"]\n', ['http://b', 'http://a', 'https://s']],
    ['without a scheme: HTTPS', 'server = "s:5000"\n[host."kind-registry:5000"]\n', ['https://kind-registry:5000', 'https://s:5000']],
    ['an inline table', '[host]\n"http://a" = { capabilities = ["pull"] }\n', ['http://a']],
    ['an empty server', 'server = ""\n', []],
    ['nothing', '', []],
    ['other keys only', 'capabilities = ["pull"]\n', []],
    ['a host that is no table', 'host = 5\n', []],
    ['no TOML', '[host."http://a"\n', null],
    ['a table that stands there twice', '[host."http://a"]\n[host."http://a"]\n', null],
  ])('%s', (_what, text, expected) => {
    expect(endpointsOfHostsToml(text)).toEqual(expected)
  })
})
