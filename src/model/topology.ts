import type { Provider } from './report.ts'

/** A node of a cluster: a container that runs a kubelet. Load balancers and helper containers are none. */
export interface Node {
  readonly name: string
  readonly cluster: string
  /** `control-plane` or `worker`. */
  readonly role: string
  readonly running: boolean
  /** The engine's word for its state: `running`, `exited`, `paused`, … */
  readonly state: string
  readonly address?: string
}

/** One way to a cluster's API. */
export type ApiAccess = { readonly context: string } | { readonly node: string }

/** Which pods are asked after; what is not set does not matter. */
export interface PodsMeant {
  readonly namespace?: string
  readonly pod?: string
  /** As kubectl takes it: `deploy/app`. */
  readonly owner?: string
}

export interface Cluster {
  readonly name: string
  readonly provider: Provider
  /** The Docker network that its nodes share. */
  readonly network: string
  readonly nodes: readonly Node[]
  /** The kubeconfig context that is proven to lead to this cluster, by certificate authority and port. */
  readonly context: string | null
  /** Why there is no proven context, where there is none. */
  readonly contextProblem?: string
  /** Ways to the API, the preferred one first: the proven context, then a control-plane node's own credentials. */
  readonly api: readonly ApiAccess[]
  readonly containerRuntime: { readonly [node: string]: string }
  readonly kubelet: { readonly [node: string]: string }
  /** `linux/amd64`, as the API tells it of a node. */
  readonly platform: { readonly [node: string]: string }
  /** Where not all pods are asked after. */
  readonly podsMeant?: PodsMeant
  /** Where not all registries are examined: the one that the user named. */
  readonly onlyRegistry?: string
}

/** Where on a node a reference to a registry can stand. */
const nodeSources = ['hosts.toml', 'registries.yaml', 'mirrors'] as const
type NodeSource = (typeof nodeSources)[number]

export const isOnNode = (source: RegistryReference['source']): source is NodeSource => nodeSources.some((one) => one === source)

/** Why a cluster is believed to use a registry host. */
export interface RegistryReference {
  readonly cluster: string
  /** The `host[:port]` of images. */
  readonly registryHost: string
  readonly source: NodeSource | 'configmap' | 'pod' | 'option'
  /** The URL bases that nodes are told to ask for it, as written. */
  readonly endpoints: readonly string[]
  readonly nodes: readonly string[]
}

export interface Registry {
  /** The container's name, else the address. */
  readonly name: string
  /** Absent where the registry is no container of this engine. */
  readonly container?: string
  /** How it is known not to be a container, where it is none: `elsewhere` (an address outside) or `missing`. */
  readonly place: 'container' | 'elsewhere' | 'missing'
  /** `host:port` where nodes ask for it. */
  readonly address: string
  readonly scheme: 'http' | 'https'
  /** Address on the host, `127.0.0.1:5001`. */
  readonly hostAddress?: string
  /** Base of the URL at which this machine reaches it, where the user says so: `http://host.docker.internal:5000`. */
  readonly hostUrl?: string
  readonly registryHosts: readonly string[]
  readonly references: readonly RegistryReference[]
  /** Names of the clusters that refer to it. */
  readonly clusters: readonly string[]
  /** A pull-through cache mirrors a public registry; nothing is pushed to it. */
  readonly role: 'registry' | 'pull-through-cache'
}

export interface Choice {
  readonly about: string
  readonly why: string
}

/** Something that kept the run from a judgement. */
export interface Gap {
  /** `docker-unreachable`, `no-cluster`, `kube-unreachable`, `kubelet-not-responding`, `timeout`, … */
  readonly code: string
  readonly message: string
}

/** What discovery found. */
export interface Topology {
  readonly clusters: readonly Cluster[]
  readonly registries: readonly Registry[]
  readonly choices: readonly Choice[]
  /** What could not be seen and might have shown a registry that is not known. */
  readonly gaps: readonly Gap[]
}
