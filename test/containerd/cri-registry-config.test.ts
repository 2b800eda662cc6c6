import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { criRegistryConfig, defaultRoots, type CriRegistryConfig } from '../../src/containerd/cri-registry-config.ts'
import { atLeast, parseContainerdVersion } from '../../src/containerd/versions.ts'

const folder = new URL('../../fixtures/config-toml/', import.meta.url)
type Effective = { config_path: string; mirrors?: Record<string, string[]> } | { error: string }
const golden = JSON.parse(readFileSync(new URL('effective.json', folder), 'utf8')) as Record<string, Record<string, Effective>>

/** The configuration in a map of files, by absolute path. */
function configOf(version: string, files: Readonly<Record<string, string>>, main = '/etc/containerd/config.toml'): CriRegistryConfig {
  const matches = (pattern: string): string[] => {
    const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`)
    return Object.keys(files)
      .filter((path) => expression.test(path))
      .sort()
  }
  return criRegistryConfig(parseContainerdVersion(version)!, main, (path) => files[path] ?? null, matches)
}

/** A folder of fixtures as /etc/containerd. */
function filesOf(name: string): Record<string, string> {
  const root = new URL(`${name}/`, folder)
  return Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => existsSync(new URL(path, root)) && path.includes('.') && !path.endsWith('.d'))
      .map((path) => [`/etc/containerd/${path}`, readFileSync(new URL(path, root), 'utf8')]),
  )
}

const cases = Object.entries(golden).flatMap(([name, versions]) =>
  Object.entries(versions).map(([version, effective]) => [name, version, effective] as const),
)

describe('is what the real containerd makes of it', () => {
  test.each(cases.filter(([, , effective]) => !('error' in effective)))('%s, %s', (name, version, effective) => {
    if ('error' in effective) throw new Error('not here')
    const { roots, mirrors, unreadable } = configOf(version, filesOf(name))
    const standard = effective.mirrors === undefined && atLeast(parseContainerdVersion(version)!, 2, 2) ? defaultRoots : []
    expect({ roots, mirrors, unreadable }).toEqual({
      roots: effective.config_path === '' ? standard : effective.config_path.split(':'),
      mirrors: effective.mirrors ?? {},
      unreadable: [],
    })
  })

  /** Wrong types are left to containerd: it does not start, so no node runs with them. */
  const told = cases.filter(
    ([, , effective]) => 'error' in effective && !/decode|convert|gone\.toml|invalid plugin key|drop-in/.test(effective.error),
  )
  test.each(told)('%s, %s: refused, and told why', (name, version) => {
    expect(configOf(version, filesOf(name)).unreadable).not.toEqual([])
  })
})

describe('tells where it comes from', () => {
  test('an import', () => {
    expect(configOf('2.1.4', filesOf('import-overrides'))).toMatchObject({
      source: { file: '/etc/containerd/conf.d/10.toml' },
      files: ['/etc/containerd/config.toml', '/etc/containerd/conf.d/10.toml'],
    })
  })
  test.each([
    ['2.1.4', 'none', []],
    ['2.2.0', 'default', defaultRoots],
    ['2.3.4', 'default', defaultRoots],
    ['1.6.20', 'none', []],
  ])('no file at all: %s has %s', (version, source, roots) => {
    expect(configOf(version, {})).toEqual({ source, roots, mirrors: {}, files: [], unreadable: [] })
  })
  test('empty parts of a list are none', () => {
    const text = 'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = ":/a::/b:"\n'
    expect(configOf('1.7.27', { '/etc/containerd/config.toml': text }).roots).toEqual(['/a', '/b'])
  })
})

test('imports: absolute, with wildcards in the file name, each file once', () => {
  const registry = (path: string): string => `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "${path}"\n`
  const files = {
    '/etc/containerd/config.toml': 'version = 2\nimports = ["/opt/conf/1*.toml", "/opt/conf/*.toml", 5]\n',
    '/opt/conf/10.toml': registry('/ten'),
    '/opt/conf/05.toml': registry('/five'),
  }
  expect(configOf('2.1.4', files)).toMatchObject({
    roots: ['/five'],
    files: ['/etc/containerd/config.toml', '/opt/conf/10.toml', '/opt/conf/05.toml'],
  })
})

test.each([
  'plugins = 5',
  'plugins = []',
  '[plugins]\n"io.containerd.grpc.v1.cri" = 5',
  '[plugins."io.containerd.grpc.v1.cri"]\nregistry = "x"',
  'version = "2"',
  'imports = "a"',
  '[plugins."io.containerd.grpc.v1.cri".registry]\nmirrors = 5',
  '[plugins."io.containerd.grpc.v1.cri".registry.mirrors]\n"a" = 5',
  '[plugins."io.containerd.grpc.v1.cri".registry.mirrors."a"]\nendpoint = "http://x"',
  '\u0000',
])('a file of another form (%j) is read without a fault', (text) => {
  for (const version of ['1.7.27', '2.1.4', '2.3.4'])
    expect(configOf(version, { '/etc/containerd/config.toml': `version = 2\n${text}` }).roots).toBeInstanceOf(Array)
})
