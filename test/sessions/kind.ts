import { liveSession, type Session } from '../../src/engine/session.ts'
import {
  ObservationFailure,
  type CommandOutcome,
  type DiskSpace,
  type HeldImage,
  type KubeContext,
  type ObservationKind,
  type Observers,
  type PodImages,
  type PublishedPort,
  type PullEvent,
  type WaitingPod,
  type Workload,
  type WorkloadResource,
} from '../../src/model/observation.ts'
import { clusterWorld, type ClusterWorld } from './cluster.ts'
import { containerWorld, type ContainerWorld } from './container.ts'
import type { ContainerdVersion, TraceName } from './recorded.ts'
import { createObserversOf } from './world.ts'

/** What listens on a port. */
export type Serving =
  | 'registry'
  | 'unauthorized'
  | 'tls'
  | 'tls-nginx'
  | 'tls-silent'
  | 'web-page'
  | 'airplay'
  | 'hangs'
  | 'reset'
  | 'refused'

export interface ContainerOptions {
  name?: string
  image?: string
  state?: 'running' | 'paused' | 'exited' | 'created' | 'restarting'
  exitCode?: number
  oomKilled?: boolean
  labels?: { [key: string]: string }
  networks?: readonly string[]
  /** Further names on its networks other than bridge. */
  aliases?: readonly string[]
  published?: readonly PublishedPort[]
  env?: { [name: string]: string }
  /** The port on which it listens. */
  listens?: number
  serves?: Serving
  /** Whether it holds an image. */
  empty?: boolean
  /** What is left of the blob of its image, in bytes. */
  blobBytes?: number | 'gone'
  /** Whether its log shows requests. */
  accessLog?: boolean
}

export interface NodeOptions {
  state?: 'running' | 'paused' | 'exited'
  exitCode?: number
  containerd?: ContainerdVersion
  /** Networks besides the cluster's. */
  networks?: readonly string[]
  args?: readonly string[]
  /** Absolute path → text; null takes the file (and what lies below) away; `{ link }` is a symbolic link, `{ dir }` a directory, `{ certificate }` a PEM file. */
  files?: { [path: string]: string | null | { link: string } | { dir: true } | { certificate: true } }
  /** Of containerd's process, as far as it decides how it connects. */
  environment?: { [name: string]: string }
  /** What asking an address directly gives, where it is not what the containers make of it. */
  reaches?: { [address: string]: TraceName }
  /** The IP address to which a name leads on it, where that is not the registry's. */
  dials?: { [address: string]: string }
  /** What a pull by a certs.d directory gives, by registry host, likewise. */
  pulls?: { [registryHost: string]: TraceName }
  /** What crictl said; null: the node has none. */
  cri?: { exitCode: number; stderr: string } | null
  /** Seconds since the node or its containerd was started. */
  ageSeconds?: number
  /** What its containerd holds. */
  holds?: readonly HeldImage[]
  disk?: DiskSpace
  /** How every run of ctr ends, where it does not get as far as asking. */
  ctr?: Partial<CommandOutcome>
}

export interface ClusterOptions {
  network?: string
  /** Number of nodes besides the control plane. */
  workers?: number
  /** By the part of the name that follows the cluster's: `worker2`. */
  nodes?: { [suffix: string]: NodeOptions }
  everyNode?: NodeOptions
  /** The text of localRegistryHosting.v1; null: no such ConfigMap. A number: the API's status. */
  configMap?: string | null | number
  /** The images for which its pods wait; nothing is said yet of why. */
  images?: readonly string[]
  /** Pods of which a container waits, besides those. */
  waiting?: readonly WaitingPod[]
  events?: readonly PullEvent[]
  /** `namespace/name` of Deployments and the like, by the API's name of their kind. */
  workloads?: { readonly [resource: string]: readonly string[] }
  /** What pulls images, or will; a number is the status with which the API refuses to tell. */
  templates?: { readonly [R in WorkloadResource]?: readonly Workload[] | number }
  /** Its pods, where some are asked for by name. */
  pods?: readonly PodImages[]
  /** The host port of its API. */
  apiPort?: number
}

export interface KindOptions extends ClusterOptions {
  /** Further clusters. */
  also?: { [name: string]: ClusterOptions }
  registry?: ContainerOptions | null
  containers?: readonly ContainerOptions[]
  /** What answers this process at an address, where it is not what the containers make of it. */
  host?: { [hostPort: string]: Serving }
  /** Names of this machine that only itself knows. */
  hostNames?: readonly string[]
  /** What the engine sees at every address, likewise. */
  engine?: Serving
  contexts?: (usual: KubeContext[]) => KubeContext[]
  /** The engine's own images. */
  engineImages?: readonly string[]
  /** What is answered in place of what follows from all that; undefined leaves it. */
  answers?: (kind: ObservationKind, query: Record<string, unknown>) => unknown
  /** Observations that cannot be had: kinds, or a function that gives the code. */
  fails?: readonly ObservationKind[] | ((kind: ObservationKind, query: Record<string, unknown>) => string | undefined)
}

/** Everything that the observers of a made-up world know. */
export interface World {
  readonly clusters: readonly ClusterWorld[]
  readonly containers: readonly ContainerWorld[]
  readonly contexts: readonly KubeContext[]
  readonly host: { readonly [hostPort: string]: Serving }
  readonly hostNames: readonly string[]
  readonly engine: Serving | undefined
  readonly engineImages: readonly string[]
}

/**
 * A session in which a three-node kind cluster `dev` and its registry answer as real ones were recorded to answer; options
 * change single facts. What follows from a fact follows here too: a stopped registry has no name on its network, so the nodes
 * get the recorded trace of a name that does not resolve. Nothing that is not known is answered.
 */
export function kind(options: KindOptions = {}): Session {
  const clusters = Object.entries({ dev: options, ...options.also }).map(([name, one], index) => clusterWorld(name, one, index))
  const registry = options.registry === null ? [] : [containerWorld(options.registry ?? {}, 0)]
  const usual = clusters.map(({ name, apiPort, authority }): KubeContext => ({
    name: `kind-${name}`,
    cluster: `kind-${name}`,
    server: `https://127.0.0.1:${apiPort}`,
    caSha256: authority,
  }))
  const world: World = {
    clusters,
    containers: [...registry, ...(options.containers ?? []).map((one, index) => containerWorld(one, index + 1))],
    contexts: options.contexts ? options.contexts(usual) : usual,
    host: options.host ?? {},
    hostNames: options.hostNames ?? [],
    engine: options.engine,
    engineImages: options.engineImages ?? [],
  }
  return liveSession(failing(createObserversOf(world), options.fails, options.answers), (answer) => answer)
}

function failing(observers: Observers, fails: KindOptions['fails'] = [], answers: KindOptions['answers'] = () => undefined): Observers {
  const codeOf = typeof fails === 'function' ? fails : (asked: ObservationKind) => (fails.includes(asked) ? 'timeout' : undefined)
  return Object.fromEntries(
    Object.entries(observers).map(([name, observe]) => [
      name,
      async (query: never) => {
        const code = codeOf(name as ObservationKind, query)
        if (code !== undefined) throw new ObservationFailure(name, code, `${name} failed: ${code}`)
        return structuredClone(answers(name as ObservationKind, query) ?? (await (observe as (query: never) => Promise<unknown>)(query)))
      },
    ]),
  ) as unknown as Observers
}

/** The hosts.toml of kind's documentation. */
export const hostsToml = (...endpoints: string[]): string => endpoints.map((url) => `[host."${url}"]\n`).join('')

/** Where the hosts.toml of a registry host lies. */
export const certsPath = (registryHost = 'localhost:5001'): string => `/etc/containerd/certs.d/${registryHost}/hosts.toml`

/** Node options without any certs.d. */
export const noCerts: NodeOptions = { files: { '/etc/containerd/certs.d': null } }

/** Node options with other endpoints in the hosts.toml of localhost:5001. */
export const leadingTo = (...endpoints: string[]): NodeOptions => ({ files: { [certsPath()]: hostsToml(...endpoints) } })

/** The tables of kind's configuration of containerd that decide how images are pulled. */
export const criTables = [
  '[plugins."io.containerd.grpc.v1.cri".containerd]',
  'discard_unpacked_layers = true',
  '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]',
  'runtime_type = "io.containerd.runc.v2"',
  '',
].join('\n')

/** kind's configuration of containerd as far as it decides how images are pulled, without registry settings. */
export const kindConfig = `version = 2\n${criTables}`

/** containerd's configuration without a config_path. */
export const noConfigPath: NodeOptions = { files: { '/etc/containerd/config.toml': kindConfig } }

const registryTable = '[plugins."io.containerd.grpc.v1.cri".registry]\n'

/** A list in config_path where nothing keeps containerd from pulling through the transfer service. */
export const listIgnored: NodeOptions = {
  files: { '/etc/containerd/config.toml': `version = 2\n${registryTable}config_path = "/etc/containerd/certs.d:/etc/docker/certs.d"\n` },
  pulls: { 'localhost:5001': 'no-hosts-toml' },
}

/** What crictl says where the CRI plugin is not loaded. */
export const unknownService =
  'validate CRI v1 image API for endpoint "unix:///run/containerd/containerd.sock": rpc error: code = Unimplemented desc = unknown service runtime.v1.ImageService'

/** Legacy mirrors beside a config_path, with which the CRI plugin is not loaded. */
export const mirrorsAndConfigPath: NodeOptions = {
  files: {
    '/etc/containerd/config.toml': `${kindConfig}${registryTable}config_path = "/etc/containerd/certs.d"\n${registryTable.replace('registry]', 'registry.mirrors."localhost:5001"]')}endpoint = ["http://kind-registry:5000"]\n`,
  },
  cri: { exitCode: 1, stderr: unknownService },
}

/** Another hosts.toml of localhost:5001, with the trace of a pull by it. */
export const hostsTomlWith = (text: string, pull: TraceName): NodeOptions => ({
  files: { [certsPath()]: text },
  pulls: { 'localhost:5001': pull },
})
