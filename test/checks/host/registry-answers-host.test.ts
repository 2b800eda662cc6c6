import check from '../../../src/checks/host/registry-answers-host.ts'
import { certsPath, hostsToml, kind, leadingTo, noCerts } from '../../sessions/kind.ts'
import { all, blocked, carries, checkTable, finds, pass, says, skips } from '../check-table.ts'

const bothFamilies = [
  { port: 5000, hostIp: '0.0.0.0', hostPort: 5001 },
  { port: 5000, hostIp: '::', hostPort: 5001 },
]

checkTable(check, {
  'it answers': { session: kind(), expect: pass },
  'it answers on IPv6 as well': { session: kind({ registry: { published: bothFamilies } }), expect: pass },
  'it wants credentials': { session: kind({ registry: { serves: 'unauthorized' } }), expect: pass },
  'it has a certificate of its own': { session: kind({ registry: { serves: 'tls' } }), expect: pass },
  'it has a certificate of its own, behind nginx': { session: kind({ registry: { serves: 'tls-nginx' } }), expect: pass },
  'its log shows no requests': { session: kind({ registry: { accessLog: false } }), expect: pass },
  'its log cannot be read': { session: kind({ fails: ['docker.logLine'] }), expect: pass },

  // skip
  'a pull-through cache': {
    session: kind({
      registry: { name: 'hub-cache', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' } },
      configMap: null,
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
    }),
    expect: skips(/pull-through cache/),
  },
  'a devcontainer': {
    session: kind({ host: { '127.0.0.1:5001': 'refused' }, engine: 'registry' }),
    expect: skips(/the engine reaches 127.0.0.1:5001, this process does not/),
  },
  'an address outside': {
    session: kind({
      registry: null,
      configMap: 'host: "reg.lan:5000"\n',
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('reg.lan:5000')]: hostsToml('http://reg.lan:5000') } },
    }),
    expect: skips(/is not known/),
  },
  'a program on the host that this process need not reach': {
    session: kind({ registry: null, everyNode: leadingTo('http://host.docker.internal:5001') }),
    expect: skips(/no container here/),
  },
  'a node port, and something else on that port of the host': {
    session: kind({
      registry: null,
      configMap: 'host: "localhost:5001"\nhostFromContainerRuntime: "localhost:30500"\n',
      host: { '127.0.0.1:30500': 'web-page' },
      everyNode: { ...noCerts, reaches: { 'localhost:30500': 'served' } },
    }),
    expect: skips(/need not be at localhost:30500/),
  },
  'a certificate that is not trusted, and an engine that does not reach it': {
    session: kind({ registry: { serves: 'tls' }, engine: 'refused' }),
    expect: skips(/certificate that this process does not trust/),
  },

  // registry-port-not-published
  'not published': {
    session: kind({ registry: { published: [] } }),
    expect: all(
      finds('registry-port-not-published', 'registry/kind-registry'),
      says(/pulls are not affected/),
      carries({ container: 'kind-registry', port: 5000, hostPort: 5001 }),
    ),
  },
  'not published, and named by another port than the usual one': {
    session: kind({
      registry: { published: [], env: { REGISTRY_HTTP_ADDR: ':5050' }, listens: 5050 },
      configMap: null,
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('localhost:5999')]: hostsToml('http://kind-registry:5050') } },
    }),
    expect: carries({ port: 5050, hostPort: 5999 }),
  },
  'not published, and told of by the ConfigMap alone': {
    session: kind({
      registry: { published: [] },
      configMap: 'host: "localhost:5999"\n',
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('kind-registry:5000')]: hostsToml('http://kind-registry:5000') } },
    }),
    selection: { registry: 'kind-registry:5000' },
    expect: carries({ hostPort: 5999 }),
  },
  'not published, and another container has that port': {
    session: kind({
      registry: { published: [] },
      configMap: null,
      containers: [{ name: 'web', image: 'nginx', listens: 80, published: [{ port: 80, hostIp: '127.0.0.1', hostPort: 5001 }] }],
    }),
    expect: carries({ hostPort: 5002 }),
  },
  'not published, in the network of the host': {
    session: kind({ registry: { published: [], networks: ['host', 'kind'] } }),
    expect: carries({ hostPort: null }),
  },
  'not published, and the ConfigMap cannot be read': {
    session: kind({ registry: { published: [] }, fails: ['kube.get'] }),
    expect: carries({ hostPort: 5001 }),
  },

  // registry-not-answering
  refused: {
    session: kind({ host: { '127.0.0.1:5001': 'refused' }, engine: 'refused' }),
    expect: all(finds('registry-not-answering', 'registry/kind-registry'), says(/connection refused/)),
  },
  'another port is published than the one on which it listens': {
    session: kind({ registry: { env: { REGISTRY_HTTP_ADDR: ':5005' }, listens: 5005 } }),
    expect: all(finds('registry-not-answering', 'registry/kind-registry'), says(/127.0.0.1:5001 does not answer the host: ECONNRESET/)),
  },
  'it was removed': {
    session: kind({ registry: null }),
    expect: finds('registry-not-answering', 'registry/kind-registry:5000'),
  },

  // registry-hanging
  'it hangs': {
    session: kind({ registry: { serves: 'hangs' } }),
    expect: all(finds('registry-hanging', 'registry/kind-registry'), says(/connected, then no answer/)),
  },

  // registry-port-conflict
  'a web server answers': {
    session: kind({ host: { '127.0.0.1:5001': 'web-page' } }),
    expect: all(
      finds('registry-port-conflict', 'registry/kind-registry'),
      says(/something else than a registry/, /HTTP 404, server SimpleHTTP/),
    ),
  },
  'AirPlay answers': {
    session: kind({ host: { '127.0.0.1:5001': 'airplay' } }),
    expect: all(finds('registry-port-conflict'), says(/HTTP 403, server AirTunes/)),
  },
  'another registry answers': {
    session: kind({ host: { '127.0.0.1:5001': 'registry' } }),
    expect: all(finds('registry-port-conflict'), says(/another registry than kind-registry answers there/)),
  },
  'AirPlay answers on IPv6': {
    session: kind({ host: { '[::1]:5001': 'airplay' } }),
    expect: all(finds('registry-port-conflict'), says(/the registry on 127\.0\.0\.1 and something else on ::1/)),
  },
  'another registry answers on IPv6': {
    session: kind({ host: { '[::1]:5001': 'registry' } }),
    expect: all(finds('registry-port-conflict'), says(/something else on ::1/)),
  },
  'it was removed, and a web server answers': {
    session: kind({ registry: null, host: { '127.0.0.1:5001': 'web-page' } }),
    expect: finds('registry-port-conflict', 'registry/kind-registry:5000'),
  },

  // --registry-url
  'a devcontainer that is told the way': {
    session: kind({ host: { '127.0.0.1:5001': 'refused' }, engine: 'registry' }),
    selection: { registryUrl: 'http://172.18.0.5:5000/v2/_catalog' },
    expect: pass,
  },
  'not published, and another way is told': {
    session: kind({ registry: { published: [] } }),
    selection: { registryUrl: 'http://172.18.0.5:5000' },
    expect: pass,
  },
  'it is told what is known': {
    session: kind({ host: { '[::1]:5001': 'airplay' } }),
    selection: { registryUrl: 'http://localhost:5001' },
    expect: all(finds('registry-port-conflict'), says(/something else on ::1/)),
  },
  'HTTPS is told, and a certificate of its own': {
    session: kind({ registry: { serves: 'tls' } }),
    selection: { registryUrl: 'https://172.18.0.5:5000' },
    expect: skips(/172\.18\.0\.5:5000 answers with a certificate that this process does not trust/),
  },
  'nothing answers where it is told, whoever else reaches it': {
    session: kind(),
    selection: { registryUrl: 'http://127.0.0.1:5009' },
    expect: all(finds('registry-not-answering'), says(/127\.0\.0\.1:5009 does not answer.*; it was named as the URL of kind-registry/)),
  },
  'the name that is told is not known here': {
    session: kind(),
    selection: { registryUrl: 'http://host.docker.internal:5001' },
    expect: all(finds('registry-not-answering'), says(/host\.docker\.internal:5001 does not answer.*ENOTFOUND/)),
  },
  'a web server answers where it is told': {
    session: kind({ host: { '127.0.0.1:5009': 'web-page' } }),
    selection: { registryUrl: 'http://127.0.0.1:5009' },
    expect: all(finds('registry-port-conflict'), says(/127\.0\.0\.1:5009 was named as the URL of kind-registry, but something else/)),
  },
  'another registry answers where it is told': {
    session: kind({ host: { '127.0.0.1:5009': 'registry' } }),
    selection: { registryUrl: 'http://127.0.0.1:5009' },
    expect: all(finds('registry-port-conflict'), says(/another registry than kind-registry/)),
  },

  // Not proven, so not said
  'a registry on IPv6 that may be another one': {
    session: kind({ registry: { accessLog: false }, host: { '[::1]:5001': 'registry' } }),
    expect: pass,
  },
  'nothing can be asked': { session: kind({ fails: ['http'] }), expect: blocked(/timeout/) },
  'this process is refused and the engine does not tell': {
    session: kind({ host: { '127.0.0.1:5001': 'refused' }, fails: ['docker.distribution'] }),
    expect: blocked(/timeout/),
  },
})
