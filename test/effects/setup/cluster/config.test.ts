import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseContainerdVersion } from '../../../../src/containerd/versions.ts'
import { k3dClusterConfig } from '../../../../src/effects/setup/cluster/k3d-config.ts'
import { kindClusterConfig } from '../../../../src/effects/setup/cluster/kind-config.ts'
import { containerdOfKind } from '../../../../src/effects/setup/cluster/kind-version.ts'
import { linted } from '../../../lint/linted.ts'

const given = (text: string) => ({ path: 'mine.yaml', text })
const version = (text: string) => parseContainerdVersion(text)
const kindHead = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n'
const configPath = 'config_path = "/etc/containerd/certs.d"'

test.each<[string, string | undefined]>([
  ['kind v0.33.0 go1.26.1 linux/amd64', '2.3.4'],
  ['kind v0.31.0 go1.25.5 linux/amd64', '2.2.0'],
  ['kind v0.30.0 go1.24.6 darwin/arm64', '2.1.4'],
  ['kind v0.24.0 go1.22.6 linux/amd64', '1.7.1'],
  ['kind v0.40.0-alpha+abc go1.27 linux/amd64', '2.3.4'],
  ['kind v0.11.1 go1.16.4 linux/amd64', undefined],
  ['something else', undefined],
])('containerd of %s', (told, expected) => {
  expect(containerdOfKind(told)?.text).toBe(expected)
})

describe('the configuration of a kind cluster', () => {
  test.each<[string, string | null, string | null, boolean]>([
    ['containerd 2.1 has no config_path of its own', null, '2.1.4', true],
    ['containerd 1.7 neither', null, '1.7.27', true],
    ['containerd 2.2 has', null, '2.2.0', false],
    ['containerd that is not known may have none', null, null, true],
    [
      'a patch that is there already',
      `${kindHead}containerdConfigPatches:\n  - |-\n    [plugins."io.containerd.grpc.v1.cri".registry]\n      ${configPath}\n`,
      '2.1.4',
      false,
    ],
    ['nodes of an image of their own', `${kindHead}nodes:\n  - role: control-plane\n    image: kindest/node:v1.30.0\n`, '2.3.4', true],
    ['other patches', `${kindHead}containerdConfigPatches:\n  - |-\n    [debug]\n      level = "debug"\n`, '2.1.4', true],
  ])('%s', (_what, text, containerd, patched) => {
    const { config, notes } = kindClusterConfig(text === null ? null : given(text), containerd === null ? null : version(containerd))
    expect(config.includes(configPath)).toBe(patched || text?.includes(configPath) === true)
    expect(config === text || config === kindHead).toBe(!patched)
    expect(notes.length > 0).toBe(patched && (containerd === null || text?.includes('image:') === true))
    for (const one of containerd === null ? ['1.7.27', '2.1.4', '2.3.4'] : [containerd])
      expect(linted('kind.yaml', config, { containerd: one })[0]!.problems, one).toEqual([])
  })

  test('what the user says stays, comments too', () => {
    const text = `# ours\n${kindHead}name: dev # short\nnodes:\n  - role: control-plane\n  - role: worker\n`
    const { config } = kindClusterConfig(given(text), version('2.1.4'))
    expect(config.startsWith(text)).toBe(true)
    expect(parse(config)).toMatchObject({ containerdConfigPatches: [expect.stringContaining(configPath)] })
  })

  test.each<[string, string, RegExp]>([
    ['a key that kind does not know', `${kindHead}node: []\n`, /^mine\.yaml, line 3: kind does not know the key "node"/],
    ['no YAML', `${kindHead}nodes: [\n`, /^mine\.yaml/],
    [
      'mirrors beside config_path, with which no node comes up',
      `${kindHead}containerdConfigPatches:\n  - |-\n    [plugins."io.containerd.grpc.v1.cri".registry]\n      ${configPath}\n    [plugins."io.containerd.grpc.v1.cri".registry.mirrors."x:5000"]\n      endpoint = ["http://x:5000"]\n`,
      /^mine\.yaml, line 7: .*neither pull nor start/,
    ],
  ])('%s is refused before anything is made', (_what, text, expected) => {
    expect(() => kindClusterConfig(given(text), version('2.1.4'))).toThrow(expected)
  })
})

describe('the configuration of a k3d cluster', () => {
  const registry = { name: 'k3d-registry', port: 5001, address: 'k3d-registry:5000', scheme: 'http' } as const
  const mirrors = {
    'localhost:5001': { endpoint: ['http://k3d-registry:5000'] },
    'k3d-registry:5000': { endpoint: ['http://k3d-registry:5000'] },
    'k3d-registry:5001': { endpoint: ['http://k3d-registry:5000'] },
  }
  const registriesOf = (config: string): unknown => parse((parse(config) as { registries: { config: string } }).registries.config)

  test.each<[string, string | null]>([
    ['none is given', null],
    ['one is given', '# ours\napiVersion: k3d.io/v1alpha5\nkind: Simple\nagents: 2\n'],
    ['one of an older k3d', 'apiVersion: k3d.io/v1alpha4\nkind: Simple\n'],
    ['one that uses a registry of k3d’s own', 'apiVersion: k3d.io/v1alpha5\nkind: Simple\nregistries:\n  use:\n    - k3d-registry:5001\n'],
  ])('has mirrors for every name: %s', (_what, text) => {
    const { config, notes } = k3dClusterConfig(text === null ? null : given(text), registry, false)
    expect(registriesOf(config)).toEqual({ mirrors })
    expect(notes).toEqual([])
    expect(linted('k3d.yaml', config)[0]!.problems).toEqual([])
    expect(parse(config)).toMatchObject({ ...(parse(text ?? config) as object), registries: {} })
  })

  test('mirrors of the user stay', () => {
    const text =
      'apiVersion: k3d.io/v1alpha5\nkind: Simple\nregistries:\n  config: |\n    mirrors:\n      app.example: # ours\n        endpoint: ["https://mirror.example"]\n'
    const { config } = k3dClusterConfig(given(text), registry, false)
    expect(registriesOf(config)).toEqual({ mirrors: { 'app.example': { endpoint: ['https://mirror.example'] }, ...mirrors } })
    expect(config).toContain('# ours')
  })

  test('over HTTPS nodes are told of an authority that they are given afterwards', () => {
    const { config } = k3dClusterConfig(null, { ...registry, scheme: 'https' }, true)
    expect(registriesOf(config)).toMatchObject({
      mirrors: { 'localhost:5001': { endpoint: ['https://k3d-registry:5000'] } },
      configs: { 'k3d-registry:5000': { tls: { ca_file: '/etc/rancher/k3s/k3d-registry-ca.crt' } } },
    })
    expect(linted('k3d.yaml', config)[0]!.problems.filter((one) => one.severity === 'error')).toEqual([])
  })

  test('a registries.yaml that is a file of its own is left as it is, and told', () => {
    const text = 'apiVersion: k3d.io/v1alpha5\nkind: Simple\nregistries:\n  config: ./registries.yaml\n'
    expect(k3dClusterConfig(given(text), registry, false)).toEqual({ config: text, notes: [expect.stringContaining('names a file')] })
  })

  test.each(['apiVersion: k3d.io/v1alpha9\nkind: Simple\n', 'apiVersion: k3d.io/v1alpha5\nregistries: []\n', '- a\n', 'a: ['])(
    'what k3d would refuse is refused before anything is made: %j',
    (text) => {
      expect(() => k3dClusterConfig(given(text), registry, false)).toThrow(/mine\.yaml/)
    },
  )
})
