import check from '../../../src/checks/engine/registry-answers-engine.ts'
import { certsPath, hostsToml, kind, noCerts } from '../../sessions/kind.ts'
import { all, blocked, checkTable, finds, pass, says, skips } from '../check-table.ts'

const lan = { files: { '/etc/containerd/certs.d': null, [certsPath('reg.lan:5000')]: hostsToml('http://reg.lan:5000') } }

checkTable(check, {
  'the engine reaches it': { session: kind(), expect: pass },
  'it holds nothing': { session: kind({ registry: { empty: true } }), expect: pass },
  'it wants credentials': { session: kind({ registry: { serves: 'unauthorized' } }), expect: pass },
  'it has a certificate of its own': { session: kind({ registry: { serves: 'tls' } }), expect: pass },
  'this process does not reach it, the engine does': {
    session: kind({ host: { '127.0.0.1:5001': 'refused' }, engine: 'registry' }),
    expect: pass,
  },
  'a pull-through cache': {
    session: kind({
      registry: { name: 'hub-cache', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' } },
      configMap: null,
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
    }),
    expect: skips(/pull-through cache/),
  },
  'an address outside': {
    session: kind({ registry: null, configMap: 'host: "reg.lan:5000"\n', everyNode: lan }),
    expect: skips(/no host port of reg.lan:5000 is known/),
  },
  'not published': { session: kind({ registry: { published: [] } }), expect: skips(/no host port/) },
  'a node port at which the engine need not find it': {
    session: kind({
      registry: null,
      configMap: 'host: "localhost:5001"\nhostFromContainerRuntime: "localhost:30500"\n',
      everyNode: { ...noCerts, reaches: { 'localhost:30500': 'served' } },
    }),
    expect: skips(/need not be at localhost:30500/),
  },

  'it refuses the engine': {
    session: kind({ engine: 'refused' }),
    expect: all(finds('registry-not-answering', 'registry/kind-registry'), says(/does not answer the Docker engine/, /connection refused/)),
  },
  'it hangs': { session: kind({ engine: 'hangs' }), expect: all(finds('registry-not-answering'), says(/no answer from the registry/)) },
  'something else answers the engine': { session: kind({ engine: 'web-page' }), expect: finds('registry-not-answering') },
  'AirPlay answers the engine': { session: kind({ engine: 'airplay' }), expect: finds('registry-not-answering') },
  'it was removed': { session: kind({ registry: null }), expect: finds('registry-not-answering', 'registry/kind-registry:5000') },

  'the engine does not tell': { session: kind({ fails: ['docker.distribution'] }), expect: blocked(/timeout/) },
})
