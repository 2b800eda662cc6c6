import { describe, expect, test } from 'vitest'
import { linted, onlyProblem, verdicts } from './linted.ts'

const cluster = (rest: string): string => `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n${rest}`
const patched = (...lines: string[]): string =>
  cluster(`containerdConfigPatches:\n  - |-\n${lines.map((line) => `    ${line}\n`).join('')}`)
const [oldTable, newTable] = ['[plugins."io.containerd.grpc.v1.cri".registry]', '[plugins."io.containerd.cri.v1.images".registry]']
const configPath = 'config_path = "/etc/containerd/certs.d"'
const mirrors = (host: string, ...endpoints: string[]): string[] => [
  `[plugins."io.containerd.grpc.v1.cri".registry.mirrors."${host}"]`,
  `endpoint = ${JSON.stringify(endpoints)}`,
]
const mirror = mirrors('localhost:5001', 'http://kind-registry:5000')

describe.each(['2.0.2', '2.1.4', '2.2.0', '2.2.7', '2.3.4', '2.4.2'])('containerd %s', (containerd) => {
  const of = (text: string): string[] => verdicts('kind.yaml', text, { containerd })

  test.each<[string, string]>([
    ['config_path', patched(oldTable, configPath)],
    ['config_path under the new name of the plugin', patched(newTable, configPath)],
    ['config_path in a list of which nodes pull locally', patched(oldTable, 'config_path = "/etc/containerd/certs.d:/etc/docker/certs.d"')],
    [
      'config_path by a JSON patch',
      cluster(
        `containerdConfigPatchesJSON6902:\n  - |-\n    [{"op": "add", "path": "/plugins/io.containerd.grpc.v1.cri/registry", "value": {"config_path": "/etc/containerd/certs.d"}}]\n`,
      ),
    ],
    [
      'an alias',
      cluster(
        `name: &p x\ncontainerdConfigPatches: [${JSON.stringify(`${oldTable}\n${configPath}`)}]\nfeatureGates: {}\nruntimeConfig: { a: *p }\n`,
      ),
    ],
  ])('%s is right', (_what, text) => {
    expect(of(text)).toEqual([])
  })

  test('mirrors and config_path exclude each other', () => {
    expect(of(patched(oldTable, configPath, ...mirror))).toEqual(['error mirrors-and-config-path 7:6'])
  })

  test('legacy mirrors alone work, but where config_path is a default that they collide with', () => {
    expect(of(patched(...mirror))).toEqual(containerd === '2.2.0' ? ['error mirrors-and-config-path 5:6'] : [])
  })

  test('a mirror without a scheme is asked over HTTPS, but for one of the node itself', () => {
    const verdict = containerd === '2.2.0' ? 'error mirrors-and-config-path 5:6' : 'error http-registry-asked-over-https 5:6'
    expect(of(patched(...mirrors('localhost:5001', 'kind-registry:5000')))).toEqual([verdict])
    expect(of(patched(...mirrors('localhost:5001', 'localhost:5001')))).toEqual(containerd === '2.2.0' ? [verdict] : [])
  })
})

test.each<[string, string, string[]]>([
  ['1.7.27', patched(oldTable, configPath), []],
  ['1.7.27', patched(newTable, configPath), ['error config-path-missing 6:5']],
  ['2.1.4', patched('version = 3', oldTable, configPath), ['error config-path-missing 7:5']],
  ['2.3.4', patched('version = 3', oldTable, configPath), []],
  [
    '1.7.27',
    patched(oldTable, configPath, '[plugins."io.containerd.grpc.v1.cri".registry.configs."reg:5000".tls]', 'insecure_skip_verify = true'),
    ['error mirrors-and-config-path 7:6'],
  ],
  [
    '2.1.4',
    patched(oldTable, configPath, '[plugins."io.containerd.grpc.v1.cri".registry.configs."reg:5000".tls]', 'insecure_skip_verify = true'),
    ['warning setting-without-effect 7:6'],
  ],
  ['2.1.4', patched('version = 4', oldTable, configPath), ['error cri-not-available 5:5']],
])('on containerd %s %s', (containerd, text, expected) => {
  expect(verdicts('kind.yaml', text, { containerd })).toEqual(expected)
})

test('a table that this containerd passes over is named', () => {
  expect(onlyProblem('kind.yaml', patched(newTable, configPath), { containerd: '1.7.27' }).message).toContain(
    'What stands in plugins."io.containerd.cri.v1.images" is passed over by containerd 1.7.27',
  )
})

describe('files of which kind makes no cluster', () => {
  const of = (text: string): string[] => verdicts('kind.yaml', text, { containerd: '2.3.4' })
  test.each<[string, string, string]>([
    ['an unknown version', 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha3\n', '2:1'],
    ['an unknown kind', 'kind: Clusters\napiVersion: kind.x-k8s.io/v1alpha4\n', '1:1'],
    ['a near key', cluster('containerdConfigPatch: []\n'), '3:1'],
    ['a patch under a node', cluster('nodes:\n  - role: worker\n    containerdConfigPatches: []\n'), '5:5'],
    ['patches that are a text', cluster('containerdConfigPatches: |-\n  a = 1\n'), '3:1'],
    ['a patch that is a mapping', cluster('containerdConfigPatches:\n  - plugins: {}\n'), '4:5'],
    ['a patch that is no TOML', patched(oldTable, 'config_path = /etc/containerd/certs.d'), '6:19'],
    ['a patch with a table twice', patched(oldTable, oldTable), '6:6'],
    ['a JSON patch that is none', cluster('containerdConfigPatchesJSON6902:\n  - "[{"\n'), '4:5'],
    [
      'a JSON patch of what is not there',
      cluster(`containerdConfigPatchesJSON6902:\n  - '[{"op": "remove", "path": "/plugins/x"}]'\n`),
      '4:5',
    ],
    ['a key twice', cluster('name: a\nname: b\n'), '4:1'],
    ['a tab', cluster('nodes:\n\t- role: worker\n'), '4:1'],
    ['an alias that leads nowhere', cluster('name: *x\n'), '3:7'],
    ['nothing', '# later\n', '1:1'],
    ['a list', '- kind: Cluster\n  apiVersion: kind.x-k8s.io/v1alpha4\n', '1:1'],
  ])('%s', (_what, text, place) => {
    expect(of(text)).toEqual([`error cluster-config-invalid ${place}`])
  })

  test('a key of the top under a node is said to be known there', () => {
    expect(onlyProblem('kind.yaml', cluster('nodes:\n  - role: worker\n    containerdConfigPatches: []\n')).message).toContain(
      'at the top of the file',
    )
  })

  test('an alias bomb', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(', ')}]`),
    ]
    expect(of(cluster(`${bomb.join('\n')}\n`))).toEqual(['error cluster-config-invalid 1:1'])
  })
})

test('a node without the certs.d that others have mounted is told', () => {
  const mount = '    extraMounts:\n      - hostPath: ./certs.d\n        containerPath: /etc/containerd/certs.d/\n'
  const nodes = (worker: string): string => cluster(`nodes:\n  - role: control-plane\n${mount}  - role: worker\n${worker}`)
  expect(verdicts('kind.yaml', nodes(mount), { containerd: '2.3.4' })).toEqual([])
  expect(verdicts('kind.yaml', nodes(''), { containerd: '2.3.4' })).toEqual(['warning hosts-toml-missing 8:5'])
})

test('a mirror that some versions refuse is a warning with its versions', () => {
  const [file] = linted('kind.yaml', patched(...mirror))
  expect(file!.problems).toMatchObject([{ code: 'mirrors-and-config-path', severity: 'warning', line: 5, column: 6 }])
  expect(file!.problems[0]!.effects!.filter(({ what }) => what !== 'works').map(({ on }) => on)).toEqual(['containerd 2.2.0'])
})
