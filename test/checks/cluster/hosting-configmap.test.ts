import check from '../../../src/checks/cluster/hosting-configmap.ts'
import { certsPath, hostsToml, kind, leadingTo, noCerts } from '../../sessions/kind.ts'
import { all, blocked, checkTable, finds, pass, says, skips } from '../check-table.ts'

checkTable(check, {
  'it names the registry': { session: kind(), expect: pass },
  'it names the registry by 127.0.0.1': { session: kind({ configMap: 'host: 127.0.0.1:5001\n' }), expect: pass },
  'it names a path below the registry': { session: kind({ configMap: 'host: localhost:5001/team\n' }), expect: pass },
  'the registry is down': { session: kind({ registry: { state: 'exited' } }), expect: pass },
  'this process does not reach the port': { session: kind({ host: { '127.0.0.1:5001': 'refused' } }), expect: pass },
  'it names a registry on the LAN': {
    session: kind({
      registry: null,
      configMap: 'host: "reg.lan:5000"\n',
      host: { 'reg.lan:5000': 'registry' },
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('reg.lan:5000')]: hostsToml('http://reg.lan:5000') } },
    }),
    expect: pass,
  },
  'it names a registry that wants credentials': {
    session: kind({ configMap: 'host: "reg.lan:5000"\n', host: { 'reg.lan:5000': 'unauthorized' } }),
    expect: pass,
  },
  'it names a registry with a certificate of its own': {
    session: kind({ configMap: 'host: "reg.lan:5000"\n', host: { 'reg.lan:5000': 'tls' } }),
    expect: pass,
  },
  'the same, where the engine does not reach it': {
    session: kind({ configMap: 'host: "reg.lan:5000"\n', host: { 'reg.lan:5000': 'tls' }, engine: 'refused' }),
    expect: pass,
  },
  'a devcontainer, and a node port': {
    session: kind({
      registry: null,
      engine: 'registry',
      configMap: 'host: "localhost:5001"\nhostFromContainerRuntime: "localhost:30500"\n',
      everyNode: { ...leadingTo('http://localhost:30500'), reaches: { 'localhost:30500': 'served' } },
    }),
    expect: pass,
  },
  'no kubeconfig: the API is asked on the node': { session: kind({ contexts: () => [] }), expect: pass },
  'no context, and what is wrong all the same': {
    session: kind({ contexts: () => [], configMap: null }),
    expect: all(finds('hosting-configmap-missing', 'cluster/dev'), says(/docker exec -i dev-control-plane kubectl/)),
  },

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

  'there is none': {
    session: kind({ configMap: null }),
    expect: all(finds('hosting-configmap-missing', 'cluster/dev'), says(/kubectl --context kind-dev/)),
  },
  'another port': {
    session: kind({ configMap: 'host: "localhost:5000"\n' }),
    expect: all(
      finds('hosting-configmap-wrong', 'cluster/dev'),
      says(/it names localhost:5000, where no registry answers/, /published on 127.0.0.1:5001/),
    ),
  },
  'the name that only nodes know': {
    session: kind({ configMap: 'host: "kind-registry:5000"\n' }),
    expect: all(finds('hosting-configmap-wrong'), says(/ENOTFOUND/)),
  },
  'something else answers there': {
    session: kind({ configMap: 'host: "localhost:5000"\n', host: { '127.0.0.1:5000': 'airplay' } }),
    expect: all(finds('hosting-configmap-wrong'), says(/HTTP 403, server AirTunes/)),
  },
  'nothing is published': {
    session: kind({ registry: { published: [] } }),
    expect: finds('hosting-configmap-wrong', 'cluster/dev'),
  },
  'no host': {
    session: kind({ configMap: 'help: "https://example.com"\n' }),
    expect: all(finds('hosting-configmap-wrong'), says(/names no host/)),
  },
  'no map': { session: kind({ configMap: '- localhost:5001\n' }), expect: all(finds('hosting-configmap-wrong'), says(/is no map/)) },
  'no YAML': { session: kind({ configMap: 'host: "localhost:5001\n' }), expect: all(finds('hosting-configmap-wrong'), says(/is no YAML/)) },
  'a host that is no string': {
    session: kind({ configMap: 'host: 5001\n' }),
    expect: all(finds('hosting-configmap-wrong'), says(/host .* is no string/)),
  },
  'of one of two clusters': {
    session: kind({ also: { other: { configMap: null } } }),
    expect: finds('hosting-configmap-missing', 'cluster/other'),
  },

  'the API refuses': { session: kind({ configMap: 403 }), expect: blocked(/the API refused/) },
  'the API fails': { session: kind({ configMap: 500 }), expect: blocked(/the API refused/) },
  'the API does not answer': { session: kind({ fails: ['kube.get'] }), expect: blocked(/timeout/) },
  'the control plane has stopped': {
    session: kind({ nodes: { 'control-plane': { state: 'exited' } } }),
    expect: blocked(/does not answer/),
  },
  'this process is not told whether it is served': {
    session: kind({ configMap: 'host: "localhost:5000"\n', fails: ['http'] }),
    expect: blocked(/timeout/),
  },
})
