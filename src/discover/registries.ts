import { hostPortOf, isLoopback, splitHostPort } from '../containerd/registry-host.ts'
import type { ContainerSummary, Look } from '../model/observation.ts'
import { isOnNode, type Choice, type Registry, type RegistryReference } from '../model/topology.ts'
import { innerPort, innerPorts } from '../derive/registry-detail.ts'
import { containerAt, hostAddressOf, isUp, proxyOf, registryContainers, type RegistryContainer } from './registry-containers.ts'

/**
 * The registries that clusters refer to: references that mean the same container or address are one registry.
 * @param only `HOST:PORT` of the one registry to examine, where the user named it
 */
export async function findRegistries(
  look: Look,
  containers: readonly ContainerSummary[],
  references: readonly RegistryReference[],
  only: string | undefined,
): Promise<{ registries: Registry[]; choices: Choice[] }> {
  const mentioned = references.flatMap((one) => [one.registryHost, ...one.endpoints.map((url) => hostPortOf(url)?.hostPort ?? '')])
  const names = new Set([...mentioned, only ?? ''].map((hostPort) => splitHostPort(hostPort).host))
  const candidates = await registryContainers(look, containers, names)

  const groups = new Map<string, { container: RegistryContainer | undefined; references: RegistryReference[] }>()
  // What hosts.toml files say is settled first: a ConfigMap that names the same host then joins it.
  for (const reference of references.toSorted((a, b) => b.endpoints.length - a.endpoints.length)) {
    const serving = ownerOf(reference, references, candidates)
    const sameHost = [...groups].find(([, group]) => group.references.some((one) => one.registryHost === reference.registryHost))
    // Of the host port of a container that has stopped, another registry may be known by now.
    const container = serving && (isUp(serving) || reference.endpoints.length > 0 || !sameHost) ? serving : undefined
    const key = container
      ? `container ${container.summary.name}`
      : (sameHost?.[0] ?? `address ${mostCommon([reference], undefined, candidates)?.hostPort ?? reference.registryHost}`)
    const group = groups.get(key) ?? { container, references: [] }
    group.references.push(reference)
    groups.set(key, group)
  }

  const found = [...groups.values()].flatMap((group) => toRegistry(group.container, group.references, candidates))
  const all = found.filter((one) => !isMisnamed(one, found))
  const registries = only === undefined ? all : all.filter((one) => isMeant(one, only))
  const misnamed = found
    .filter((one) => isMisnamed(one, found))
    .map(({ name }) => ({
      about: `registry ${name}`,
      why: 'only a ConfigMap names it, and the nodes are led to another: the ConfigMap is judged',
    }))
  const choices = [...registries.map(whyChosen), ...misnamed, ...leftAside(candidates, all)]
  return { registries, choices }
}

/** Where nothing serves and only a ConfigMap names it, while nodes are led to another registry, it is the ConfigMap that is wrong. */
const isMisnamed = (registry: Registry, all: readonly Registry[]): boolean =>
  registry.place === 'missing' &&
  isLoopback(registry.address) &&
  registry.references.every((one) => one.source === 'configmap') &&
  registry.clusters.every((cluster) =>
    all.some((other) => other.role === 'registry' && other.references.some((one) => one.cluster === cluster && one.endpoints.length > 0)),
  )

/** Whether the user means this registry: as images name it, as nodes or this machine reach it, or its container. */
function isMeant({ registryHosts, address, hostAddress, name, references }: Registry, only: string): boolean {
  const endpoints = references.flatMap((one) => one.endpoints.flatMap((url) => hostPortOf(url)?.hostPort ?? []))
  return [...registryHosts, ...endpoints, address, hostAddress, hostAddress?.replace('127.0.0.1:', 'localhost:'), name].includes(only)
}

/**
 * The container that a registry host means in a cluster. Where references differ, what tells tools and pods of it counts
 * before what nodes are led to, and of these the majority: a node that is led elsewhere is a fault, no other registry.
 */
function ownerOf(
  reference: RegistryReference,
  all: readonly RegistryReference[],
  candidates: readonly RegistryContainer[],
): RegistryContainer | undefined {
  const claims = all
    .filter((one) => one.cluster === reference.cluster && one.registryHost === reference.registryHost)
    .flatMap((one) => {
      const container = servingContainer(one, candidates)
      const told = one.endpoints.length === 0 && container !== undefined && isUp(container)
      return container ? [{ container, votes: told ? Number.MAX_SAFE_INTEGER : one.nodes.length }] : []
    })
  const own = servingContainer(reference, candidates)
  return own && claims.toSorted((a, b) => b.votes - a.votes)[0]!.container
}

function servingContainer(reference: RegistryReference, candidates: readonly RegistryContainer[]): RegistryContainer | undefined {
  const asked = reference.endpoints.flatMap((url) => hostPortOf(url)?.hostPort ?? [])
  // An endpoint on a loopback address is the node itself, never a container of the engine.
  const byEndpoint = asked.filter((one) => !isLoopback(one)).map((one) => containerAt(one, candidates))
  const byHost = containerAt(reference.registryHost, candidates)
  // A node port leads to the node itself with good reason, but not where a container serves that host on this machine.
  const nodePort = asked.some(isLoopback) && !(byHost && isUp(byHost))
  return byEndpoint.find((one) => one !== undefined) ?? (nodePort ? undefined : byHost)
}

/** What most nodes are told to ask first; where a container serves, of the endpoints that can be it. */
function mostCommon(
  references: readonly RegistryReference[],
  container: RegistryContainer | undefined,
  candidates: readonly RegistryContainer[],
): { hostPort: string; scheme: 'http' | 'https' } | undefined {
  const votes = new Map<string, { votes: number; hostPort: string; scheme: 'http' | 'https' }>()
  for (const { endpoints, nodes } of references) {
    const all = endpoints.flatMap((url) => hostPortOf(url) ?? [])
    const first = container ? endpointOf(container, all, candidates) : all[0]
    if (!first) continue
    const key = `${first.scheme}://${first.hostPort}`
    votes.set(key, { ...first, votes: (votes.get(key)?.votes ?? 0) + Math.max(nodes.length, 1) })
  }
  return [...votes.values()].sort((a, b) => b.votes - a.votes)[0]
}

type Asked = NonNullable<ReturnType<typeof hostPortOf>>

/** The endpoint that is a container: by its name, on a port on which it listens; else one that is no other container's. */
function endpointOf(container: RegistryContainer, all: readonly Asked[], candidates: readonly RegistryContainer[]): Asked | undefined {
  // A loopback address of the node is no container.
  const usable = all.filter((one) => !isLoopback(one.hostPort))
  const ports = innerPorts(container.detail).map(String)
  const own = usable.filter((one) => containerAt(one.hostPort, [container]))
  const exact = own.find((one) => ports.includes(splitHostPort(one.hostPort).port ?? ''))
  return exact ?? (own.length > 0 ? undefined : usable.find((one) => !containerAt(one.hostPort, candidates)))
}

/** Public registries are mirrored, not replaced: a mirror of one is a cache. */
const isPublic = (registryHost: string): boolean => {
  const { host } = splitHostPort(registryHost)
  return (
    host.includes('.') && !/^\d+(?:\.\d+){3}$/.test(host) && !/\.(?:localhost|local|lan|internal|test|home|svc|arpa)$|\.svc\./.test(host)
  )
}

/** What nobody serves from a container of this machine under its own name. */
const isWellKnown = (registryHost: string): boolean =>
  /^(?:docker\.io|(?:[\w-]+\.)?(?:quay\.io|ghcr\.io|gcr\.io|pkg\.dev|registry\.k8s\.io|mcr\.microsoft\.com|public\.ecr\.aws|nvcr\.io|registry\.gitlab\.com))$/.test(
    registryHost,
  )

function toRegistry(
  container: RegistryContainer | undefined,
  references: readonly RegistryReference[],
  candidates: readonly RegistryContainer[],
): Registry[] {
  const mirrors = (isPublicHost: (registryHost: string) => boolean): boolean =>
    references.every((one) => one.source !== 'configmap' && one.source !== 'option' && isPublicHost(one.registryHost))
  const cache = container ? proxyOf(container.detail) !== undefined || mirrors(isWellKnown) : mirrors(isPublic)
  const used = cache
    ? references
    : references.filter(
        (one) => one.source === 'configmap' || one.source === 'option' || !isPublic(one.registryHost) || container !== undefined,
      )
  if (used.length === 0) return []
  const common = mostCommon(used, container, candidates)
  const registryHosts = [...new Set(used.map((one) => one.registryHost))].sort()
  const inner = container && innerPort(container.detail)
  const hostAddress = container ? hostAddressOf(container.detail, inner!) : registryHosts.find(isLoopback)
  const address = common?.hostPort ?? (container ? `${container.summary.name}:${inner}` : registryHosts[0]!)
  return [
    {
      name: container?.summary.name ?? address,
      ...(container && { container: container.summary.name }),
      place: container ? 'container' : placeOf(address),
      address,
      scheme: common?.scheme ?? 'http',
      ...(hostAddress !== undefined && { hostAddress }),
      registryHosts,
      references: used,
      clusters: [...new Set(used.map((one) => one.cluster))].sort(),
      role: cache ? 'pull-through-cache' : 'registry',
    },
  ]
}

/** A name of one label can only be a container of the engine; anything with a dot, and an address, can be anywhere. */
function placeOf(address: string): 'elsewhere' | 'missing' {
  const { host } = splitHostPort(address)
  if (isLoopback(address)) return 'missing'
  return /^[\w-]+$/.test(host) && !/^\d+$/.test(host) ? 'missing' : 'elsewhere'
}

function whyChosen(registry: Registry): Choice {
  const sources = registry.references.map(({ source, registryHost, endpoints, nodes, cluster }) =>
    isOnNode(source)
      ? `${source} of ${nodes.join(', ')} leads ${registryHost} to ${endpoints.join(', ') || 'nothing'}`
      : {
          configmap: `ConfigMap local-registry-hosting of ${cluster} names ${registryHost}`,
          pod: `images that pods wait for in ${cluster} name ${registryHost}`,
          option: `--registry names ${registryHost}`,
        }[source],
  )
  const what =
    registry.role === 'pull-through-cache'
      ? 'a pull-through cache, left aside'
      : registry.container
        ? `container ${registry.container}`
        : 'no container of this engine'
  return { about: `registry ${registry.name} (${what})`, why: sources.join('; ') }
}

function leftAside(candidates: readonly RegistryContainer[], registries: readonly Registry[]): Choice[] {
  return candidates
    .filter((one) => !registries.some((registry) => registry.container === one.summary.name))
    .map((one) => ({
      about: `container ${one.summary.name}`,
      why: 'looks like a registry, but no cluster that is examined refers to it: left aside',
    }))
}
