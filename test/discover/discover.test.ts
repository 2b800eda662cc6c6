import { describe, expect, test } from 'vitest'
import { NoClusterError } from '../../src/discover/clusters.ts'
import { discover } from '../../src/discover/discover.ts'
import { SelectionError, UnknownNameError, type Selection } from '../../src/discover/options.ts'
import type { Session } from '../../src/engine/session.ts'
import { ObservationFailure } from '../../src/model/observation.ts'
import type { Registry, Topology } from '../../src/model/topology.ts'
import { everything } from '../checks/check-table.ts'
import { certsPath, hostsToml, kind, leadingTo, noCerts, noConfigPath, type NodeOptions } from '../sessions/kind.ts'

const find = (session: Session, selection: Partial<Selection> = {}): Promise<Topology> =>
  discover(session.look, { ...everything, ...selection })

const choice = ({ choices }: Topology, about: string): string | undefined => choices.find((one) => one.about.startsWith(about))?.why

const led = (registryHost: string, ...endpoints: string[]): NodeOptions => ({
  files: { '/etc/containerd/certs.d': null, [certsPath(registryHost)]: hostsToml(...endpoints) },
})

describe('clusters', () => {
  test('their nodes are known by label, with role, state and address', async () => {
    const { clusters } = await find(kind({ nodes: { worker: { state: 'exited' }, worker2: { state: 'paused' } } }))
    expect(clusters).toMatchObject([{ name: 'dev', provider: 'kind', network: 'kind', context: 'kind-dev' }])
    expect(clusters[0]!.nodes).toEqual([
      { name: 'dev-control-plane', cluster: 'dev', role: 'control-plane', running: true, state: 'running', address: '172.18.0.2' },
      { name: 'dev-worker', cluster: 'dev', role: 'worker', running: false, state: 'exited' },
      { name: 'dev-worker2', cluster: 'dev', role: 'worker', running: false, state: 'paused', address: '172.18.0.4' },
    ])
  })

  test('a load balancer is no node', async () => {
    const labels = { 'io.x-k8s.kind.cluster': 'dev', 'io.x-k8s.kind.role': 'external-load-balancer' }
    const { clusters } = await find(
      kind({ containers: [{ name: 'dev-external-load-balancer', image: 'envoyproxy/envoy:v1.36.2', labels }] }),
    )
    expect(clusters[0]!.nodes.map((one) => one.name)).toEqual(['dev-control-plane', 'dev-worker', 'dev-worker2'])
  })

  test('all are found, sorted; --cluster chooses', async () => {
    const session = (): Session => kind({ also: { beta: {}, alpha: {} } })
    expect((await find(session())).clusters.map((one) => one.name)).toEqual(['alpha', 'beta', 'dev'])
    expect((await find(session(), { clusters: ['beta'] })).clusters.map((one) => one.name)).toEqual(['beta'])
  })

  test('another network than kind', async () => {
    const { clusters } = await find(kind({ network: 'dev-net', registry: { networks: ['dev-net'] } }))
    expect(clusters[0]!.network).toBe('dev-net')
  })

  test.each([
    ['one node is on a further network', { nodes: { 'control-plane': { networks: ['app'] } } }, 'kind'],
    ['all nodes are on a further network', { everyNode: { networks: ['app'] } }, 'kind'],
    ['a network of its own, and one node on a further one', { network: 'own', nodes: { 'control-plane': { networks: ['app'] } } }, 'own'],
    ['all nodes have stopped', { everyNode: { state: 'exited' } }, 'kind'],
  ] as const)('the network that its nodes share: %s', async (_name, options, network) => {
    const { clusters } = await find(kind(options))
    expect(clusters[0]!.network).toBe(network)
  })

  test('what runs on the nodes is told by the API, else by the nodes', async () => {
    const everyNode = { containerd: '2.3.4' } as const
    const [byApi, byNodes] = await Promise.all([find(kind({ everyNode })), find(kind({ everyNode, fails: ['kube.get'] }))])
    for (const { clusters } of [byApi, byNodes])
      expect(Object.values(clusters[0]!.containerRuntime)).toEqual(Array(3).fill('containerd://2.3.4'))
    expect(Object.values(byApi.clusters[0]!.kubelet)).toEqual(Array(3).fill('v1.34.4'))
    expect(byNodes.clusters[0]!.kubelet).toEqual({})
  })

  test('--cluster of no cluster names the near one', async () => {
    await expect(find(kind(), { clusters: ['dve'] })).rejects.toThrow(new UnknownNameError('cluster', 'dve', ['dev']))
    await expect(find(kind(), { clusters: ['dve'] })).rejects.toThrow('no cluster is named "dve"; did you mean "dev"?')
    await expect(find(kind({ also: { beta: {} } }), { clusters: ['production'] })).rejects.toThrow(
      'no cluster is named "production": there are beta, dev',
    )
  })

  test('none at all', async () => {
    await expect(find(kind(), { provider: 'k3d' })).rejects.toThrow(NoClusterError)
    await expect(find(kind(), { provider: 'k3d', clusters: ['dev'] })).rejects.toThrow('no cluster is named "dev": there is none')
  })

  test('an engine that does not answer is no empty engine', async () => {
    await expect(find(kind({ fails: ['docker.containers'] }))).rejects.toThrow(ObservationFailure)
  })
})

describe('the context that leads to a cluster', () => {
  const rows: { [name: string]: { session: Session; selection?: Partial<Selection>; context: string | null; why: RegExp } } = {
    'by authority and port': { session: kind(), context: 'kind-dev', why: /certificate authority and port are this cluster's/ },
    'under any name': {
      session: kind({ contexts: ([one]) => [{ ...one!, name: 'my-cluster' }] }),
      context: 'my-cluster',
      why: /context my-cluster/,
    },
    'of several the usual one': {
      session: kind({ contexts: ([one]) => [{ ...one!, name: 'a-copy' }, one!] }),
      context: 'kind-dev',
      why: /context kind-dev/,
    },
    'of the usual name, but of another machine': {
      session: kind({ contexts: ([one]) => [{ ...one!, caSha256: 'of-another-cluster' }] }),
      context: null,
      why: /the context kind-dev leads to another cluster: its certificate authority is not that of dev; its API is asked on dev-control-plane/,
    },
    'of the right authority, but of a port that the cluster does not publish': {
      session: kind({ contexts: ([one]) => [{ ...one!, server: 'https://127.0.0.1:1' }] }),
      context: null,
      why: /its server is https:\/\/127.0.0.1:1, which dev does not publish/,
    },
    'without any authority': {
      session: kind({ contexts: ([one]) => [{ ...one!, caSha256: null }] }),
      context: null,
      why: /certificate authority is not that of dev/,
    },
    'with a server that is no URL': {
      session: kind({ contexts: ([one]) => [{ ...one!, server: 'nonsense' }] }),
      context: null,
      why: /its server is nonsense/,
    },
    'inside the network: the server is the node': {
      session: kind({ contexts: ([one]) => [{ ...one!, server: 'https://dev-control-plane:6443' }] }),
      context: 'kind-dev',
      why: /context kind-dev/,
    },
    'inside the network, but of another cluster': {
      session: kind({ contexts: ([one]) => [{ ...one!, server: 'https://other-control-plane:6443' }] }),
      context: null,
      why: /does not publish/,
    },
    'no kubeconfig': { session: kind({ contexts: () => [] }), context: null, why: /no context of the kubeconfig leads to dev/ },
    'a kubeconfig that cannot be read': { session: kind({ fails: ['kube.contexts'] }), context: null, why: /kube.contexts failed/ },
    'a stopped control plane still proves it by its files': {
      session: kind({ nodes: { 'control-plane': { state: 'exited' } } }),
      context: 'kind-dev',
      why: /context kind-dev/,
    },
    'an authority that cannot be read': {
      session: kind({ everyNode: { files: { '/etc/kubernetes': null } } }),
      context: null,
      why: /ca.crt of dev's control plane could not be read/,
    },
    '--context that leads there': { session: kind(), selection: { context: 'kind-dev' }, context: 'kind-dev', why: /context kind-dev/ },
  }

  test.each(Object.entries(rows))('%s', async (_name, { session, selection, context, why }) => {
    const topology = await find(session, selection)
    expect(topology.clusters[0]!.context).toBe(context)
    expect(choice(topology, 'cluster dev')).toMatch(why)
    expect(topology.clusters[0]!.contextProblem === undefined).toBe(context !== null)
  })
})

describe('a context that the user names is used, or refused', () => {
  test.each<[string, Partial<Selection>, string]>([
    ['leads elsewhere', { clusters: ['dev'], context: 'kind-other' }, 'the context kind-other leads to another cluster'],
    ['is not there', { context: 'kind-deb' }, 'no kubeconfig context is named "kind-deb"; did you mean "kind-dev"?'],
  ])('it %s', async (_name, selection, message) => {
    const failed = find(kind({ also: { other: {} } }), selection)
    await expect(failed).rejects.toThrow(SelectionError)
    await expect(failed).rejects.toThrow(message)
  })

  test('of several clusters it leads to one', async () => {
    const { clusters } = await find(kind({ also: { other: {} } }), { context: 'kind-other' })
    expect(clusters.map((one) => [one.name, one.context])).toEqual([
      ['dev', null],
      ['other', 'kind-other'],
    ])
  })
})

describe('registries', () => {
  type Expected = Partial<Registry> & Pick<Registry, 'name'>
  const registry = {
    name: 'kind-registry',
    container: 'kind-registry',
    place: 'container',
    address: 'kind-registry:5000',
    scheme: 'http',
    hostAddress: '127.0.0.1:5001',
    registryHosts: ['localhost:5001'],
    clusters: ['dev'],
    role: 'registry',
  } as const

  const rows: {
    [name: string]: {
      session: Session
      selection?: Partial<Selection>
      registries: readonly Expected[]
      choices?: { [about: string]: RegExp }
    }
  } = {
    'hosts.toml and ConfigMap mean one': {
      session: kind(),
      registries: [registry],
      choices: {
        'registry kind-registry (container kind-registry)':
          /hosts.toml of dev-control-plane, dev-worker, dev-worker2 leads localhost:5001 to http:\/\/kind-registry:5000; ConfigMap local-registry-hosting of dev names? localhost:5001/,
      },
    },
    'the ConfigMap alone': { session: kind({ everyNode: noCerts }), registries: [registry] },
    'hosts.toml alone': { session: kind({ configMap: null }), registries: [registry] },
    'hosts.toml that containerd does not read': { session: kind({ configMap: null, everyNode: noConfigPath }), registries: [registry] },
    'the files of a node that has stopped': {
      session: kind({ configMap: null, nodes: { 'control-plane': noCerts, worker: noCerts, worker2: { state: 'exited' } } }),
      registries: [registry],
      choices: { 'registry kind-registry': /hosts.toml of dev-worker2 leads/ },
    },
    'legacy mirrors': {
      session: kind({
        configMap: null,
        everyNode: {
          files: {
            '/etc/containerd/certs.d': null,
            '/etc/containerd/config.toml':
              'version = 3\n[plugins."io.containerd.cri.v1.images".registry.mirrors]\n"localhost:5001".endpoint = ["http://kind-registry:5000"]\n"*".endpoint = ["http://other:5000"]\n',
          },
        },
      }),
      registries: [registry],
      choices: { 'registry kind-registry': /mirrors of dev-control-plane, dev-worker, dev-worker2 leads localhost:5001/ },
    },
    'hostFromContainerRuntime is what nodes pull by': {
      session: kind({ everyNode: noCerts, configMap: 'host: "localhost:5001"\nhostFromContainerRuntime: "kind-registry:5000"\n' }),
      registries: [{ ...registry, registryHosts: ['kind-registry:5000'] }],
    },
    'two hosts of one registry': {
      session: kind({ everyNode: { files: { [certsPath('registry.local:80')]: hostsToml('http://kind-registry:5000') } } }),
      registries: [{ ...registry, registryHosts: ['localhost:5001', 'registry.local:80'] }],
    },
    'two registries': {
      session: kind({
        containers: [{ name: 'team-registry', published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5002 }] }],
        everyNode: { files: { [certsPath('localhost:5002')]: hostsToml('http://team-registry:5000') } },
      }),
      registries: [registry, { name: 'team-registry', hostAddress: '127.0.0.1:5002', registryHosts: ['localhost:5002'] }],
    },
    'one registry for two clusters': {
      session: kind({ also: { other: {} } }),
      registries: [{ ...registry, clusters: ['dev', 'other'] }],
    },
    'each cluster its own': {
      session: kind({
        also: { other: { configMap: null, everyNode: led('localhost:5002', 'http://other-registry:5000') } },
        containers: [{ name: 'other-registry' }],
      }),
      registries: [
        { ...registry, clusters: ['dev'] },
        { name: 'other-registry', clusters: ['other'] },
      ],
    },
    'a cluster that was not chosen does not matter': {
      session: kind({ also: { other: {} } }),
      selection: { clusters: ['dev'] },
      registries: [{ ...registry, clusters: ['dev'] }],
    },
    'renamed: found by the port that it publishes': {
      session: kind({ registry: { name: 'my-registry' } }),
      registries: [{ ...registry, name: 'my-registry', container: 'my-registry' }],
    },
    'by an alias': {
      session: kind({ configMap: null, registry: { name: 'my-registry', aliases: ['kind-registry'], published: [] } }),
      registries: [{ name: 'my-registry', address: 'kind-registry:5000' }],
    },
    'by its address': {
      session: kind({ configMap: null, registry: { published: [] }, everyNode: led('dev.local', 'http://172.18.0.5:5000') }),
      registries: [{ name: 'kind-registry', address: '172.18.0.5:5000', registryHosts: ['dev.local'] }],
    },
    'by its port, whatever its image': {
      session: kind({ everyNode: noCerts, registry: { image: 'our/artifacts:1' } }),
      registries: [registry],
    },
    'of several endpoints the one that is the container': {
      session: kind({ everyNode: leadingTo('http://old-registry:5000', 'http://kind-registry:5000') }),
      registries: [registry],
    },
    'an endpoint with a wrong name on one node does not make another registry': {
      session: kind({ nodes: { worker: leadingTo('http://kind-registri:5000') } }),
      registries: [registry],
    },
    'localhost in hosts.toml, and a container on that port of the host': {
      session: kind({ everyNode: leadingTo('http://localhost:5000') }),
      registries: [registry],
    },
    'the one that runs, of two that ask for the port': {
      session: kind({
        everyNode: noCerts,
        containers: [{ name: 'a-registry', state: 'exited', published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5001 }] }],
      }),
      registries: [registry],
      choices: { 'container a-registry': /no cluster that is examined refers to it: left aside/ },
    },
    'a stopped one that asks for the port, where nodes are led to another': {
      session: kind({
        registry: { published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5009 }] },
        containers: [{ name: 'a-registry', state: 'exited', published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5001 }] }],
      }),
      registries: [{ ...registry, hostAddress: '127.0.0.1:5009' }],
    },
    removed: {
      session: kind({ registry: null }),
      registries: [{ name: 'kind-registry:5000', place: 'missing', hostAddress: 'localhost:5001', registryHosts: ['localhost:5001'] }],
      choices: { 'registry kind-registry:5000 (no container of this engine)': /hosts.toml of/ },
    },
    'removed, and only the ConfigMap tells': {
      session: kind({ registry: null, everyNode: noCerts }),
      registries: [{ name: 'localhost:5001', place: 'missing', address: 'localhost:5001' }],
    },
    'a ConfigMap with a wrong port is a wrong ConfigMap, not one more registry': {
      session: kind({ configMap: 'host: "localhost:5000"\n' }),
      registries: [registry],
      choices: { 'registry localhost:5000': /the ConfigMap is judged/ },
    },
    'a node port': {
      session: kind({ registry: null, everyNode: leadingTo('http://localhost:30500') }),
      registries: [{ name: 'localhost:30500', place: 'missing', registryHosts: ['localhost:5001'] }],
    },
    'a node port, beside a stopped container that asks for the port of the host': {
      session: kind({ registry: { state: 'exited' }, everyNode: leadingTo('http://localhost:30500'), configMap: null }),
      registries: [{ name: 'localhost:30500', place: 'missing' }],
    },
    'on the LAN': {
      session: kind({ registry: null, configMap: null, everyNode: led('reg.lan:5000', 'http://reg.lan:5000') }),
      registries: [{ name: 'reg.lan:5000', place: 'elsewhere', scheme: 'http', clusters: ['dev'] }],
    },
    'at an address of the LAN': {
      session: kind({ registry: null, configMap: null, everyNode: led('192.168.1.9:5000', 'https://192.168.1.9:5000') }),
      registries: [{ name: '192.168.1.9:5000', place: 'elsewhere', scheme: 'https' }],
    },
    'on the host': {
      session: kind({ registry: null, everyNode: leadingTo('http://host.docker.internal:5001') }),
      registries: [{ name: 'host.docker.internal:5001', place: 'elsewhere', hostAddress: 'localhost:5001' }],
    },
    'a pull-through cache': {
      session: kind({
        registry: { name: 'hub-cache', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' } },
        configMap: null,
        everyNode: led('docker.io', 'http://hub-cache:5000'),
      }),
      registries: [{ name: 'hub-cache', role: 'pull-through-cache' }],
      choices: { 'registry hub-cache (a pull-through cache, left aside)': /docker.io/ },
    },
    'a pull-through cache that is configured by a file': {
      session: kind({ registry: { name: 'hub-cache' }, configMap: null, everyNode: led('docker.io', 'http://hub-cache:5000') }),
      registries: [{ name: 'hub-cache', role: 'pull-through-cache' }],
    },
    'a container under a public-looking name of its own is no cache': {
      session: kind({ configMap: null, everyNode: led('registry.example.com', 'http://kind-registry:5000') }),
      registries: [{ name: 'kind-registry', role: 'registry', registryHosts: ['registry.example.com'] }],
    },
    'a mirror of a public registry that is no container': {
      session: kind({ registry: null, configMap: null, everyNode: led('docker.io', 'https://mirror.example') }),
      registries: [{ name: 'mirror.example:443', role: 'pull-through-cache' }],
    },
    'what looks like one, but nothing refers to it': {
      session: kind({ configMap: null, everyNode: noCerts }),
      registries: [],
      choices: { 'container kind-registry': /left aside/ },
    },
    none: { session: kind({ registry: null, configMap: null, everyNode: noCerts }), registries: [] },
    'a ConfigMap that is no map': { session: kind({ configMap: '[]', everyNode: noCerts }), registries: [] },
    'images of pods alone': {
      session: kind({ configMap: null, everyNode: noCerts, images: ['localhost:5001/app:1', 'localhost:5001/other:2', 'nginx:1'] }),
      registries: [registry],
      choices: { 'registry kind-registry': /^images that pods wait for in dev name localhost:5001$/ },
    },
    'images of pods that name the container': {
      session: kind({ configMap: null, everyNode: noCerts, images: ['kind-registry:5000/app:1'] }),
      registries: [{ ...registry, registryHosts: ['kind-registry:5000'] }],
    },
    'images of pods that name nothing local': {
      session: kind({
        registry: null,
        configMap: null,
        everyNode: noCerts,
        images: [
          'nginx',
          'library/nginx:1',
          'localhost',
          'ghcr.io/a/b:1',
          'registry.k8s.io/pause@sha256:0',
          'team/app:1',
          'dev-worker:80/x:1',
          '',
        ],
      }),
      registries: [],
    },
    'images of pods, of a registry that was removed': {
      session: kind({ registry: null, configMap: null, everyNode: noCerts, images: ['localhost:5001/app:1'] }),
      registries: [{ name: 'localhost:5001', place: 'missing' }],
    },
    '--registry as images name it': { session: kind(), selection: { registry: 'localhost:5001' }, registries: [registry] },
    '--registry as nodes reach it': { session: kind(), selection: { registry: 'kind-registry:5000' }, registries: [registry] },
    '--registry as the host reaches it': { session: kind(), selection: { registry: '127.0.0.1:5001' }, registries: [registry] },
    '--registry by its container': { session: kind(), selection: { registry: 'kind-registry' }, registries: [registry] },
    '--registry of two': {
      session: kind({
        containers: [{ name: 'team-registry' }],
        everyNode: { files: { [certsPath('localhost:5002')]: hostsToml('http://team-registry:5000') } },
      }),
      selection: { registry: 'localhost:5002' },
      registries: [{ name: 'team-registry' }],
    },
    '--registry that no cluster refers to, but a container serves': {
      session: kind({ configMap: null, everyNode: noCerts }),
      selection: { registry: 'localhost:5001' },
      registries: [registry],
      choices: { 'registry kind-registry': /--registry .*names? localhost:5001/ },
    },
    '--registry that nothing serves': {
      session: kind(),
      selection: { registry: 'localhost:5999' },
      registries: [{ name: 'localhost:5999', place: 'missing', clusters: ['dev'] }],
    },
  }

  test.each(Object.entries(rows))('%s', async (_name, { session, selection, registries, choices = {} }) => {
    const topology = await find(session, selection)
    expect(topology.registries.map((one) => one.name)).toEqual(registries.map((one) => one.name))
    expect(topology.registries).toMatchObject(registries)
    for (const [about, why] of Object.entries(choices)) expect(choice(topology, about)).toMatch(why)
  })
})

describe('what could not be read may hide a registry', () => {
  const silent = { configMap: null, everyNode: noCerts } as const
  const rows: { [name: string]: { session: Session; gaps: readonly object[] } } = {
    nothing: { session: kind(silent), gaps: [] },
    'the API, while nodes refer to one': { session: kind({ fails: ['kube.get'] }), gaps: [] },
    'the API, and no node refers to one': { session: kind({ ...silent, fails: ['kube.get'] }), gaps: [{ code: 'timeout' }] },
    'the ConfigMap is forbidden': { session: kind({ ...silent, configMap: 403 }), gaps: [{ code: 'kube-forbidden' }] },
    'the files of a node': {
      session: kind({
        ...silent,
        fails: (asked, query) => (asked === 'node.files' && query['node'] === 'dev-worker' ? 'timeout' : undefined),
      }),
      gaps: [{ code: 'timeout' }],
    },
  }
  test.each(Object.entries(rows))('%s', async (_name, { session, gaps }) => {
    expect((await find(session)).gaps).toMatchObject(gaps)
    expect((await find(session)).gaps).toHaveLength(gaps.length)
  })
})
