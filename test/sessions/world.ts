import {
  ObservationFailure,
  type Answer,
  type CommandOutcome,
  type NamedResource,
  type ObservationKind,
  type Observers,
  type Query,
} from '../../src/model/observation.ts'
import type { Json } from '../../src/model/json.ts'
import type { ClusterWorld, NodeWorld } from './cluster.ts'
import { isUp, type ContainerWorld } from './container.ts'
import type { Serving, World } from './kind.ts'
import { answers, fill, pullTrace, shapes, trace, type TraceName } from './recorded.ts'

type Ask<K extends ObservationKind> = (world: World, query: Query<K>) => Answer<K>

const ask: { readonly [K in ObservationKind]: Ask<K> } = {
  clock: () => ({ now: '2026-11-21T10:50:00.000Z' }),
  nonce: () => ({ value: '82cc0be00cbc3ac1' }),
  'docker.engine': () => ({ version: '28.0.0', os: 'linux', endpoint: 'unix:///var/run/docker.sock' }),
  'docker.containers': ({ clusters, containers }) =>
    [...clusters.flatMap((one) => one.nodes.map((node) => node.summary)), ...containers.map((one) => one.summary)].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    ),
  'docker.container': (world, { name }) => {
    const found = world.containers.find((one) => one.summary.name === name)
    if (found) return found.detail
    const node = nodesOf(world).find((one) => one.summary.name === name)
    if (!node) return { absent: true }
    const { state, networks } = node.summary
    return { ...shapes.stoppedNode, name, state, networks, exitCode: node.exitCode }
  },
  'docker.distribution': (world, { image }) => {
    const address = image.split('/', 1)[0]!
    const { serving } = world.engine === undefined ? atHost(world, address) : { serving: world.engine }
    const seen =
      { tls: 'registry', 'tls-nginx': 'registry', 'tls-silent': 'registry', reset: 'refused', 'no-such-host': 'refused' }[
        serving as string
      ] ?? serving
    return fill(answers.distribution[seen]!, { address, ip: '127.0.0.1' })
  },
  'docker.images': ({ engineImages }, { repository }) => ({
    images: engineImages
      .filter((name) => name.startsWith(`${repository}:`) || name.includes(`/${repository}:`))
      .map((name) => ({ name, id: `sha256:${name}`, digests: [] })),
  }),
  'docker.image': ({ engineImages }, { name }) =>
    engineImages.includes(name)
      ? { id: `sha256:${name}`, names: [name], digests: [], created: '2026-11-21T10:00:00Z', platform: 'linux/amd64' }
      : { absent: true },
  'docker.logLine': ({ containers }, { container, contains }) => {
    const found = containers.find((one) => one.summary.name === container)
    if (!found) throw new ObservationFailure('docker.logLine', 'docker-error', `no such container: ${container}`)
    return { line: found.log.find((line) => line.includes(contains)) ?? null }
  },
  http: (world, { url }) => {
    const { host, pathname, protocol } = new URL(url)
    const { serving, container } = atHost(world, host)
    if (serving === 'no-such-host') return fill(answers.http['unknown-host']!, { address: host, ip: '' })
    return contentAnswer(pathname, container) ?? httpAnswer(serving, host, pathname, protocol === 'https:', container)
  },
  'node.files': (world, { node, path }) => {
    const { entries } = nodeOf(world, node)
    const found = Object.entries(entries).filter(([known]) => known === path || known.startsWith(`${path}/`))
    return found.length === 0 ? { absent: true } : { entries: Object.fromEntries(found) }
  },
  'node.runtime': (world, { node }) => {
    const { containerd, args, options } = running(world, node, 'node.runtime')
    const cri = options.cri === null ? {} : { cri: { exitCode: 0, stderr: '', ...options.cri } }
    const module = containerd.startsWith('1.') ? 'github.com/containerd/containerd' : 'github.com/containerd/containerd/v2'
    const age = options.ageSeconds === undefined ? {} : { ageSeconds: options.ageSeconds }
    const { environment = {} } = options
    return { ...shapes.runtime, environment, version: `containerd ${module} v${containerd}`, args, ...cri, ...age }
  },
  'node.images': (world, { node, registryHost }) => ({
    images: (running(world, node, 'node.images').options.holds ?? []).filter((one) => one.name.startsWith(`${registryHost}/`)),
  }),
  'node.containerdLog': () => ({ lines: [] }),
  'node.disk': (world, { node }) =>
    running(world, node, 'node.disk').options.disk ?? {
      mountedOn: '/var',
      totalKiB: 264212084,
      availableKiB: 61010320,
      freeInodes: 15803101,
    },
  'node.trace': (world, query) => nodeTrace(world, running(world, query.node, 'node.trace'), query),
  'builder.history': () => ({ records: [] }),
  'builder.manifest': () => ({ absent: true }),
  'kube.contexts': ({ contexts }) => ({ contexts }),
  'kube.waitingPods': (world, query) => ({ status: 200, pods: apiOf(world, query).waiting }),
  'kube.podsOfRepository': (world, query) => ({ status: 200, pods: apiOf(world, query) && [] }),
  'kube.pullEvents': (world, query) => ({ status: 200, events: apiOf(world, query).events }),
  'kube.podsNamed': (world, query) => ({
    status: 200,
    pods: apiOf(world, query).pods.filter((one) => one.name === query.name && inNamespace(one.namespace, query.namespace)),
  }),
  'kube.names': (world, query) => ({
    status: 200,
    names: namesIn(apiOf(world, query), query.resource)
      .filter((one) => inNamespace(one.slice(0, one.indexOf('/')), query.namespace))
      .toSorted(),
  }),
  'kube.workloads': (world, query) => {
    const found = apiOf(world, query).templates[query.resource] ?? []
    return typeof found === 'number' ? { status: found, workloads: [] } : { status: 200, workloads: found }
  },
  'kube.get': (world, query) => {
    const cluster = apiOf(world, query)
    if (query.path === '/api/v1/nodes') return { status: 200, body: { kind: 'NodeList', items: cluster.nodes.map(nodeItem) } }
    const { configMap } = cluster
    if (configMap === null) return { status: 404, body: { kind: 'Status', message: 'configmaps "local-registry-hosting" not found' } }
    if (typeof configMap === 'number') return { status: configMap, body: { kind: 'Status', message: 'the API refused' } }
    return { status: 200, body: { ...shapes.configMap, data: { 'localRegistryHosting.v1': configMap } } }
  },
}

const namesIn = ({ pods, waiting, workloads }: ClusterWorld, resource: NamedResource): string[] =>
  resource === 'pods'
    ? [...pods, ...waiting.filter((one) => !one.name.startsWith('starts-'))].map((one) => `${one.namespace}/${one.name}`)
    : [...(workloads[resource] ?? [])]

const inNamespace = (namespace: string, wanted: string | undefined): boolean => wanted === undefined || namespace === wanted

/** The cluster that a context or a node leads to, where its API answers. */
function apiOf({ clusters, contexts }: World, query: { readonly context: string } | { readonly node: string }): ClusterWorld {
  const authority = 'context' in query ? contexts.find((one) => one.name === query.context)?.caSha256 : undefined
  const cluster = clusters.find((one) =>
    'node' in query ? one.nodes.some((node) => node.summary.name === query.node) : one.authority === authority,
  )
  if (!cluster?.nodes.some((one) => one.summary.state === 'running' && one.summary.ports.length > 0))
    throw new ObservationFailure('kube.get', 'kube-unreachable', 'the Kubernetes API does not answer')
  return cluster
}

/** Observers of a made-up world. */
export const createObserversOf = (world: World): Observers =>
  Object.fromEntries(
    Object.entries(ask).map(([kind, answer]) => [kind, async (query: never) => (answer as Ask<ObservationKind>)(world, query)]),
  ) as unknown as Observers

const nodesOf = ({ clusters }: World): NodeWorld[] => clusters.flatMap((one) => one.nodes)

function nodeOf(world: World, name: string): NodeWorld {
  const found = nodesOf(world).find((one) => one.summary.name === name)
  if (!found) throw new Error(`the test world has no node ${name}`)
  return found
}

function running(world: World, name: string, kind: ObservationKind): NodeWorld {
  const node = nodeOf(world, name)
  const { state } = node.summary
  if (state !== 'running') throw new ObservationFailure(kind, 'not-running', `${name} is ${state === 'paused' ? 'paused' : 'not running'}`)
  return node
}

const nodeItem = ({ summary, containerd }: NodeWorld): Json => ({
  ...shapes.nodeItem,
  metadata: { name: summary.name },
  status: { nodeInfo: { ...shapes.nodeItem.status.nodeInfo, containerRuntimeVersion: `containerd://${containerd}` } },
})

/** What this machine finds at an address. */
function atHost(
  { host, hostNames, containers }: World,
  hostPort: string,
): { serving: Serving | 'no-such-host'; container?: ContainerWorld } {
  const own = ['localhost', ...hostNames].find((name) => hostPort.startsWith(`${name}:`))
  const address = own === undefined ? hostPort : hostPort.replace(own, '127.0.0.1')
  const set = host[address]
  if (set !== undefined) return { serving: set }
  const [, ip = '', port = ''] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(address)!
  const direct = containers.find((one) => one.summary.networks.some((network) => network.address === ip))
  if (direct) return Number(port) === direct.listens ? { serving: direct.serves, container: direct } : { serving: 'refused' }
  if (!/^[\d.]+$|:/.test(ip)) return { serving: 'no-such-host' }
  const family = ip.includes(':') ? ['::', '::1'] : ['', '0.0.0.0', '127.0.0.1', undefined]
  for (const container of containers) {
    const binding = container.detail.published.find((one) => String(one.hostPort) === port && family.includes(one.hostIp))
    if (binding && isUp(container))
      return binding.port === container.listens ? { serving: container.serves, container } : { serving: 'reset' }
  }
  return { serving: 'refused' }
}

/** The one blob of the recorded image. */
const blob = { digest: 'sha256:519bbf4427ce65cd05f107f39ad9b781e44ef756339f8343303f898f41e110d0', size: 86 }

/** What a registry says of a manifest by its digest, or of a blob; null where that is not what is asked. */
function contentAnswer(path: string, container?: ContainerWorld): Answer<'http'> | null {
  const [, kind, digest] = /^\/v2\/.+\/(manifests|blobs)\/(sha256:[0-9a-f]{64})$/.exec(path) ?? []
  if (kind === undefined || container?.serves !== 'registry') return null
  const isThere = !container.empty && (kind === 'manifests' || (digest === blob.digest && container.blobBytes !== 'gone'))
  const bytes = container.blobBytes === 'gone' ? 0 : (container.blobBytes ?? blob.size)
  return { status: isThere ? 200 : 404, headers: { 'content-length': String(bytes) }, body: '', bytes, ms: 1 }
}

function httpAnswer(serving: Serving, hostPort: string, path: string, tls: boolean, container?: ContainerWorld): Answer<'http'> {
  const recorded = (name: string, word = ''): Answer<'http'> => {
    const ip = /^\[?(.*?)\]?:\d+$/.exec(hostPort)?.[1] ?? hostPort
    return fill(answers.http[name]!, { address: hostPort, ip, word })
  }
  if (serving.startsWith('tls')) {
    if (tls) return recorded('self-signed')
    if (serving === 'tls-silent') return { error: { code: 'UND_ERR_SOCKET', message: 'other side closed', connected: true }, ms: 1 }
    if (serving === 'tls') return recorded('https-wanted')
    return { status: 400, headers: { server: 'nginx/1.27' }, body: '<center>The plain HTTP request was sent to HTTPS port</center>', ms: 1 }
  }
  if (serving === 'reset') return { error: { code: 'ECONNRESET', message: 'read ECONNRESET', connected: true }, ms: 1 }
  if (serving !== 'registry' && serving !== 'unauthorized') return recorded(serving)
  if (tls) return { error: { code: 'EPROTO', message: 'wrong version number', connected: false }, ms: 1 }
  const word = /^\/v2\/registry-doctor\/([^/]+)\//.exec(path)?.[1]
  if (container?.accessLog && word !== undefined)
    container.log.push(fill({ line: answers.logLine }, { address: hostPort, ip: '', word }).line)
  if (serving === 'unauthorized') return recorded('unauthorized')
  if (path === '/v2/') return recorded('base')
  if (path === '/v2/_catalog')
    return container?.empty
      ? ({ ...(recorded('catalog') as object), body: '{"repositories":[]}\n' } as Answer<'http'>)
      : recorded('catalog')
  return path === '/v2/lab/hello/tags/list' ? recorded('tags') : recorded('name-unknown', word)
}

function nodeTrace(world: World, node: NodeWorld, { image, hostsDir, plainHttp }: Query<'node.trace'>): CommandOutcome {
  const address = image.slice(0, image.indexOf('/'))
  const held = image.endsWith('/lab/hello:1')
  const { ctr, pulls = {}, reaches = {}, dials = {} } = node.options
  if (ctr) return { exitCode: 0, timedOut: false, stdout: '', stderr: '', ms: 10, ...ctr }
  const give = (name: TraceName, ip?: string): CommandOutcome =>
    trace(name === 'served' && !held ? 'not-found' : name, node.containerd, address, ip)
  if (hostsDir === undefined) {
    const word = /\/registry-doctor\/([^/:]+):none$/.exec(image)?.[1]
    // What a node is said to reach beside the containers is the registry too, and its log shows who asked.
    if (word !== undefined && reaches[address] === 'served') world.containers[0]?.log.push(`GET /v2/registry-doctor/${word}/manifests/none`)
    const { name, ip } = reaches[address]
      ? { name: reaches[address], ip: dials[address] ?? '172.18.0.5' }
      : fromNode(world, node, address, plainHttp !== true)
    return give(name, ip)
  }
  const pull = (name: TraceName, mirror?: string): CommandOutcome => pullTrace(name, node.containerd, address, mirror)
  // Of what the registry host itself answers there is only the trace of an address.
  if (pulls[address]) return pulls[address] === 'served' ? give('served') : pull(pulls[address])
  const names = [address.replace(/:(\d+)$/, '_$1_'), address, '_default']
  const directory = names.map((name) => `${hostsDir}/${name}`).find((path) => node.entries[path])
  const toml = node.entries[`${directory}/hosts.toml`]
  const endpoints = [...(toml?.type === 'file' ? (toml.text ?? '') : '').matchAll(/\[host\."(https?):\/\/([^"]+)"\]/g)]
  // containerd takes the first endpoint that answers; of several that fail, the first one's trace stands for all.
  const found = endpoints.map(([, scheme, mirror]) => ({
    mirror: mirror!,
    name: reaches[mirror!] ?? fromNode(world, node, mirror!, scheme === 'https').name,
  }))
  const best = found.find((one) => one.name.startsWith('served') || one.name === 'not-found') ?? found[0]
  if (best) return pull(byMirror(best.name, held), best.mirror)
  const itself = fromNode(world, node, address, true)
  return itself.ip === '127.0.0.1' ? pull('no-hosts-toml') : give(reaches[address] ?? itself.name, itself.ip)
}

/** The trace of a pull whose mirror gives this when it is asked directly. */
function byMirror(name: TraceName, held: boolean): TraceName {
  if (name.startsWith('served')) return held ? 'mirrored' : 'mirrored-not-found'
  if (name === 'not-found') return 'mirrored-not-found'
  if (name === 'dns-failure') return 'mirror-unresolvable'
  if (name === 'https-answers-http') return 'mirror-no-registry'
  return `mirror-${name}` as TraceName
}

/** What a node finds at an address: itself, a container that shares a network with it, or nothing. */
function fromNode({ containers }: World, node: NodeWorld, address: string, tls: boolean): { name: TraceName; ip: string } {
  const colon = address.lastIndexOf(':')
  const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))]
  if (host === 'localhost' || host.startsWith('127.')) return { name: 'refused', ip: '127.0.0.1' }
  const networks = new Set(node.summary.networks.map((one) => one.name))
  for (const container of containers.filter(isUp)) {
    const shared = container.detail.networks.find((one) => networks.has(one.name))
    if (!shared || ![container.summary.name, shared.address, ...(container.detail.aliases[shared.name] ?? [])].includes(host)) continue
    return { name: port === container.listens ? asServed(container.serves, tls) : 'refused', ip: shared.address }
  }
  return { name: 'dns-failure', ip: '' }
}

function asServed(serving: Serving, tls: boolean): TraceName {
  if (serving === 'hangs' || serving === 'refused') return serving
  if (serving.startsWith('tls')) return tls ? 'untrusted' : 'https-answers-http'
  if (tls) return 'http-answers-https'
  return serving === 'registry' ? 'served' : serving === 'unauthorized' ? 'unauthorized' : 'no-registry'
}
