import type { Json } from './json.ts'

/** A thing that was asked for and is not there: an answer, not a failure. */
export interface Absent {
  readonly absent: true
}

export const isAbsent = (answer: unknown): answer is Absent =>
  answer !== null && typeof answer === 'object' && (answer as { absent?: unknown }).absent === true

export interface PublishedPort {
  /** The port inside the container. */
  readonly port: number
  readonly hostIp?: string
  readonly hostPort?: number
}

export interface AttachedNetwork {
  readonly name: string
  /** IPv4 address on this network; empty while the container is stopped. */
  readonly address: string
  readonly addressV6?: string
}

/** One line of the engine's list of containers. */
export interface ContainerSummary {
  readonly name: string
  readonly image: string
  /** `running`, `paused`, `exited`, `created`, `restarting`, `dead`. */
  readonly state: string
  readonly labels: { readonly [key: string]: string }
  readonly ports: readonly PublishedPort[]
  readonly networks: readonly AttachedNetwork[]
}

/** A container in detail. Values of secret-looking environment variables are replaced. */
export interface ContainerDetail {
  readonly name: string
  readonly image: string
  readonly state: string
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly startedAt: string
  readonly finishedAt: string
  readonly restartPolicy: string
  readonly env: { readonly [key: string]: string }
  readonly args: readonly string[]
  /** Ports that it asked to publish, also while it is stopped. */
  readonly published: readonly PublishedPort[]
  /** Names under which each network's DNS knows it. */
  readonly aliases: { readonly [network: string]: readonly string[] }
  readonly networks: readonly AttachedNetwork[]
  readonly mounts: readonly { readonly type: string; readonly name?: string; readonly destination: string }[]
}

export interface CertificateSummary {
  readonly subject: string
  readonly issuer: string
  readonly names: readonly string[]
  readonly notBefore: string
  readonly notAfter: string
  /** sha256 of the certificate's DER bytes, base64. */
  readonly sha256: string
  readonly publicKeySha256: string
}

export type FileEntry =
  | { readonly type: 'dir' }
  | { readonly type: 'link'; readonly target: string }
  | {
      readonly type: 'file'
      readonly size: number
      readonly sha256: string
      /** Absent where the file is binary, too large, or holds keys or certificates. */
      readonly text?: string
      readonly certificates?: readonly CertificateSummary[]
      readonly holdsPrivateKey?: boolean
    }

/** Absolute path in the node → what is there. Holds the asked path itself and everything below it. */
export interface FileTree {
  readonly entries: { readonly [path: string]: FileEntry }
}

/** How a named command ended in a node. `timedOut`: it was stopped by its own time limit. */
export interface CommandOutcome {
  readonly exitCode: number
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
  /** For each line of stderr the milliseconds from the start until it came; older recordings have none. */
  readonly lineMs?: readonly number[]
}

/** The containerd process of a node as it runs. */
export interface NodeRuntime {
  /** The output of `containerd --version`. */
  readonly version: string
  /** Its command line; empty where containerd does not run. */
  readonly args: readonly string[]
  /** Its environment, as far as it decides how it connects. */
  readonly environment: { readonly [key: string]: string }
  /** Seconds since the node or its containerd was started, whichever is less. */
  readonly ageSeconds?: number
  /** What `crictl images` said; absent where the node has no crictl. */
  readonly cri?: { readonly exitCode: number; readonly stderr: string }
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  /** At most 64 KiB; empty where only its size was asked for. */
  readonly body: string
  /** How many bytes of the body came, at most 64 KiB, where its size was asked for. */
  readonly bytes?: number
  readonly ms: number
}

/** `code` is the system's or the library's (ECONNREFUSED, ENOTFOUND, …); TIMEOUT where the connection stood and no answer came. */
export interface HttpFailure {
  readonly error: { readonly code: string; readonly message: string; readonly connected: boolean }
  readonly ms: number
}

export const isHttpFailure = (answer: HttpAnswer | HttpFailure): answer is HttpFailure => 'error' in answer

/** What a pod has to pull. */
export interface PodImages {
  readonly namespace: string
  readonly name: string
  /** Absent where it is not scheduled. */
  readonly node?: string
  /** Whether it has imagePullSecrets, its own or those of its service account. */
  readonly hasPullSecrets: boolean
  readonly containers: readonly {
    readonly name: string
    readonly kind: 'init' | 'container' | 'ephemeral'
    readonly image: string
    readonly pullPolicy?: string
  }[]
}

export interface KubeContext {
  readonly name: string
  readonly cluster: string
  readonly server: string
  /** sha256 of the certificate authority's DER bytes, base64: null where the context has none. */
  readonly caSha256: string | null
}

/** A container that waits, with what the kubelet says of it. */
export interface WaitingContainer {
  readonly name: string
  readonly kind: 'init' | 'container' | 'ephemeral'
  /** As the pod names it. */
  readonly image: string
  readonly pullPolicy?: string
  readonly reason: string
  readonly message?: string
}

/** A pod with a container that waits. */
export interface WaitingPod extends Omit<PodImages, 'containers'> {
  readonly uid: string
  /** What it belongs to, as kubectl takes it: `deploy/app`, `job/import`. */
  readonly owner?: string
  readonly containers: readonly WaitingContainer[]
}

/** What runs, ran or waits of a container. */
export interface RunningContainer {
  readonly name: string
  readonly kind: 'init' | 'container' | 'ephemeral'
  /** As the pod names it. */
  readonly image: string
  readonly pullPolicy?: string
  /** As its runtime tells it: `REPOSITORY@DIGEST`, or the digest of a configuration. Empty before it was started. */
  readonly imageId: string
  readonly state: 'running' | 'waiting' | 'terminated' | 'unknown'
  /** Why it waits, or has ended. */
  readonly reason?: string
  readonly startedAt?: string
  /** Why it ended before, where it was started again. */
  readonly restartReason?: string
}

/** A pod that names an image of some repository, with those of its containers that do. */
export interface RunningPod {
  readonly namespace: string
  readonly name: string
  /** Absent where it is not scheduled. */
  readonly node?: string
  /** What it belongs to, as kubectl takes it: `deploy/app`. */
  readonly owner?: string
  /** Which version of its owner's template it is of, where that tells. */
  readonly revision?: string
  readonly createdAt: string
  /** It is being removed. */
  readonly deleting?: true
  readonly containers: readonly RunningContainer[]
}

/** What the kubelet told of pulling for a pod. */
export interface PullEvent {
  readonly namespace: string
  readonly pod: string
  readonly uid: string
  readonly container?: string
  readonly reason: string
  readonly message: string
  /** When it was told first and last. */
  readonly since: string
  readonly at: string
  /** How often. */
  readonly count: number
}

/** An image that a node's containerd holds. */
export interface HeldImage {
  /** As containerd names it: with a tag, or with a digest. */
  readonly name: string
  /** Of its manifest or index. */
  readonly digest: string
  /** Whether it came by a pull from the registry host in its name, by containerd's own record; `kind load` leaves none. */
  readonly pulled: boolean
  /** What the digest is of; absent in older recordings, as are the following. */
  readonly of?: 'index' | 'manifest'
  readonly platforms?: readonly string[]
  /** Digest of the configuration that the CRI goes by on this node. */
  readonly config?: string
}

/** An image of the engine. */
export interface EngineImage {
  /** Of its configuration; in the containerd image store of its index or manifest. */
  readonly id: string
  readonly names: readonly string[]
  /** `NAME@DIGEST` under which it was pushed or pulled. */
  readonly digests: readonly string[]
  /** When it was made; absent where it does not tell. */
  readonly created?: string
  /** `linux/amd64` */
  readonly platform: string
  /** Digest of its index or manifest, where the engine has the containerd image store. */
  readonly descriptor?: string
}

/** Room on a file system. */
export interface DiskSpace {
  readonly mountedOn: string
  readonly totalKiB: number
  readonly availableKiB: number
  /** Absent where the file system has no fixed number of them. */
  readonly freeInodes?: number
}

/** Kinds of objects that can be asked after by name, as their API names them. */
export type NamedResource = 'pods' | 'deployments' | 'replicasets' | 'statefulsets' | 'daemonsets' | 'jobs'

/** Kinds of objects that say what their pods pull, as their API names them; of pods those that stand alone. */
export const workloadResources = ['deployments', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs', 'pods'] as const
export type WorkloadResource = (typeof workloadResources)[number]

/** What has pods, will have them, or is one, as far as it tells what is pulled for it. */
export interface Workload {
  readonly namespace: string
  readonly name: string
  /** Where it has a number of them. */
  readonly replicas?: number
  /** The node of a pod. */
  readonly node?: string
  /** It says itself on which nodes it may run. */
  readonly pinned?: true
  readonly containers: PodImages['containers']
}

/** Everything that can be looked at: the query that is asked and the answer that comes back. */
export interface Observations {
  /** The time of the run. */
  clock: { q: Record<string, never>; a: { readonly now: string } }
  /** A random word of this run, to recognise our own request in a log. */
  nonce: { q: Record<string, never>; a: { readonly value: string } }
  'docker.engine': { q: Record<string, never>; a: { readonly version: string; readonly os: string; readonly endpoint: string } }
  'docker.containers': { q: Record<string, never>; a: readonly ContainerSummary[] }
  'docker.container': { q: { readonly name: string }; a: ContainerDetail | Absent }
  /** The registry as the engine itself reaches it; writes nothing (`GET /distribution/{image}/json`). */
  'docker.distribution': {
    q: { readonly image: string }
    a: { readonly status: number; readonly message?: string; readonly digest?: string; readonly platforms?: readonly string[] }
  }
  /** The engine's own images of a repository, under whatever registry host; of no other image anything is kept. */
  'docker.images': {
    q: { readonly repository: string }
    a: { readonly images: readonly { readonly name: string; readonly id: string; readonly digests: readonly string[] }[] }
  }
  /** One of the engine's own images, by a name or an id. */
  'docker.image': { q: { readonly name: string }; a: EngineImage | Absent }
  /** The first of the container's recent log lines that contains the text. */
  'docker.logLine': { q: { readonly container: string; readonly contains: string }; a: { readonly line: string | null } }
  http: {
    q: { readonly vantage: 'host'; readonly method: 'GET' | 'HEAD'; readonly url: string; readonly keep?: 'size' }
    a: HttpAnswer | HttpFailure
  }
  'node.files': { q: { readonly node: string; readonly path: string }; a: FileTree | Absent }
  'node.runtime': { q: { readonly node: string }; a: NodeRuntime }
  /**
   * The node's own containerd client asks for a manifest; nothing is stored.
   * With `hostsDir` it resolves as the CRI does with that config_path; without it asks the host of `image` directly.
   */
  'node.trace': {
    q: {
      readonly node: string
      readonly image: string
      readonly hostsDir?: string
      readonly plainHttp?: boolean
      /** Asks once more what was asked before: 1 for the first time that it is repeated. */
      readonly again?: number
    }
    a: CommandOutcome
  }
  /** What a node holds of a registry host. */
  'node.images': { q: { readonly node: string; readonly registryHost: string }; a: { readonly images: readonly HeldImage[] } }
  /** The last lines of containerd's log that contain the text. */
  'node.containerdLog': { q: { readonly node: string; readonly contains: string }; a: { readonly lines: readonly string[] } }
  /** The file system of a path, or of the nearest directory above it that is there. */
  'node.disk': { q: { readonly node: string; readonly path: string }; a: DiskSpace }
  /** What a builder of buildx that runs in a container has built, a record to a line; of build arguments nothing is kept. */
  'builder.history': { q: { readonly container: string }; a: { readonly records: readonly string[] } }
  /** An index or a manifest that a builder has built, as it keeps it. */
  'builder.manifest': { q: { readonly container: string; readonly digest: string }; a: { readonly text: string } | Absent }
  'kube.contexts': { q: Record<string, never>; a: { readonly contexts: readonly KubeContext[] } }
  /** The API, asked from the host with a kubeconfig context, or inside a control-plane node with its own credentials. */
  'kube.get': {
    q: { readonly context: string; readonly path: string } | { readonly node: string; readonly path: string }
    a: { readonly status: number; readonly body: Json }
  }
  /** The pods of which a container waits; nothing else of a pod is kept. */
  'kube.waitingPods': {
    q: { readonly context: string } | { readonly node: string }
    a: { readonly status: number; readonly pods: readonly WaitingPod[] }
  }
  /** The pods of which a container names an image of a repository, under whatever registry host; nothing else of a pod is kept. */
  'kube.podsOfRepository': {
    q: ({ readonly context: string } | { readonly node: string }) & { readonly repository: string }
    a: { readonly status: number; readonly pods: readonly RunningPod[] }
  }
  /** What kubelets told of pulling for some pods, by their uids. */
  'kube.pullEvents': {
    q: ({ readonly context: string } | { readonly node: string }) & { readonly uids: readonly string[] }
    a: { readonly status: number; readonly events: readonly PullEvent[] }
  }
  /** The pods of a name, of all namespaces where none is given; nothing is kept but what they have to pull. */
  'kube.podsNamed': {
    q: ({ readonly context: string } | { readonly node: string }) & { readonly name: string; readonly namespace?: string }
    a: { readonly status: number; readonly pods: readonly PodImages[] }
  }
  /** The names of all objects of a kind, `namespace/name`. */
  'kube.names': {
    q: ({ readonly context: string } | { readonly node: string }) & { readonly resource: NamedResource; readonly namespace?: string }
    a: { readonly status: number; readonly names: readonly string[] }
  }
  /** What of a kind pulls images, or will: not what is over, nor what another kind stands for. */
  'kube.workloads': {
    q: ({ readonly context: string } | { readonly node: string }) & { readonly resource: WorkloadResource }
    a: { readonly status: number; readonly workloads: readonly Workload[] }
  }
}

export type ObservationKind = keyof Observations
export type Query<K extends ObservationKind> = Observations[K]['q']
export type Answer<K extends ObservationKind> = Observations[K]['a']

/** How each kind of observation is had. */
export type Observers = { readonly [K in ObservationKind]: (query: Query<K>) => Promise<Answer<K>> }

/** An observation that could not be had: our instrument was silent, refused, or gave what cannot be read. */
export class ObservationFailure extends Error {
  override readonly name = 'ObservationFailure'
  readonly kind: string
  /** A stable word for the reason: `docker-unreachable`, `kube-unreachable`, `timeout`, `not-recorded`, … */
  readonly code: string
  constructor(kind: string, code: string, message: string) {
    super(message)
    this.kind = kind
    this.code = code
  }
}

export type Tried<A> = { readonly ok: true; readonly answer: A } | { readonly ok: false; readonly code: string; readonly reason: string }

/**
 * Asks for an observation. Asking twice costs once. Throws ObservationFailure where it could not be had,
 * which makes whatever depends on it `blocked`.
 */
export interface Look {
  <K extends ObservationKind>(kind: K, query: Query<K>): Promise<Answer<K>>
  /** The same, with the failure as a value: for where one unreachable node must not hide another's fault. */
  try<K extends ObservationKind>(kind: K, query: Query<K>): Promise<Tried<Answer<K>>>
  /** Computes something from looks once per run and key; the key names the function and its parameters. */
  once<T>(key: string, compute: () => Promise<T>): Promise<T>
}
