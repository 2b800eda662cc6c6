import check from '../../../src/checks/node/registry-config.ts'
import {
  certsPath,
  hostsToml,
  hostsTomlWith,
  kind,
  kindConfig,
  leadingTo,
  listIgnored,
  noCerts,
  noConfigPath,
} from '../../sessions/kind.ts'
import { all, blocked, blocksOnly, checkTable, finds, pass, says, skips } from '../check-table.ts'

const everyNode = (...names: string[]): string[] => ['control-plane', 'worker', 'worker2', ...names].map((name) => `node/dev/dev-${name}`)

checkTable(check, {
  'led to the registry': { session: kind(), expect: pass },
  'no registry is used': {
    session: kind({ registry: null, configMap: null, everyNode: noCerts }),
    expect: skips(/uses no local registry/),
  },
  'only a pull-through cache': {
    session: kind({
      registry: { name: 'hub-cache', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' } },
      configMap: null,
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
    }),
    expect: skips(/uses no local registry/),
  },
  'nothing tells where a missing registry would be': {
    session: kind({ registry: null, everyNode: noCerts }),
    expect: skips(/is not known/),
  },

  // What works or would work is not broken
  'the registry happens to be down': { session: kind({ registry: { state: 'exited' } }), expect: pass },
  'the registry is off the network': { session: kind({ registry: { networks: ['bridge'] } }), expect: pass },
  'the registry is gone': { session: kind({ registry: null }), expect: pass },
  'the default endpoint serves': {
    session: kind({ everyNode: { ...noCerts, pulls: { 'localhost:5001': 'served' }, reaches: { 'localhost:5001': 'served' } } }),
    expect: pass,
  },
  'no config_path, but the host itself serves': {
    session: kind({ everyNode: { ...noConfigPath, reaches: { 'localhost:5001': 'served' } } }),
    expect: pass,
  },
  'a host name that is only down, not misconfigured': {
    session: kind({
      registry: null,
      configMap: 'host: "reg.lan:5000"\n',
      everyNode: noCerts,
    }),
    expect: pass,
  },

  // config-path-missing
  'no config_path on 2.1': {
    session: kind({ everyNode: noConfigPath }),
    expect: all(
      finds('config-path-missing', ...everyNode()),
      says(/containerd 2\.1\.4 on dev-worker has no config_path/, /connection refused/),
    ),
  },
  'no config_path on 1.7': {
    session: kind({ everyNode: { containerd: '1.7.34', ...noConfigPath } }),
    expect: finds('config-path-missing', ...everyNode()),
  },
  'an empty config_path': {
    session: kind({
      everyNode: {
        files: {
          '/etc/containerd/config.toml': `${kindConfig}[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = ""\n`,
        },
      },
    }),
    expect: finds('config-path-missing', ...everyNode()),
  },
  'config_path in a table that this version does not read': {
    session: kind({
      everyNode: {
        containerd: '1.7.34',
        files: {
          '/etc/containerd/config.toml':
            'version = 2\n[plugins."io.containerd.cri.v1.images".registry]\nconfig_path = "/etc/containerd/certs.d"\n',
        },
      },
    }),
    expect: finds('config-path-missing', ...everyNode()),
  },
  'config_path in the old table of a version 3 file on 2.1': {
    session: kind({
      everyNode: {
        files: {
          '/etc/containerd/config.toml':
            'version = 3\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n',
        },
      },
    }),
    expect: finds('config-path-missing', ...everyNode()),
  },
  'no config_path on one node': {
    session: kind({ nodes: { worker: noConfigPath } }),
    expect: finds('config-path-missing', 'node/dev/dev-worker'),
  },
  'no config_path, and images named by the registry itself': {
    session: kind({
      configMap: 'host: "localhost:5001"\nhostFromContainerRuntime: "kind-registry:5000"\n',
      everyNode: { files: { ...noConfigPath.files, ...noCerts.files } },
    }),
    expect: all(finds('config-path-missing', ...everyNode()), says(/https:\/\/kind-registry:5000/, /HTTP response to HTTPS client/)),
  },

  // hosts-toml-missing
  'no hosts.toml on one node': {
    session: kind({ nodes: { worker2: noCerts } }),
    expect: all(
      finds('hosts-toml-missing', 'node/dev/dev-worker2'),
      says(/dev-worker2 has no \/etc\/containerd\/certs.d\/localhost:5001\/hosts.toml/),
    ),
  },
  'no hosts.toml anywhere': { session: kind({ everyNode: noCerts }), expect: finds('hosts-toml-missing', ...everyNode()) },
  'no hosts.toml anywhere, on 2.3 without config_path': {
    session: kind({ everyNode: { containerd: '2.3.4', files: { ...noConfigPath.files, ...noCerts.files } } }),
    expect: finds('hosts-toml-missing', ...everyNode()),
  },
  'a directory without hosts.toml': {
    session: kind({ nodes: { worker: { files: { [certsPath()]: null } } } }),
    expect: all(finds('hosts-toml-missing', 'node/dev/dev-worker'), says(/localhost:5001: no hosts.toml/)),
  },
  'an empty hosts.toml': {
    session: kind({ nodes: { worker: { files: { [certsPath()]: '' } } } }),
    expect: finds('hosts-toml-missing', 'node/dev/dev-worker'),
  },
  'a hosts.toml for another port': {
    session: kind({
      everyNode: {
        files: {
          [certsPath()]: null,
          '/etc/containerd/certs.d/localhost:5001': null,
          [certsPath('localhost:5000')]: hostsToml('http://kind-registry:5000'),
        },
      },
    }),
    expect: finds('hosts-toml-missing', ...everyNode()),
  },
  'an empty directory localhost_5001_ shadows the right one': {
    session: kind({
      nodes: {
        worker: { files: { '/etc/containerd/certs.d/localhost_5001_': { dir: true } }, pulls: { 'localhost:5001': 'no-hosts-toml' } },
      },
    }),
    expect: all(
      finds('hosts-toml-shadowed', 'node/dev/dev-worker'),
      says(
        /takes \/etc\/containerd\/certs.d\/localhost_5001_, so \/etc\/containerd\/certs.d\/localhost:5001, which leads to kind-registry, is not/,
      ),
    ),
  },
  'the registry is down as well': {
    session: kind({ registry: { state: 'exited' }, nodes: { worker: noCerts } }),
    expect: finds('hosts-toml-missing', 'node/dev/dev-worker'),
  },

  // hosts-toml-wrong-endpoint
  'localhost on the node is the node': {
    session: kind({ everyNode: leadingTo('http://localhost:5000') }),
    expect: all(finds('hosts-toml-wrong-endpoint', ...everyNode()), says(/does not lead to kind-registry/)),
  },
  'localhost on one node': {
    session: kind({ nodes: { worker: leadingTo('http://127.0.0.1:5001') } }),
    expect: finds('hosts-toml-wrong-endpoint', 'node/dev/dev-worker'),
  },
  'a hosts.toml that is no TOML': {
    session: kind({
      nodes: { worker: { files: { [certsPath()]: '[host."http://kind-registry:5000"\n' }, pulls: { 'localhost:5001': 'bad-toml' } } },
    }),
    expect: all(finds('hosts-toml-invalid', 'node/dev/dev-worker'), says(/rejects the hosts.toml of dev-worker.*line 1/)),
  },
  'a typing error in the name': {
    session: kind({ nodes: { worker: leadingTo('http://kind-registri:5000') } }),
    expect: all(
      finds('hosts-toml-wrong-endpoint', 'node/dev/dev-worker'),
      says(/asks http:\/\/kind-registri:5000, then https:\/\/localhost:5001/),
    ),
  },
  'the port that is published on the host': {
    session: kind({ everyNode: leadingTo('http://kind-registry:5001') }),
    expect: finds('hosts-toml-wrong-endpoint', ...everyNode()),
  },
  'another registry': {
    session: kind({ containers: [{ name: 'other', published: [] }], everyNode: leadingTo('http://other:5000') }),
    expect: all(
      finds('hosts-toml-wrong-endpoint', ...everyNode()),
      says(/does not lead to kind-registry, which is at http:\/\/kind-registry:5000: containerd asks http:\/\/other:5000/),
    ),
  },
  'another registry, where the log of this one shows nothing: it lacks what this one holds': {
    session: kind({
      registry: { accessLog: false },
      containers: [{ name: 'other', published: [] }],
      everyNode: { ...leadingTo('http://other:5000'), reaches: { 'other:5000': 'not-found' } },
    }),
    expect: finds('hosts-toml-wrong-endpoint', ...everyNode()),
  },
  'a container before the registry that serves what it holds, where its log shows nothing': {
    session: kind({
      registry: { accessLog: false },
      containers: [{ name: 'front', image: 'nginx', published: [] }],
      everyNode: leadingTo('http://front:5000'),
    }),
    expect: pass,
  },
  'another container, where neither the log nor an image of the registry tells': {
    session: kind({
      registry: { accessLog: false, empty: true },
      containers: [{ name: 'other', published: [] }],
      everyNode: leadingTo('http://other:5000'),
    }),
    expect: finds('hosts-toml-wrong-endpoint', ...everyNode()),
  },
  'an address that leads on to who knows where, and the log of the registry shows nothing': {
    session: kind({
      registry: { accessLog: false },
      everyNode: { ...leadingTo('http://registry.lan:5000'), reaches: { 'registry.lan:5000': 'served' } },
    }),
    expect: pass,
  },
  'a hosts.toml without any host': {
    session: kind({ nodes: { worker: { files: { [certsPath()]: '# nothing here\n' } } } }),
    expect: finds('hosts-toml-wrong-endpoint', 'node/dev/dev-worker'),
  },

  'an endpoint that is not for pulls': {
    session: kind({
      nodes: {
        worker: {
          files: { [certsPath()]: '[host."http://kind-registry:5000"]\n  capabilities = ["push"]\n' },
          pulls: { 'localhost:5001': 'mirror-not-for-pulls' },
        },
      },
    }),
    expect: all(finds('hosts-toml-no-capability', 'node/dev/dev-worker'), says(/capabilities push only/)),
  },
  'an endpoint that is asked, whatever it answers': {
    session: kind({ everyNode: { reaches: { 'kind-registry:5000': 'refused' } } }),
    expect: pass,
  },

  // http-registry-asked-over-https
  'an endpoint without a scheme': {
    session: kind({
      everyNode: {
        files: { [certsPath()]: '[host."kind-registry:5000"]\n' },
        pulls: { 'localhost:5001': 'mirror-http-answers-https' },
      },
    }),
    expect: all(
      finds('http-registry-asked-over-https', ...everyNode()),
      says(/asks https:\/\/kind-registry:5000, but kind-registry speaks plain HTTP/),
    ),
  },
  'images named by the registry itself, and no hosts.toml for that': {
    session: kind({ configMap: 'host: "localhost:5001"\nhostFromContainerRuntime: "kind-registry:5000"\n', everyNode: noCerts }),
    expect: finds('http-registry-asked-over-https', ...everyNode()),
  },

  // registry-certificate-*
  'a certificate that is for another name': {
    session: kind({ registry: { serves: 'tls' }, everyNode: leadingTo('https://kind-registry:5000') }),
    expect: all(finds('registry-certificate-wrong-name', ...everyNode()), says(/is valid for registry.test, not kind-registry/)),
  },

  'an authority that the node does not know': {
    session: kind({
      registry: { serves: 'tls' },
      everyNode: hostsTomlWith('[host."https://kind-registry:5000"]\n', 'mirror-unknown-authority'),
    }),
    expect: all(finds('registry-certificate-untrusted', ...everyNode()), says(/signed by unknown authority/)),
  },
  'a certificate that has expired': {
    session: kind({ registry: { serves: 'tls' }, everyNode: hostsTomlWith('[host."https://kind-registry:5000"]\n', 'mirror-expired') }),
    expect: all(finds('registry-certificate-expired', ...everyNode()), says(/has expired or is not yet valid/)),
  },

  // hosts-toml-unusable
  'a certificate file that is not there': {
    session: kind({
      nodes: {
        worker: {
          files: { [certsPath()]: '[host."http://kind-registry:5000"]\n  ca = "ca.crt"\n' },
          pulls: { 'localhost:5001': 'bad-ca' },
        },
      },
    }),
    expect: all(finds('hosts-toml-unusable', 'node/dev/dev-worker'), says(/unable to read CA cert/)),
  },

  // config-path-list-ignored
  'a list where the transfer service pulls': {
    session: kind({ everyNode: listIgnored }),
    expect: all(
      finds('config-path-list-ignored', ...everyNode()),
      says(/takes the list \/etc\/containerd\/certs.d:\/etc\/docker\/certs.d for the name of one directory/),
    ),
  },

  // blocked
  'a node that has stopped': {
    session: kind({ nodes: { worker2: { state: 'exited' } } }),
    expect: blocksOnly('node/dev/dev-worker2', /dev-worker2 is not running/),
  },
  'a stopped node hides nothing of another': {
    session: kind({ nodes: { worker2: { state: 'exited' }, worker: noCerts } }),
    expect: all(blocksOnly('node/dev/dev-worker2', /not running/), finds('hosts-toml-missing', 'node/dev/dev-worker')),
  },
  'no node can be asked': { session: kind({ fails: ['node.runtime', 'node.files'] }), expect: blocked(/timeout/) },
  'a config.toml that is no TOML: containerd runs with what it was before': {
    session: kind({ nodes: { worker: { files: { '/etc/containerd/config.toml': 'version = = 2\n' } } } }),
    expect: blocksOnly('node/dev/dev-worker', /config.toml of dev-worker is no TOML/),
  },
  'a node without ctr and without hosts.toml': {
    session: kind({ nodes: { worker: { ...noCerts, ctr: { exitCode: 127 } } } }),
    expect: blocksOnly('node/dev/dev-worker', /ctr could not be run on dev-worker/),
  },
  'a node that cannot be asked': {
    session: kind({ fails: (asked, query) => (asked === 'node.trace' && query['node'] === 'dev-worker' ? 'timeout' : undefined) }),
    expect: blocksOnly('node/dev/dev-worker', /timeout/),
  },
})
