import check from '../../../src/checks/network/registry-on-cluster-network.ts'
import { certsPath, hostsToml, kind, leadingTo, noCerts } from '../../sessions/kind.ts'
import { all, blocked, checkTable, finds, hasNoSubject, pass, says, skips } from '../check-table.ts'

const gateway = { ...leadingTo('http://172.18.0.1:5001'), reaches: { '172.18.0.1:5001': 'served' } } as const

checkTable(check, {
  attached: { session: kind(), expect: pass },
  'attached to the network of each cluster': {
    session: kind({ registry: { networks: ['bridge', 'kind', 'other'] }, also: { other: { network: 'other' } } }),
    expect: pass,
  },
  'attached, and stopped': { session: kind({ registry: { state: 'exited' } }), expect: pass },
  'nodes on a second network too': {
    session: kind({ everyNode: {}, network: 'kind' }),
    expect: pass,
  },
  'reached through the gateway': { session: kind({ registry: { networks: ['bridge'] }, everyNode: gateway }), expect: pass },
  'reached through the gateway, one node has stopped': {
    session: kind({ registry: { networks: ['bridge'] }, everyNode: gateway, nodes: { worker2: { state: 'exited' } } }),
    expect: pass,
  },

  'no registry is used': { session: kind({ registry: null, configMap: null, everyNode: noCerts }), expect: hasNoSubject },
  'it was removed': { session: kind({ registry: null }), expect: skips(/no container of this engine/) },
  'a pull-through cache': {
    session: kind({
      registry: { name: 'hub-cache', networks: ['bridge'], env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' } },
      configMap: null,
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
    }),
    expect: skips(/pull-through cache/),
  },

  'only on bridge': {
    session: kind({ registry: { networks: ['bridge'] } }),
    expect: all(
      finds('registry-not-on-network', 'registry/dev/kind-registry'),
      says(/kind-registry is on bridge; the nodes of dev are on kind/),
    ),
  },
  'on no network': {
    session: kind({ registry: { networks: [] } }),
    expect: all(finds('registry-not-on-network'), says(/is on no network/)),
  },
  'only on bridge, and only the ConfigMap names it': {
    session: kind({ registry: { networks: ['bridge'] }, everyNode: noCerts }),
    expect: finds('registry-not-on-network', 'registry/dev/kind-registry'),
  },
  'only on bridge, and stopped': {
    session: kind({ registry: { networks: ['bridge'], state: 'exited' } }),
    expect: finds('registry-not-on-network'),
  },
  'on the network of one of two clusters': {
    session: kind({ also: { other: { network: 'other' } } }),
    expect: finds('registry-not-on-network', 'registry/other/kind-registry'),
  },
  'some node does not reach it through the gateway': {
    session: kind({
      registry: { networks: ['bridge'] },
      everyNode: gateway,
      nodes: { worker: { reaches: { '172.18.0.1:5001': 'refused' }, pulls: { 'localhost:5001': 'no-hosts-toml' } } },
    }),
    expect: finds('registry-not-on-network', 'registry/dev/kind-registry'),
  },
  'only on bridge, and no node can be asked for its name': {
    session: kind({ registry: { networks: ['bridge'] }, fails: ['node.trace'] }),
    expect: finds('registry-not-on-network'),
  },
  'only on bridge, and no node can be asked whether it reaches the gateway': {
    session: kind({ registry: { networks: ['bridge'] }, everyNode: gateway, fails: ['node.trace'] }),
    expect: blocked(/could be asked/),
  },
})
