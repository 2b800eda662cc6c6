import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/index.ts'
import { discover } from '../../src/discover/discover.ts'
import type { Selection } from '../../src/discover/options.ts'
import { runChecks } from '../../src/engine/run-checks.ts'
import type { Session } from '../../src/engine/session.ts'
import { certsPath, criTables, hostsToml, kind, kindConfig, leadingTo, noCerts, type NodeOptions } from '../sessions/kind.ts'
import { containerdVersions } from '../sessions/recorded.ts'
import { everything } from './check-table.ts'

/** Everything that was found or could not be judged, in one list that shows what broke. */
async function judged(session: Session, selection: Partial<Selection>): Promise<string[]> {
  const topology = await discover(session.look, { ...everything, ...selection })
  const outcomes = await runChecks(session.look, checks, topology)
  return outcomes.flatMap(({ check, results }) =>
    results.flatMap(({ status, reason, findings }) => [
      ...findings.map((one) => `${check.id}: ${one.code}: ${one.message}`),
      ...(status === 'blocked' || status === 'error' ? [`${check.id}: ${status}: ${reason}`] : []),
    ]),
  )
}

/** In the words of version 3 of the configuration. */
const localPull = 'version = 3\n[plugins."io.containerd.cri.v1.images"]\ndiscard_unpacked_layers = true\n'

const mirrors = (version: number, plugin: string): NodeOptions => ({
  files: {
    '/etc/containerd/certs.d': null,
    '/etc/containerd/config.toml': `version = ${version}\n[plugins."${plugin}".registry.mirrors."localhost:5001"]\n  endpoint = ["http://kind-registry:5000"]\n`,
  },
})
const config = (text: string): NodeOptions => ({ files: { '/etc/containerd/config.toml': text } })
const onlyBridge = { networks: ['bridge'] }

const healthy: { [name: string]: Session | { session: Session; selection: Partial<Selection> } } = {
  'as the documentation of kind sets it up': kind(),
  ...Object.fromEntries(containerdVersions.map((containerd) => [`containerd ${containerd}`, kind({ everyNode: { containerd } })])),
  'a cluster of one node': kind({ workers: 0 }),
  'a cluster that uses no registry': kind({ registry: null, configMap: null, everyNode: noCerts }),
  'a cluster that uses no registry, beside one that does': kind({ also: { other: { configMap: null, everyNode: noCerts } } }),
  'two clusters, one registry': kind({ also: { other: {} } }),
  'an empty registry': kind({ registry: { empty: true } }),
  'a dump of which lines are out of order': kind({
    nodes: { worker2: { reaches: { 'kind-registry:5000': 'served-lines-out-of-order' } } },
  }),
  'no kubeconfig: the API is asked on the node': kind({ contexts: () => [] }),

  'images that podman built and kind loaded': kind({
    registry: null,
    configMap: null,
    everyNode: noCerts,
    images: ['localhost/app:dev', 'docker.io/library/app:dev'],
  }),
  'pods that use the registry': kind({ images: ['localhost:5001/app:1'] }),

  // The way to the registry
  'not attached, but reached through the gateway': kind({
    registry: { ...onlyBridge, published: [{ port: 5000, hostIp: '0.0.0.0', hostPort: 5001 }] },
    everyNode: { ...leadingTo('http://172.18.0.1:5001'), reaches: { '172.18.0.1:5001': 'served' } },
  }),
  'not attached, but reached through host.docker.internal': kind({
    registry: { ...onlyBridge, published: [{ port: 5000, hostIp: '0.0.0.0', hostPort: 5001 }] },
    everyNode: { ...leadingTo('http://host.docker.internal:5001'), reaches: { 'host.docker.internal:5001': 'served' } },
  }),
  'reached by an alias': kind({
    registry: { name: 'my-registry', aliases: ['kind-registry'] },
  }),
  'reached by its address': kind({ everyNode: leadingTo('http://172.18.0.5:5000') }),
  'a first endpoint that is dead, and then the registry': kind({
    everyNode: { ...leadingTo('http://old-registry:5000', 'http://kind-registry:5000'), pulls: { 'localhost:5001': 'mirrored' } },
  }),
  'two hosts.toml endpoints, the registry first': kind({ everyNode: leadingTo('http://kind-registry:5000', 'https://mirror.example:443') }),
  'a node port of a registry in the cluster': kind({
    registry: null,
    host: { '127.0.0.1:5001': 'registry' },
    everyNode: { ...leadingTo('http://localhost:30500'), reaches: { 'localhost:30500': 'served' } },
  }),
  'a node port that only the ConfigMap names': kind({
    registry: null,
    host: { '127.0.0.1:5001': 'registry' },
    configMap: 'host: "localhost:5001"\nhostFromContainerRuntime: "localhost:30500"\n',
    everyNode: { ...noCerts, reaches: { 'localhost:30500': 'served' }, pulls: { 'localhost:30500': 'served' } },
  }),
  'a registry on the LAN': kind({
    registry: null,
    configMap: 'host: "reg.lan:5000"\n',
    host: { 'reg.lan:5000': 'registry' },
    everyNode: {
      files: { '/etc/containerd/certs.d': null, [certsPath('reg.lan:5000')]: hostsToml('http://reg.lan:5000') },
      reaches: { 'reg.lan:5000': 'served' },
    },
  }),
  'a program on the host, not a container': kind({
    registry: null,
    host: { '127.0.0.1:5001': 'registry' },
    everyNode: { ...leadingTo('http://host.docker.internal:5001'), reaches: { 'host.docker.internal:5001': 'served' } },
  }),

  // containerd's configuration
  'no hosts.toml, but the default endpoint serves': kind({
    everyNode: { ...noCerts, pulls: { 'localhost:5001': 'served' }, reaches: { 'localhost:5001': 'served' } },
  }),
  'no hosts.toml on one node, but the default endpoint serves': kind({
    nodes: { worker: { ...noCerts, pulls: { 'localhost:5001': 'served' }, reaches: { 'localhost:5001': 'served' } } },
  }),
  'a directory localhost_5001_': kind({
    everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('localhost_5001_')]: hostsToml('http://kind-registry:5000') } },
  }),
  'a directory _default': kind({
    everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('_default')]: hostsToml('http://kind-registry:5000') } },
  }),
  'certs.d that is a link to another directory': kind({
    everyNode: {
      files: { '/etc/containerd/certs.d': { link: '/opt/certs.d' }, [`/etc/containerd/certs.d/localhost:5001`]: null },
      pulls: { 'localhost:5001': 'mirrored' },
    },
  }),
  'legacy mirrors on 1.7': kind({ everyNode: { containerd: '1.7.34', ...mirrors(2, 'io.containerd.grpc.v1.cri') } }),
  'legacy mirrors on 2.1': kind({ everyNode: { containerd: '2.1.4', ...mirrors(3, 'io.containerd.cri.v1.images') } }),
  'legacy mirrors on 2.3': kind({ everyNode: { containerd: '2.3.4', ...mirrors(2, 'io.containerd.grpc.v1.cri') } }),
  'no config_path on 2.2: it is the default': kind({ everyNode: { containerd: '2.2.7', ...config(kindConfig) } }),
  'no config_path on 2.3: it is the default': kind({ everyNode: { containerd: '2.3.4', ...config(localPull) } }),
  'an empty config_path on 2.3': kind({
    everyNode: { containerd: '2.3.4', ...config(`${localPull}[plugins."io.containerd.cri.v1.images".registry]\nconfig_path = ""\n`) },
  }),
  'config_path in the old table on 2.1': kind({
    everyNode: config(`${kindConfig}[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n`),
  }),
  'another config_path': kind({
    everyNode: {
      files: {
        '/etc/containerd/certs.d': null,
        '/opt/certs.d/localhost:5001/hosts.toml': hostsToml('http://kind-registry:5000'),
        '/etc/containerd/config.toml': `${kindConfig}[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/opt/certs.d"\n`,
      },
    },
  }),
  'config_path in an imported file': kind({
    everyNode: {
      files: {
        '/etc/containerd/config.toml': `version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n${criTables}`,
        '/etc/containerd/conf.d/registry.toml': `${kindConfig}[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n`,
      },
    },
  }),
  'config_path in a file that is imported from elsewhere': kind({
    everyNode: {
      files: {
        '/etc/containerd/config.toml': `version = 2\nimports = ["/opt/containerd/*.toml"]\n${criTables}`,
        '/opt/containerd/registry.toml': `${kindConfig}[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n`,
      },
    },
  }),
  'another configuration file': kind({
    everyNode: {
      args: ['/usr/local/bin/containerd', '--config', '/opt/containerd.toml'],
      files: {
        '/etc/containerd/config.toml': kindConfig,
        '/opt/containerd.toml': `${kindConfig}[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n`,
      },
    },
  }),

  // What kind of registry it is
  'a pull-through cache': kind({
    registry: { name: 'hub-cache', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' }, published: [] },
    configMap: null,
    everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
  }),
  'a pull-through cache that has stopped: containerd goes on to the upstream': kind({
    registry: { name: 'hub-cache', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' }, state: 'exited' },
    configMap: null,
    everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
  }),
  'a pull-through cache beside a registry': kind({
    containers: [{ name: 'hub-cache', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' } }],
    everyNode: { files: { [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
  }),
  'a public mirror that is no container': kind({
    everyNode: { files: { [certsPath('docker.io')]: hostsToml('https://mirror.example') } },
  }),
  'a registry that wants credentials': kind({ registry: { serves: 'unauthorized' } }),
  'a registry with a certificate of its own': kind({
    registry: { serves: 'tls' },
    everyNode: {
      files: {
        [certsPath()]: '[host."https://kind-registry:5000"]\n  ca = "ca.crt"\n',
        '/etc/containerd/certs.d/localhost:5001/ca.crt': { certificate: true },
      },
      pulls: { 'localhost:5001': 'mirrored-not-found' },
    },
  }),
  'a registry behind nginx with a certificate of its own': kind({
    registry: { serves: 'tls-nginx' },
    everyNode: {
      files: { [certsPath()]: '[host."https://kind-registry:5000"]\n  skip_verify = true\n' },
      pulls: { 'localhost:5001': 'mirrored-not-found' },
    },
  }),
  'a registry that listens elsewhere in its container': kind({
    registry: {
      env: { REGISTRY_HTTP_ADDR: '0.0.0.0:8080' },
      listens: 8080,
      published: [{ port: 8080, hostIp: '127.0.0.1', hostPort: 5001 }],
    },
    everyNode: leadingTo('http://kind-registry:8080'),
  }),
  'a registry that also publishes its debug port': kind({
    registry: {
      published: [
        { port: 5001, hostIp: '127.0.0.1', hostPort: 5002 },
        { port: 5000, hostIp: '127.0.0.1', hostPort: 5001 },
      ],
    },
  }),
  'another old registry that has stopped and was published on the same port': kind({
    containers: [{ name: 'a-registry', state: 'exited', published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5001 }] }],
  }),
  'the same, where only the ConfigMap names the registry': kind({
    containers: [{ name: 'a-registry', state: 'exited', published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5001 }] }],
    everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('_default')]: hostsToml('http://kind-registry:5000') } },
  }),
  'a stopped container that looks like a registry and is not used': kind({ containers: [{ name: 'old-registry', state: 'exited' }] }),

  // The host
  'a registry whose log shows no requests': kind({ registry: { accessLog: false } }),
  'localhost on IPv6 is the same registry': kind({
    registry: {
      published: [
        { port: 5000, hostIp: '0.0.0.0', hostPort: 5001 },
        { port: 5000, hostIp: '::', hostPort: 5001 },
      ],
    },
  }),
  'localhost on IPv6 is a registry whose log shows no requests': kind({
    registry: { accessLog: false },
    host: { '[::1]:5001': 'registry' },
  }),
  'one address family of the network is blocked on a node': kind({ nodes: { worker: { reaches: { 'kind-registry:5000': 'served' } } } }),
  'a devcontainer: this process does not reach the port, the engine does': kind({
    host: { '127.0.0.1:5001': 'refused' },
    engine: 'registry',
  }),
  'a devcontainer, and a node port': kind({
    registry: null,
    engine: 'registry',
    everyNode: { ...leadingTo('http://localhost:30500'), reaches: { 'localhost:30500': 'served' } },
  }),

  // What the user names
  '--registry as images name it': { session: kind(), selection: { registry: 'localhost:5001' } },
  '--registry as nodes reach it': { session: kind(), selection: { registry: 'kind-registry:5000' } },
  '--registry by its address on the host': { session: kind(), selection: { registry: '127.0.0.1:5001' } },
  '--registry by the name of the container': { session: kind(), selection: { registry: 'kind-registry' } },
  '--registry as nodes reach it, where no hosts.toml of that host tells': {
    session: kind({
      everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('_default')]: hostsToml('http://kind-registry:5000') } },
    }),
    selection: { registry: 'kind-registry:5000' },
  },
  '--context of the cluster': { session: kind(), selection: { context: 'kind-dev' } },
}

describe('what works has no finding', () => {
  test.each(Object.entries(healthy))('%s', async (_name, one) => {
    const { session, selection } = 'session' in one ? one : { session: one, selection: {} }
    expect(await judged(session, selection)).toEqual([])
  })
})
