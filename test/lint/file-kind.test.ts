import { describe, expect, test } from 'vitest'
import { fileKindOf } from '../../src/lint/file-kind.ts'
import { linted } from './linted.ts'

const kind = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n'
const k3d = 'kind: Simple\napiVersion: "k3d.io/v1alpha5"\n'

describe('what a file is', () => {
  test.each<[string, string, string, string | null]>([
    ['a kind configuration', 'cluster.yaml', kind, 'kind-config'],
    ['one of a kind that is no more', 'x', 'apiVersion: kind.sigs.k8s.io/v1alpha3\n', 'kind-config'],
    ['a k3d configuration', '-', k3d, 'k3d-config'],
    ['a k3d configuration by the name of the other', 'kind.yaml', k3d, 'k3d-config'],
    ['one that is no YAML', 'a.yml', `${k3d}\t: [`, 'k3d-config'],
    ['registries', '-', 'mirrors:\n', 'registries.yaml'],
    ['registries with a key that is misspelled', '-', 'config:\n', 'registries.yaml'],
    ['hosts', '-', '[host."http://a:1"]\n', 'hosts.toml'],
    ['hosts after a byte order mark', '-', '\uFEFF[host."http://a:1"]\n', 'hosts.toml'],
    ['a server alone', '-', 'server = "http://a:1"\n', 'hosts.toml'],
    ['the configuration of containerd', '-', 'version = 2\n[plugins]\n', 'config.toml'],
    ['an empty file by its name', 'certs.d/localhost:5001/hosts.toml', '', 'hosts.toml'],
    ['an empty configuration by its name', '/etc/containerd/config.toml', '', 'config.toml'],
    ['an empty registries.yaml by its name', 'registries.yml', '', 'registries.yaml'],
    ['kind.yaml by its name', 'dev/kind-config.yaml', 'nodes: []\n', 'kind-config'],
    ['k3d.yaml by its name', 'k3d.yaml', 'servers: 1\n', 'k3d-config'],
    ['YAML that looks like TOML', 'a.yaml', 'server = "x"\n', null],
    ['another Kubernetes object', 'pod.yaml', 'apiVersion: v1\nkind: Pod\n', null],
    ['prose', 'mankind.md', 'a kind of text', null],
    ['nothing', '-', '', null],
  ])('%s', (_what, path, text, expected) => {
    expect(fileKindOf(path, text)).toBe(expected)
  })
})

test('of several documents those that are known are judged, each as what it is', () => {
  const files = linted('all.yaml', `${kind}---\napiVersion: v1\nkind: ConfigMap\n---\n${k3d}---\n# nothing\n`)
  expect(files.map((one) => one.fileKind)).toEqual(['kind-config', 'k3d-config'])
  expect(files[1]!.problems.map(({ code, line }) => `${code} ${line}`)).toEqual(['registries-yaml-missing 7'])
})

test('an empty file of a known name is no fault where none is in it', () => {
  expect(linted('registries.yaml', '')).toMatchObject([{ fileKind: 'registries.yaml', problems: [] }])
})
