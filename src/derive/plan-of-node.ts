import { endpointsOfHostsToml, hostsDirectory, type HostsDirectory } from '../containerd/hosts-directory.ts'
import { hostPortOf, isLoopback } from '../containerd/registry-host.ts'
import { parseTrace, type Trace } from '../containerd/trace.ts'
import { ObservationFailure, type Look } from '../model/observation.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { askFromNode, imageToAsk, notTraced, servedByRegistry, shortError } from './ask.ts'
import { nodeContainerd, type NodeContainerd } from './node-containerd.ts'

/** Where a node's containerd is led for images of a registry host. */
export interface Led {
  readonly containerd: NodeContainerd
  readonly directory: HostsDirectory
  readonly toRegistry: boolean
  /** What it asks where it is not led to the registry, and what came of it. */
  readonly asked?: string
  readonly saw?: string
}

/**
 * Judges by where pulls are led, not by the presence of files: what the node's own containerd asks. An endpoint that is this
 * registry counts when it is asked, whatever it answers: a registry that happens to be down changes nothing.
 */
export async function leadOf(look: Look, cluster: Cluster, node: string, registry: Registry, registryHost: string): Promise<Led> {
  const containerd = await nodeContainerd(look, node)
  const { files, config } = containerd
  // What containerd went by when it started cannot be told from a file that it could not start with.
  const [unreadable] = config.unreadable
  if (unreadable) throw new ObservationFailure('node.files', 'unreadable', `${unreadable.file} of ${node} is no TOML: ${unreadable.why}`)
  const directory = hostsDirectory(config.roots, registryHost, files.type, files.text)
  const endpoints =
    config.roots.length === 0
      ? (config.mirrors[registryHost] ?? config.mirrors['*'] ?? [])
      : directory.found === 'directory' && directory.hostsToml !== null
        ? (endpointsOfHostsToml(directory.hostsToml) ?? [])
        : []
  const known = addressesOf(registry, cluster.name)
  const named = endpoints.some((url) => known.has(hostPortOf(url)?.hostPort ?? ''))
  if (named && config.roots.length === 0) return { containerd, directory, toRegistry: true }

  const image = await imageToAsk(look, registry)
  if (config.roots.length === 0) {
    // Without config_path the CRI asks the host itself, over HTTP where it is the node (containerd, image_pull.go, registryEndpoints).
    const scheme = isLoopback(registryHost) ? 'http' : 'https'
    const answer = await askFromNode(look, node, { address: registryHost, scheme }, image)
    const saw =
      answer.kind === 'fails' ? answer.text : answer.kind === 'silent' ? `no answer within ${answer.seconds} s` : `HTTP ${answer.status}`
    return { containerd, directory, toRegistry: answer.kind === 'answers' && answer.isRegistry, asked: `${scheme}://${registryHost}`, saw }
  }
  const hostsDir =
    config.roots.find((root) => directory.found === 'directory' && directory.directory.startsWith(`${root}/`)) ?? config.roots[0]!
  const outcome = await look('node.trace', { node, image: `${registryHost}/${image}`, hostsDir })
  const trace = parseTrace(outcome.stderr)
  // An endpoint that is named and then not asked (capabilities without resolve) leads nowhere.
  const answered = servedByRegistry(outcome) || (named && asksOneOf(trace, known))
  if (!answered && trace.attempts.length === 0 && trace.error === undefined) throw notTraced(node, outcome)
  const saw = outcome.timedOut ? 'no answer within the time limit' : shortError(trace, outcome.stderr)
  const hosts = [...new Set(trace.attempts.map((one) => one.host))]
  return { containerd, directory, toRegistry: answered, asked: hosts.join(', then ') || registryHost, saw }
}

/** Whether a trace asks one of these: by its requests, or by the URL of its error, as the dump can lose lines. */
const asksOneOf = ({ attempts, error = '' }: Trace, known: ReadonlySet<string>): boolean =>
  attempts.some((one) => known.has(one.host)) || [...known].some((hostPort) => error.includes(`://${hostPort}/`))

/** Every `host:port` that is known to mean this registry on the cluster's nodes. */
function addressesOf(registry: Registry, cluster: string): Set<string> {
  const named = registry.references
    .filter((one) => one.cluster === cluster)
    .flatMap((one) => one.endpoints.flatMap((url) => hostPortOf(url)?.hostPort ?? []))
    // Of a container a loopback address of the node is none.
    .filter((hostPort) => registry.container === undefined || !isLoopback(hostPort))
  return new Set([registry.address, ...named])
}
