import { expect } from 'vitest'
import check from '../../../src/checks/network/registry-answers-nodes.ts'
import { certsPath, hostsToml, kind, leadingTo, noCerts } from '../../sessions/kind.ts'
import { containerdVersions, type TraceName } from '../../sessions/recorded.ts'
import type { Session } from '../../../src/engine/session.ts'
import { all, blocked, carries, checkTable, finds, hasNoSubject, pass, says, skips, type Row } from '../check-table.ts'

const seenBy = (suffix: string, trace: TraceName): Session => kind({ nodes: { [suffix]: { reaches: { 'kind-registry:5000': trace } } } })
const seenByAll = (trace: TraceName): Session => kind({ everyNode: { reaches: { 'kind-registry:5000': trace } } })
const everywhere = 'registry/dev/kind-registry'
const allNodes = ['control-plane', 'worker', 'worker2'].map((name) => `node/dev/dev-${name}`)

/** What each containerd prints must be read alike. */
const ofEachVersion: { [name: string]: Row } = Object.fromEntries(
  containerdVersions.flatMap((containerd): [string, Row][] => {
    const seen = (trace: TraceName): Session => kind({ everyNode: { containerd, reaches: { 'kind-registry:5000': trace } } })
    return [
      [`${containerd}: 200`, { session: seen('served'), expect: pass }],
      [`${containerd}: 404 of the registry`, { session: seen('not-found'), expect: pass }],
      [`${containerd}: 401`, { session: seen('unauthorized'), expect: pass }],
      [`${containerd}: refused`, { session: seen('refused'), expect: finds('registry-unreachable-from-node', everywhere) }],
      [`${containerd}: no such host`, { session: seen('dns-failure'), expect: finds('node-dns-broken', ...allNodes) }],
      [
        `${containerd}: HTTP instead of HTTPS, whichever is asked`,
        { session: seen('http-answers-https'), expect: finds('registry-unreachable-from-node', everywhere) },
      ],
      [`${containerd}: silence`, { session: seen('hangs'), expect: finds('registry-unreachable-from-node', everywhere) }],
      [`${containerd}: something else`, { session: seen('no-registry'), expect: finds('registry-not-answering', everywhere) }],
    ]
  }),
)

const dropIn = '/etc/systemd/system/containerd.service.d/zz-registry-no-proxy.conf'

checkTable(check, {
  ...ofEachVersion,
  'it answers': { session: kind(), expect: pass },
  'it is empty': { session: kind({ registry: { empty: true } }), expect: pass },
  'lines of the dump are out of order': { session: seenBy('worker2', 'served-lines-out-of-order'), expect: pass },
  'a certificate that only hosts.toml makes trusted': {
    session: kind({
      registry: { serves: 'tls' },
      everyNode: { ...leadingTo('https://kind-registry:5000'), pulls: { 'localhost:5001': 'mirrored-not-found' } },
    }),
    expect: pass,
  },
  'the first endpoint is dead, the second is the registry': {
    session: kind({ everyNode: leadingTo('http://old-registry:5000', 'http://kind-registry:5000') }),
    expect: pass,
  },
  'the address does not answer, but a further endpoint of hosts.toml does': {
    session: kind({ everyNode: { reaches: { 'kind-registry:5000': 'refused' }, pulls: { 'localhost:5001': 'mirrored' } } }),
    expect: pass,
  },
  'a node without hosts.toml is asked where the others are led': { session: kind({ nodes: { worker: noCerts } }), expect: pass },
  'localhost in hosts.toml is no address of a container': {
    session: kind({ everyNode: leadingTo('http://localhost:5000') }),
    expect: pass,
  },
  'a node that has stopped is not asked': { session: kind({ nodes: { worker2: { state: 'exited' } } }), expect: pass },

  'no registry is used': { session: kind({ registry: null, configMap: null, everyNode: noCerts }), expect: hasNoSubject },
  'a pull-through cache': {
    session: kind({
      registry: { name: 'hub-cache', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' } },
      configMap: null,
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
    }),
    expect: skips(/which would fetch what it is asked for/),
  },

  // What every node sees is the registry's
  'renamed: its old name does not resolve': {
    session: kind({ registry: { name: 'my-registry' } }),
    expect: all(
      finds('registry-name-unresolvable', 'registry/dev/my-registry'),
      says(/kind-registry:5000 does not resolve, asked from all 3 running nodes; the container on kind is called my-registry/),
    ),
  },
  stopped: { session: kind({ registry: { state: 'exited' } }), expect: finds('registry-name-unresolvable', everywhere) },
  removed: { session: kind({ registry: null }), expect: finds('registry-name-unresolvable', 'registry/dev/kind-registry:5000') },
  'off the network': { session: kind({ registry: { networks: ['bridge'] } }), expect: finds('registry-name-unresolvable', everywhere) },
  'a wrong port in hosts.toml is no fault of the network': {
    session: kind({ everyNode: leadingTo('http://kind-registry:5001') }),
    expect: pass,
  },
  paused: {
    session: kind({ registry: { state: 'paused' } }),
    expect: all(
      finds('registry-hanging', everywhere),
      says(/accepts connections and never answers/, /no answer within 5 s/),
      carries({ container: 'kind-registry', paused: true }),
    ),
  },
  'something else listens': {
    session: kind({ registry: { serves: 'web-page' } }),
    expect: all(finds('registry-not-answering', everywhere), says(/answered by something that is no registry/)),
  },
  'the wrong protocol in hosts.toml is no fault of the network': {
    session: kind({ everyNode: leadingTo('https://kind-registry:5000') }),
    expect: pass,
  },
  'a certificate that no node trusts is no fault of the network': {
    session: kind({
      registry: { serves: 'tls' },
      everyNode: { ...leadingTo('https://kind-registry:5000'), pulls: { 'localhost:5001': 'untrusted' } },
    }),
    expect: pass,
  },

  // What some see is theirs
  'one node does not resolve the name': {
    session: seenBy('worker', 'dns-failure'),
    expect: all(
      finds('node-dns-broken', 'node/dev/dev-worker'),
      says(/kind-registry:5000 resolves on dev-control-plane, but not on dev-worker/),
    ),
  },
  'one node asks a name server that never answers': {
    session: kind({
      everyNode: { files: { '/etc/resolv.conf': 'nameserver 172.18.0.1\noptions ndots:0\n' } },
      nodes: { worker: { files: { '/etc/resolv.conf': 'nameserver 192.0.2.53\n' }, reaches: { 'kind-registry:5000': 'hangs' } } },
    }),
    expect: all(
      finds('node-dns-broken', 'node/dev/dev-worker'),
      carries({ resolvConf: 'nameserver 172.18.0.1\noptions ndots:0\n', expect: expect.stringMatching(/^[0-9a-f]{64}$/) }),
      says(/kind-registry:5000 resolves on dev-control-plane, but not on dev-worker/),
    ),
  },
  'one node is led to another address by the name': {
    session: kind({
      nodes: { worker: { reaches: { 'kind-registry:5000': 'refused' }, dials: { 'kind-registry:5000': '192.0.2.7' } } },
    }),
    expect: all(
      finds('registry-unreachable-from-node', 'node/dev/dev-worker'),
      says(/kind-registry:5000 refuses the connection.*; it asks 192\.0\.2\.7, and kind-registry is 172\.18\.0\.5/),
    ),
  },
  'one node gets no answer, and asks the name server that others ask': {
    session: seenBy('worker', 'hangs'),
    expect: finds('registry-unreachable-from-node', 'node/dev/dev-worker'),
  },
  'one node goes through a proxy that does not know the name': {
    session: kind({
      nodes: { worker: { environment: { HTTP_PROXY: 'http://192.0.2.9:3128' }, reaches: { 'kind-registry:5000': 'refused' } } },
    }),
    expect: all(
      finds('node-proxy-in-the-way', 'node/dev/dev-worker'),
      says(/through the proxy http:\/\/192.0.2.9:3128/),
      carries({ noProxy: 'kind-registry', dropIn: { path: dropIn, expect: null } }),
    ),
  },
  'an earlier repair that named another registry': {
    session: kind({
      nodes: {
        worker: {
          environment: { HTTP_PROXY: 'http://192.0.2.9:3128', NO_PROXY: 'old' },
          reaches: { 'kind-registry:5000': 'refused' },
          files: { [dropIn]: '[Service]\nEnvironment="NO_PROXY=old"\n' },
        },
      },
    }),
    expect: carries({ noProxy: 'old,kind-registry', dropIn: { path: dropIn, expect: expect.stringMatching(/^[0-9a-f]{64}$/) } }),
  },
  'a proxy that gets there': {
    session: kind({ everyNode: { environment: { HTTP_PROXY: 'http://192.0.2.9:3128' } } }),
    expect: pass,
  },
  'a proxy that is not used for the registry': {
    session: kind({
      nodes: {
        worker: {
          environment: { HTTP_PROXY: 'http://192.0.2.9:3128', NO_PROXY: '10.0.0.0/8,kind-registry' },
          reaches: { 'kind-registry:5000': 'refused' },
        },
      },
    }),
    expect: finds('registry-unreachable-from-node', 'node/dev/dev-worker'),
  },
  'one node is refused': {
    session: seenBy('worker2', 'refused'),
    expect: finds('registry-unreachable-from-node', 'node/dev/dev-worker2'),
  },
  'one node gets no answer': {
    session: seenBy('worker', 'hangs'),
    expect: all(finds('registry-unreachable-from-node', 'node/dev/dev-worker'), says(/gives no answer/)),
  },
  'two nodes of three': {
    session: kind({
      nodes: { worker: { reaches: { 'kind-registry:5000': 'refused' } }, worker2: { reaches: { 'kind-registry:5000': 'refused' } } },
    }),
    expect: finds('registry-unreachable-from-node', 'node/dev/dev-worker', 'node/dev/dev-worker2'),
  },
  'a typing error in the hosts.toml of one node is no fault of the network': {
    session: kind({ nodes: { worker: leadingTo('http://kind-registri:5000') } }),
    expect: pass,
  },
  'each cluster for itself': {
    session: kind({ also: { other: { network: 'other' } } }),
    expect: finds('registry-name-unresolvable', 'registry/other/kind-registry'),
  },
  'the other nodes see it, whatever one cannot tell': {
    session: kind({
      nodes: { worker: { reaches: { 'kind-registry:5000': 'refused' } } },
      fails: (asked, query) => (asked === 'node.trace' && query['node'] === 'dev-worker2' ? 'timeout' : undefined),
    }),
    expect: finds('registry-unreachable-from-node', 'node/dev/dev-worker'),
  },

  // blocked
  'no node can be asked': { session: kind({ fails: ['node.trace'] }), expect: blocked(/dev-control-plane: .*timeout/) },
  'one node cannot be asked, the others see nothing wrong': {
    session: kind({ fails: (asked, query) => (asked === 'node.trace' && query['node'] === 'dev-worker' ? 'timeout' : undefined) }),
    expect: blocked(/dev-worker: .*timeout/),
  },
  'a node without ctr': {
    session: kind({ nodes: { worker: { ctr: { exitCode: 127 } } } }),
    expect: blocked(/ctr could not be run on dev-worker: exit code 127/),
  },
  'a node in which nothing can be run': {
    session: kind({
      nodes: { worker: { ctr: { exitCode: 126, stdout: 'OCI runtime exec failed: exec failed: no space left on device\r\n' } } },
    }),
    expect: blocked(/no space left on device/),
  },
  'a node in which ctr itself hangs': {
    session: kind({ nodes: { worker: { ctr: { exitCode: 124, timedOut: true } } } }),
    expect: blocked(/no output within the time limit/),
  },
  'no node runs': { session: kind({ everyNode: { state: 'exited' } }), expect: blocked(/no node of dev is running/) },
  'seen by all, whatever the trace': { session: seenByAll('not-found'), expect: pass },
})
