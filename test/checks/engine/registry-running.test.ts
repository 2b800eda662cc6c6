import check from '../../../src/checks/engine/registry-running.ts'
import { certsPath, hostsToml, kind, leadingTo, noCerts } from '../../sessions/kind.ts'
import { all, blocked, checkTable, finds, hasNoSubject, pass, says, skips } from '../check-table.ts'

checkTable(check, {
  'it runs': { session: kind(), expect: pass },
  'no registry is used': { session: kind({ registry: null, configMap: null, everyNode: noCerts }), expect: hasNoSubject },
  'an address outside': {
    session: kind({
      registry: null,
      configMap: 'host: "reg.lan:5000"\n',
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('reg.lan:5000')]: hostsToml('http://reg.lan:5000') } },
    }),
    expect: skips(/is no container of this engine/),
  },
  'a pull-through cache that has stopped': {
    session: kind({
      registry: { name: 'hub-cache', state: 'exited', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' } },
      configMap: null,
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
    }),
    expect: skips(/pull-through cache/),
  },

  // registry-not-running
  'it has stopped': {
    session: kind({ registry: { state: 'exited', exitCode: 2 } }),
    expect: all(finds('registry-not-running', 'registry/kind-registry'), says(/has stopped with exit code 2 \(restart policy always\)/)),
  },
  'it was killed for lack of memory': {
    session: kind({ registry: { state: 'exited', exitCode: 137, oomKilled: true } }),
    expect: all(finds('registry-not-running'), says(/killed for lack of memory/)),
  },
  'it was never started': {
    session: kind({ registry: { state: 'created' } }),
    expect: all(finds('registry-not-running'), says(/was created but never started/)),
  },
  'it starts again and again': {
    session: kind({ registry: { state: 'restarting', exitCode: 1 } }),
    expect: all(finds('registry-not-running'), says(/starts again and again, it ended with exit code 1/)),
  },
  'it has stopped, and another server holds its port': {
    session: kind({ registry: { state: 'exited' }, host: { '127.0.0.1:5001': 'web-page' } }),
    expect: all(finds('registry-not-running'), says(/another server answers on its host port: HTTP 404, server SimpleHTTP/)),
  },
  'it has stopped, and only the ConfigMap names it': {
    session: kind({ registry: { state: 'exited' }, everyNode: noCerts }),
    expect: finds('registry-not-running', 'registry/kind-registry'),
  },
  'two registries, one has stopped': {
    session: kind({
      containers: [{ name: 'other-registry', state: 'exited' }],
      everyNode: { files: { [certsPath('localhost:5002')]: hostsToml('http://other-registry:5000') } },
    }),
    expect: finds('registry-not-running', 'registry/other-registry'),
  },

  // registry-hanging
  'it is paused': {
    session: kind({ registry: { state: 'paused' } }),
    expect: all(finds('registry-hanging', 'registry/kind-registry'), says(/is paused/)),
  },

  // registry-not-found
  'it was removed': {
    session: kind({ registry: null }),
    expect: all(
      finds('registry-not-found', 'registry/kind-registry:5000'),
      says(
        /dev refers to a registry at kind-registry:5000/,
        /hosts.toml of dev-control-plane, dev-worker, dev-worker2/,
        /local-registry-hosting of dev/,
      ),
    ),
  },
  'it was removed, and two clusters refer to it': {
    session: kind({ registry: null, also: { other: {} } }),
    expect: all(finds('registry-not-found', 'registry/kind-registry:5000'), says(/dev, other refer to a registry/)),
  },
  'only a ConfigMap refers to it': {
    session: kind({ registry: null, everyNode: noCerts }),
    expect: finds('registry-not-found', 'registry/localhost:5001'),
  },
  'only --registry names it': {
    session: kind({ registry: null, configMap: null, everyNode: noCerts }),
    selection: { registry: 'localhost:5009' },
    expect: all(finds('registry-not-found', 'registry/localhost:5009'), says(/--registry/)),
  },
  'no container, but a name that nodes reach': {
    session: kind({ registry: null, everyNode: { reaches: { 'kind-registry:5000': 'served' } } }),
    expect: pass,
  },
  'no container, but one node reaches it': {
    session: kind({ registry: null, nodes: { worker: { reaches: { 'kind-registry:5000': 'not-found' } } } }),
    expect: pass,
  },
  'a node port': {
    session: kind({ registry: null, everyNode: { ...leadingTo('http://localhost:30500'), reaches: { 'localhost:30500': 'served' } } }),
    expect: pass,
  },
  'no container, and what nodes reach is no registry': {
    session: kind({ registry: null, everyNode: { reaches: { 'kind-registry:5000': 'no-registry' } } }),
    expect: finds('registry-not-found'),
  },

  // blocked
  'no container, and no node can be asked': {
    session: kind({ registry: null, fails: ['node.trace'] }),
    expect: blocked(/no node could be asked/),
  },
  'no container, and all nodes have stopped': {
    session: kind({ registry: null, everyNode: { state: 'exited' } }),
    expect: blocked(/no node could be asked/),
  },
  'a node that cannot be asked hides nothing': {
    session: kind({
      registry: null,
      fails: (asked, query) => (asked === 'node.trace' && query['node'] === 'dev-worker' ? 'timeout' : undefined),
    }),
    expect: finds('registry-not-found'),
  },
})
