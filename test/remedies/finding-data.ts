import type { Code } from '../../src/model/codes.ts'
import type { Finding } from '../../src/model/finding.ts'
import type { Json } from '../../src/model/json.ts'

/** What a finding tells of a node of kind. */
export const node = {
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

const authority = {
  path: '/etc/rancher/k3s/k3d-dev-reg-ca.crt',
  from: { container: 'k3d-dev-reg', path: '/certs/domain.crt' },
  expect: null,
}

const k3sData = {
  'registries-yaml-missing': [
    { ...k3s, put: written },
    k3s,
    { ...k3s, put: written.slice(0, 1), needsRestart: true },
    { ...k3s, put: [{ path: k3s.registriesYaml, splice: { line: 2, remove: 0, insert: ['  a:', '    endpoint: [b]'] }, expect: 'a' }] },
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
    { ...k3s, put: written.slice(0, 1), running: false },
  ],
  'registries-yaml-unknown-key': [{ ...k3s, put: written }],
  'registries-yaml-key-mismatch': [{ ...k3s, put: written }],
  'registries-yaml-not-applied': [{ ...k3s, put: written.slice(1) }],
  'hosts-toml-will-be-overwritten': [{ ...k3s, put: written.slice(0, 1) }],
  'default-endpoint-flag-ineffective': [k3s],
} as const

/** What findings of each code carry; several where that makes another remedy. */
export const data: { readonly [C in Code]: readonly { [key: string]: Json }[] } = {
  ...(k3sData as unknown as { [C in keyof typeof k3sData]: { [key: string]: Json }[] }),
  'node-not-running': [
    { container: 'dev-worker', state: 'exited' },
    { container: 'dev-worker', state: 'paused' },
  ],
  'registry-not-found': [
    { address: 'kind-registry:5000', registryHosts: ['localhost:5001'], networks: ['kind'] },
    { address: 'kind-registry', registryHosts: [], networks: [] },
    { address: 'localhost:5001', registryHosts: ['localhost:5001'], networks: ['kind', 'kind'] },
    { address: 'reg:5050', registryHosts: [], networks: ['kind'] },
  ],
  'registry-not-running': [{ container: 'kind-registry' }, { container: 'kind-registry', hostPortTaken: '127.0.0.1:5001' }],
  'registry-hanging': [
    { container: 'kind-registry', paused: true },
    { container: 'kind-registry', paused: false },
    { container: null, paused: false },
  ],
  'registry-port-not-published': [
    { container: 'kind-registry', port: 5000, hostPort: 5001 },
    { container: 'kind-registry', port: 5000, hostPort: null },
  ],
  'registry-port-conflict': [{ hostAddress: '127.0.0.1:5001' }],
  'registry-not-answering': [{ container: 'kind-registry' }, { container: null }],
  'registry-not-on-network': [
    { container: 'kind-registry', network: 'kind', address: 'kind-registry:5000' },
    { container: 'other', network: 'kind', address: 'registry.local:5000' },
  ],
  'registry-name-unresolvable': [
    { container: 'kind-registry', network: 'kind', address: 'reg:5000', aliases: ['kind-registry', '0123456789ab', 'cache'] },
    { address: 'reg:5000', network: 'kind' },
  ],
  'registry-unreachable-from-node': [{ nodes: ['dev-worker'], container: 'kind-registry' }, { nodes: ['dev-worker'] }],
  'cri-not-available': [
    { node: 'dev-worker', provider: 'kind', refused: false },
    { node: 'dev-worker', provider: 'kind', refused: true },
    { node: 'k3d-one-server-0', provider: 'k3d', refused: false },
    { node: 'k3d-one-server-0', provider: 'k3d', refused: true },
  ],
  'config-path-missing': [
    { ...node, files: { [node.configFile]: { sha256: 'a', text: 'version = 2\n' } } },
    { ...node, files: {} },
    { each: [node, { ...node, nodes: ['dev-worker2'] }] },
    { ...node, provider: 'k3d' },
  ],
  'hosts-toml-missing': [node, { each: [node, { ...node, nodes: ['dev-worker2'] }] }],
  'hosts-toml-wrong-endpoint': [
    { ...node, files: { [node.hostsToml]: { sha256: 'a', text: '[host."http://a"]\n[host."http://b"]\n' } } },
    { ...node, files: { [node.hostsToml]: { sha256: 'a', text: 'x' } } },
  ],
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
    { ...node, provider: 'k3d', mirrors: {}, root: '/etc/containerd/certs.d' },
  ],
  'hosts-toml-invalid': [node, { ...node, files: { [node.hostsToml]: { sha256: 'a', text: 'ca = "x.crt"\n[host' } } }],
  'hosts-toml-unusable': [
    { ...node, blocking: null },
    { ...node, blocking: '/etc/containerd/certs.d/localhost:5001' },
    { ...node, blocking: null, endpoint: 'https://kind-registry:5000' },
    { ...k3s, put: written, blocking: '/etc/containerd/certs.d/localhost_5001_' },
    { ...k3s, put: written, endpoint: 'https://k3d-dev-reg:5000', authority },
  ],
  'hosts-toml-shadowed': [
    { ...node, taken: '/etc/containerd/certs.d/localhost_5001_' },
    { ...node, taken: '/etc/containerd/certs.d/_default' },
    { ...k3s, taken: '/etc/containerd/certs.d/_default', put: written },
  ],
  'hosts-toml-no-capability': [node],
  'http-registry-asked-over-https': [node],
  'registry-certificate-untrusted': [
    { ...node, endpoint: 'https://kind-registry:5000', container: 'kind-registry', certificate: '/certs/domain.crt' },
    {
      ...node,
      files: { [node.hostsToml]: { sha256: 'a', text: '[host."https://kind-registry:5000".header]\n' } },
      container: 'kind-registry',
      certificate: '/certs/domain.crt',
    },
    { each: [node, { ...node, nodes: ['dev-worker2'] }], container: null },
    { ...k3s, endpoint: 'https://k3d-dev-reg:5000' },
    { ...k3s, endpoint: 'https://k3d-dev-reg:5000', put: written, authority },
    { ...k3s, endpoint: 'https://k3d-dev-reg:5000', put: [], authority },
  ],
  'registry-certificate-wrong-name': [
    { ...node, container: 'kind-registry' },
    { ...node, container: null },
  ],
  'registry-certificate-expired': [node],
  'node-dns-broken': [
    { nodes: ['dev-worker'], network: 'kind', resolvConf: 'nameserver 172.18.0.1\n', expect: 'a' },
    { nodes: ['dev-worker'], network: 'kind', resolvConf: null, expect: 'a' },
  ],
  'node-proxy-in-the-way': [
    { nodes: ['dev-worker'], noProxy: '10.0.0.0/8,kind-registry', dropIn: { path: '/etc/systemd/system/x.conf', expect: null } },
    { nodes: ['k3d-one-server-0'], provider: 'k3d', noProxy: 'reg', dropIn: { path: '/etc/systemd/system/x.conf', expect: null } },
  ],
  ...imageData,
  'hosting-configmap-missing': [{ host: 'localhost:5001', kubectl: 'kubectl --context kind-dev' }, { host: null }],
  'hosting-configmap-wrong': [{ host: 'localhost:5001', kubectl: 'kubectl --context kind-dev' }],
}

export const finding = (code: Code, of: { [key: string]: Json }): Finding => ({
  code,
  subject: { kind: 'registry', name: 'kind-registry' },
  hop: 'resolve',
  message: '',
  data: of,
  evidence: [],
})
