import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { codes, type Code } from '../../src/model/codes.ts'
import { remedySchema, type Finding, type Step } from '../../src/model/finding.ts'
import type { Json } from '../../src/model/json.ts'
import { remediesFor } from '../../src/remedies/remedies.ts'
import { effective } from '../containerd/effective-roots.ts'

const node = {
  nodes: ['dev-worker'],
  registryHost: 'localhost:5001',
  endpoint: 'http://kind-registry:5000',
  hostsToml: '/etc/containerd/certs.d/localhost:5001/hosts.toml',
  configFile: '/etc/containerd/config.toml',
  containerd: '2.1.4',
  files: {},
}

const pulls = {
  registry: 'kind-registry',
  container: 'kind-registry',
  registryHost: 'localhost:5001',
  nodes: ['dev-worker'],
  images: ['localhost:5001/app:1'],
  pushAs: 'localhost:5001/app:1',
}

const stale = { ...pulls, kubectl: 'kubectl --context kind-dev', provider: 'kind', loaded: false }
const use = {
  namespace: 'shop',
  pod: 'app-1',
  owner: 'deploy/app',
  container: 'app',
  kind: 'container',
  policy: 'IfNotPresent',
  held: false,
}

const imageData = {
  'image-not-pushed': [
    { ...pulls, built: 'localhost:5001/app:1' },
    { ...pulls, built: 'app:1' },
    { ...pulls, built: 'app:1', pushAs: null },
  ],
  'image-not-in-registry': [{ ...pulls, near: 'app:2' }, pulls],
  'registry-emptied': [{ ...pulls, holder: 'dev-worker' }],
  'registry-content-incomplete': [
    { ...pulls, missing: [`sha256:${'ab'.repeat(32)}`] },
    { ...pulls, container: null },
  ],
  'image-platform-mismatch': [{ ...pulls, platform: 'linux/amd64' }],
  'image-stale-on-node': [
    { ...stale, uses: [{ ...use, policy: 'IfNotPresent', held: true }] },
    {
      ...stale,
      uses: [
        { ...use, policy: 'IfNotPresent', held: true, owner: null },
        { ...use, kind: 'init', held: true },
      ],
    },
    { ...stale, uses: [{ ...use, policy: 'Always', held: true }] },
    {
      ...stale,
      uses: [
        { ...use, owner: null },
        { ...use, owner: 'job/import' },
      ],
    },
    { ...stale, loaded: true, uses: [{ ...use, held: true }] },
    { ...stale, loaded: true, provider: 'k3d', uses: [use] },
  ],
  'image-host-not-served': [
    { ...pulls, registryHost: 'old-reg:5000', instead: null, kubectl: 'kubectl --context kind-dev', uses: [] },
    {
      ...pulls,
      registryHost: 'old-reg:5000',
      instead: 'localhost:5001',
      kubectl: 'kubectl --context kind-dev',
      uses: [{ namespace: 'shop', owner: 'deploy/app', container: 'app', image: 'old-reg:5000/app:1' }],
    },
  ],
  'image-name-invalid': [pulls],
  'error-masks-not-found': [pulls],
  'registry-auth-required': [pulls],
  'registry-forbids': [pulls],
  'registry-rate-limits': [pulls, { ...pulls, container: null }],
  'registry-server-error': [pulls],
  'node-disk-full': [pulls],
  'container-not-started': [pulls],
  'pull-queue-blocked': [{ ...pulls, behind: 'other:5000/app:1' }],
  'pull-policy-never': [pulls],
  'in-cluster-pull-failed': [pulls],
} as const

const k3s = {
  ...node,
  provider: 'k3d',
  nodes: ['k3d-one-server-0'],
  registryHost: 'k3d-dev-reg:5000',
  registriesYaml: '/etc/rancher/k3s/registries.yaml',
  snippet: 'let it have, beside what it says: mirrors: {"k3d-dev-reg:5000": {endpoint: ["http://k3d-dev-reg:5000"]}}',
}

const written = [
  { path: k3s.registriesYaml, content: k3s.snippet, expect: null },
  { path: '/var/lib/rancher/k3s/agent/etc/containerd/certs.d/k3d-dev-reg:5000/hosts.toml', content: '[host]\n', expect: 'a' },
]

const k3sData = {
  'registries-yaml-missing': [
    { ...k3s, put: written },
    k3s,
    { ...k3s, put: written.slice(0, 1), needsRestart: true },
    {
      each: [
        { ...k3s, put: written },
        { ...k3s, put: written, nodes: ['k3d-one-agent-0'] },
      ],
    },
  ],
  'registries-yaml-invalid': [
    { ...k3s, put: [], snippet: 'yaml: line 2: did not find expected node content' },
    { ...k3s, put: written },
    { ...k3s, put: written, needsRestart: true },
    { ...k3s, put: [], running: false },
  ],
  'registries-yaml-unknown-key': [{ ...k3s, put: written }],
  'registries-yaml-key-mismatch': [{ ...k3s, put: written }],
  'registries-yaml-not-applied': [{ ...k3s, put: written.slice(1) }],
  'hosts-toml-will-be-overwritten': [{ ...k3s, put: written.slice(0, 1) }],
  'default-endpoint-flag-ineffective': [k3s],
} as const

/** What findings of each code carry; several where that makes another remedy. */
const data: { readonly [C in Code]: readonly { [key: string]: Json }[] } = {
  ...(k3sData as unknown as { [C in keyof typeof k3sData]: { [key: string]: Json }[] }),
  'node-not-running': [
    { container: 'dev-worker', state: 'exited' },
    { container: 'dev-worker', state: 'paused' },
  ],
  'registry-not-found': [
    { address: 'kind-registry:5000', registryHosts: ['localhost:5001'], networks: ['kind'] },
    { address: 'kind-registry', registryHosts: [], networks: [] },
    { address: 'localhost:5001', registryHosts: ['localhost:5001'], networks: ['kind', 'kind'] },
  ],
  'registry-not-running': [{ container: 'kind-registry' }, { container: 'kind-registry', hostPortTaken: '127.0.0.1:5001' }],
  'registry-hanging': [
    { container: 'kind-registry', paused: true },
    { container: 'kind-registry', paused: false },
  ],
  'registry-port-not-published': [{ container: 'kind-registry', image: 'registry:3' }],
  'registry-port-conflict': [{ hostAddress: '127.0.0.1:5001' }],
  'registry-not-answering': [{}],
  'registry-not-on-network': [
    { container: 'kind-registry', network: 'kind', address: 'kind-registry:5000' },
    { container: 'other', network: 'kind', address: 'registry.local:5000' },
  ],
  'registry-name-unresolvable': [
    { container: 'kind-registry', network: 'kind', address: 'reg:5000' },
    { address: 'reg:5000', network: 'kind' },
  ],
  'registry-unreachable-from-node': [{ nodes: ['dev-worker'], container: 'kind-registry' }, { nodes: ['dev-worker'] }],
  'cri-not-available': [{ node: 'dev-worker' }],
  'config-path-missing': [
    { ...node, files: { [node.configFile]: { sha256: 'a', text: 'version = 2\n' } } },
    { ...node, files: {} },
    { each: [node, { ...node, nodes: ['dev-worker2'] }] },
  ],
  'hosts-toml-missing': [node, { each: [node, { ...node, nodes: ['dev-worker2'] }] }],
  'hosts-toml-wrong-endpoint': [{ ...node, files: { [node.hostsToml]: { sha256: 'a', text: 'x' } } }],
  'config-path-list-ignored': [{ ...node, files: { [node.configFile]: { sha256: 'a', text: 'version = 2\n' } } }],
  'mirrors-and-config-path': [
    {
      ...node,
      mirrors: { 'localhost:5001': ['http://kind-registry:5000'], '*': ['http://cache:5000'] },
      root: '/etc/containerd/certs.d',
      files: {
        [node.configFile]: {
          sha256: 'a',
          text: 'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/x"\n[plugins."io.containerd.grpc.v1.cri".registry.mirrors."localhost:5001"]\nendpoint = ["http://kind-registry:5000"]\n',
        },
      },
    },
    { ...node, mirrors: {}, root: '/etc/containerd/certs.d' },
  ],
  'hosts-toml-invalid': [node, { ...node, files: { [node.hostsToml]: { sha256: 'a', text: 'ca = "x.crt"\n[host' } } }],
  'hosts-toml-unusable': [
    { ...node, blocking: null },
    { ...node, blocking: '/etc/containerd/certs.d/localhost:5001' },
    { ...node, blocking: null, endpoint: 'https://kind-registry:5000' },
  ],
  'hosts-toml-shadowed': [
    { ...node, taken: '/etc/containerd/certs.d/localhost_5001_' },
    { ...node, taken: '/etc/containerd/certs.d/_default' },
  ],
  'hosts-toml-no-capability': [node],
  'http-registry-asked-over-https': [node],
  'registry-certificate-untrusted': [
    { ...node, endpoint: 'https://kind-registry:5000', container: 'kind-registry', certificate: '/certs/domain.crt' },
    { each: [node, { ...node, nodes: ['dev-worker2'] }], container: null },
    { ...k3s, endpoint: 'https://k3d-dev-reg:5000' },
  ],
  'registry-certificate-wrong-name': [
    { ...node, container: 'kind-registry' },
    { ...node, container: null },
  ],
  'registry-certificate-expired': [node],
  'node-dns-broken': [
    { nodes: ['dev-worker'], network: 'kind', resolvConf: 'nameserver 172.18.0.1\n' },
    { nodes: ['dev-worker'], network: 'kind', resolvConf: null },
  ],
  'node-proxy-in-the-way': [{ nodes: ['dev-worker'], noProxy: '10.0.0.0/8,kind-registry' }],
  ...imageData,
  'hosting-configmap-missing': [{ host: 'localhost:5001', kubectl: 'kubectl --context kind-dev' }, { host: null }],
  'hosting-configmap-wrong': [{ host: 'localhost:5001', kubectl: 'kubectl --context kind-dev' }],
}

const finding = (code: Code, of: { [key: string]: Json }): Finding => ({
  code,
  subject: { kind: 'registry', name: 'kind-registry' },
  hop: 'resolve',
  message: '',
  data: of,
  evidence: [],
})
const sentence = (step: Step): boolean => step.op === 'manual' && step.command === undefined

describe.each(Object.keys(codes) as Code[])('%s', (code) => {
  test.each(data[code].map((of) => [of] as const))('%j has a remedy that can be pasted', (of) => {
    const remedies = remediesFor(finding(code, of))
    expect(remedies.length).toBeGreaterThan(0)
    for (const remedy of remedies) {
      v.parse(v.strictObject(remedySchema.entries), remedy)
      expect(remedy.title).toMatch(/^\S.*\S$/)
      expect(remedy.show.length).toBeGreaterThan(0)
      expect(JSON.stringify(remedy)).not.toMatch(/undefined|null,null|\[object|NaN/)
      for (const line of remedy.show) {
        expect(line).toMatch(/^\S.*\S$/)
        expect(line, 'one line').not.toMatch(/[\n\r]/)
        expect(line, 'no name is empty').not.toMatch(/docker (?:start|unpause|restart|logs|exec|port)\s*$|(?:--name|-i|exec) {2}/)
      }
      const commands = remedy.steps.some(sentence) ? [] : remedy.show
      for (const command of commands) expect(spawnSync('sh', ['-n', '-c', command]).status, command).toBe(0)
    }
  })
})

// The commands as they are shown, in a real shell; docker is a script that runs in a folder in place of a node.
describe('the shown commands do what the steps say', () => {
  let folder: string
  let bin: string
  beforeAll(() => {
    bin = mkdtempSync(join(tmpdir(), 'rd-bin-'))
    const docker = `#!/bin/sh
[ "$1" = exec ] || exit 9
shift
[ "$1" = -i ] && shift
node=$1; shift
if [ "$1" = systemctl ]; then echo "$node: $*" >> "$NODES/log"; exit 0; fi
cd "$NODES/$node" && exec "$@"
`
    writeFileSync(join(bin, 'docker'), docker)
    chmodSync(join(bin, 'docker'), 0o755)
  })
  beforeEach(() => {
    if (folder) rmSync(folder, { recursive: true, force: true })
    folder = mkdtempSync(join(tmpdir(), 'rd-nodes-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
    rmSync(bin, { recursive: true, force: true })
  })

  const facts = (name: string, config: string | null, parts: { hosts?: string; containerd?: string } = {}) => {
    mkdirSync(join(folder, name, 'certs.d/localhost:5001'), { recursive: true })
    if (config !== null) writeFileSync(join(folder, name, 'config.toml'), config)
    if (parts.hosts !== undefined) writeFileSync(join(folder, name, 'certs.d/localhost:5001/hosts.toml'), parts.hosts)
    return {
      ...node,
      nodes: [name],
      containerd: parts.containerd ?? '2.1.4',
      // Relative, as the node is a folder here.
      configFile: 'config.toml',
      hostsToml: 'certs.d/localhost:5001/hosts.toml',
      files: {
        ...(config !== null && { 'config.toml': { sha256: 'a', text: config } }),
        ...(parts.hosts !== undefined && { 'certs.d/localhost:5001/hosts.toml': { sha256: 'b', text: parts.hosts } }),
      },
    }
  }
  const apply = (code: Code, each: object[]) => {
    const [remedy] = remediesFor(finding(code, { each: each as unknown as Json }))
    for (const line of remedy!.show) {
      const { status, stderr } = spawnSync('sh', ['-c', line], {
        env: { PATH: `${bin}:${process.env['PATH']}`, NODES: folder },
        encoding: 'utf8',
      })
      expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' })
    }
    return remedy!
  }
  const read = (name: string, file = 'config.toml'): string => readFileSync(join(folder, name, file), 'utf8')

  const old = 'plugins."io.containerd.grpc.v1.cri".registry'

  test('legacy mirrors are taken out and written as hosts.toml; a hosts.toml that is there stays', () => {
    const before = `version = 2\n[${old}]\n  config_path = "certs.d"\n  [${old}.mirrors."localhost:5001"]\n    endpoint = ["http://old:5000"]\n[${old}.mirrors."*"]\n  endpoint = ["http://cache:5000"]\n[debug]\n  level = "info"\n`
    const mirrors = { 'localhost:5001': ['http://old:5000'], '*': ['http://cache:5000'] }
    const [there, missing] = ['n1', 'n2'].map((name, index) => ({
      ...facts(name, before, index === 0 ? { hosts: '[host."http://kind-registry:5000"]\n' } : {}),
      root: 'certs.d',
      mirrors,
    }))
    apply('mirrors-and-config-path', [there!, missing!])
    for (const name of ['n1', 'n2']) {
      expect(read(name)).toBe(`version = 2\n[${old}]\n  config_path = "certs.d"\n[debug]\n  level = "info"\n`)
      expect(read(name, 'certs.d/_default/hosts.toml')).toBe('[host."http://cache:5000"]\n')
    }
    expect(read('n1', 'certs.d/localhost:5001/hosts.toml')).toBe('[host."http://kind-registry:5000"]\n')
    expect(read('n2', 'certs.d/localhost:5001/hosts.toml')).toBe('[host."http://old:5000"]\n')
  })

  test.each<[string, string, string?]>([
    ['a table is appended', 'version = 2\n\n[debug]\n  level = "info"\n'],
    ['a table is appended behind a last line without a break', 'version = 2'],
    ['an empty path is replaced', `version = 2\n[${old}]\n  config_path = "" # a \\ comment\n[debug]\n`],
    ['a line is put into a table', `version = 2\n[${old}]\n[debug]\n`],
    [
      'a line is put into a table with settings',
      `version = 2\n  [${old}]\n    x = 'it''s'\n[debug]\n`.replace(`'it''s'`, `"it's \\\\ \\"quoted\\""`),
    ],
    ['a line is put behind a header at the end', `version = 2\n[${old}]`],
    ['line breaks of Windows stay', `version = 2\r\n[${old}]\r\n  config_path = ""\r\n[debug]\r\n`],
    ['a value over several lines is replaced', `version = 2\n[${old}]\n  config_path = """\n"""\n[debug]\n  level = "a\\tb"\n`],
    ['for containerd 1.7', 'version = 2\n', '1.7.27'],
  ])('config_path: %s', (_what, config, containerd = '2.1.4') => {
    const remedy = apply('config-path-missing', [facts('n1', config, { hosts: 'x', containerd })])
    const after = read('n1')
    expect(effective(after, containerd ?? '2.1.4')).toMatchObject({ roots: ['certs.d'], unreadable: [] })
    const put = remedy.steps.find((step) => step.op === 'file.put')
    expect(put?.op === 'file.put' && put.content.replace(/\n+/g, '\n')).toBe(after.replace(/\n+/g, '\n'))
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('n1: systemctl restart containerd\n')
  })

  test('nodes that are alike are one loop, others have a line each', () => {
    const remedy = apply('config-path-missing', [
      facts('n1', 'version = 2\n', { hosts: 'x' }),
      facts('n2', 'version = 2\n', { hosts: 'x' }),
      facts('n3', 'version = 2\n# longer\n\n[debug]\n', { hosts: 'x', containerd: '1.7.27' }),
    ])
    expect(remedy.show).toHaveLength(2)
    expect(remedy.show[0]).toMatch(/^for node in n1 n2; do .*; done$/)
    for (const [name, version] of [
      ['n1', '2.1.4'],
      ['n2', '2.1.4'],
      ['n3', '1.7.27'],
    ] as const)
      expect(effective(read(name), version).roots).toEqual(['certs.d'])
  })

  test('a hosts.toml is written where there is none, and left alone where there is one', () => {
    apply('config-path-missing', [facts('n1', 'version = 2\n', { hosts: '# my own\n' }), facts('n2', 'version = 2\n')])
    expect(read('n1', 'certs.d/localhost:5001/hosts.toml')).toBe('# my own\n')
    expect(read('n2', 'certs.d/localhost:5001/hosts.toml')).toBe('[host."http://kind-registry:5000"]\n')
  })

  test('a hosts.toml is written with its folder', () => {
    const all = [facts('n1', null), facts('n2', null)]
    rmSync(join(folder, 'n2/certs.d'), { recursive: true })
    const remedy = apply('hosts-toml-missing', all)
    expect(remedy.show).toHaveLength(1)
    for (const name of ['n1', 'n2']) expect(read(name, 'certs.d/localhost:5001/hosts.toml')).toBe('[host."http://kind-registry:5000"]\n')
    expect(remedy.steps.map((step) => step.op === 'file.put' && step.expect)).toEqual([null, null])
  })

  test('nodes whose files lie elsewhere get theirs there', () => {
    const elsewhere = { ...facts('n2', null), hostsToml: 'other/localhost:5001/hosts.toml' }
    apply('hosts-toml-missing', [facts('n1', null), elsewhere])
    expect(existsSync(join(folder, 'n2/other/localhost:5001/hosts.toml'))).toBe(true)
    expect(existsSync(join(folder, 'n2/certs.d/localhost:5001/hosts.toml'))).toBe(false)
  })

  test('a file whose secrets were replaced is never written back: the edit is shown, the whole file is no step', () => {
    const config = `version = 2\n[${old}]\n  config_path = ""\n[plugins."x"]\n  token = "[redacted:0123456789]"\n`
    const given = facts('n1', config, { hosts: 'x' })
    writeFileSync(join(folder, 'n1/config.toml'), config.replace('[redacted:0123456789]', 'the secret'))
    const remedy = apply('config-path-missing', [given])
    expect(JSON.stringify(remedy)).not.toContain('redacted')
    expect(remedy.steps.map((step) => step.op)).toEqual(['manual', 'service.restart'])
    expect(read('n1')).toContain('token = "the secret"')
    expect(effective(read('n1'), '2.1.4').roots).toEqual(['certs.d'])
  })

  test('what can not be edited safely is left to people, in words', () => {
    const [remedy] = remediesFor(finding('config-path-missing', { ...facts('n1', `version = 2\n[${old}.mirrors."a"]\n`) }))
    expect(remedy?.steps.map((step) => step.op)).toEqual(['manual'])
    expect(remedy?.show[0]).toMatch(/config_path.*config\.toml.*mirrors.*restart containerd/)
  })
})
