import { registryHostOf } from '../containerd/host-directory.ts'
import { urlsOfHostsToml } from '../containerd/hosts-toml.ts'
import { newestVersion, rulesOf } from '../containerd/version-rules.ts'
import { nodeContainerd, type NodeContainerd } from '../derive/node-containerd.ts'
import { containerdDirectoryOf, nodeFiles, textOf } from '../derive/node-files.ts'
import { nodeK3s } from '../derive/node-k3s.ts'
import { orNull } from '../derive/tried.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster, Node, RegistryReference } from '../model/topology.ts'
import type { FoundCluster } from './found-cluster.ts'

export type ClusterAccess = Pick<Cluster, 'api' | 'contextProblem'>

type NodeReference = Pick<RegistryReference, 'registryHost' | 'source' | 'endpoints'>

/**
 * What a node says of registries: its hosts.toml files whether or not its containerd reads them, legacy mirrors, and, on
 * k3s, what its registries.yaml says.
 * @throws ObservationFailure where the node cannot be asked
 */
export async function nodeReferences(look: Look, cluster: FoundCluster, access: ClusterAccess, node: Node): Promise<NodeReference[]> {
  const [containerd, k3s] = await Promise.all([
    node.running ? orNull(nodeContainerd(look, node.name)) : null,
    cluster.provider === 'k3d' ? nodeK3s(look, { ...access, nodes: cluster.nodes }, node.name) : null,
  ])
  const fromFiles = await inHostsTomlFiles(look, cluster, node.name, containerd)
  const rendered = k3s?.rendered.kind === 'certs.d' ? Object.entries(k3s.rendered.files) : []
  const meant = rendered.flatMap(([path, text]) => inHostsToml(path, text, containerd, 'registries.yaml'))
  const mirrors = Object.entries(containerd?.config.settings.mirrors ?? {}).flatMap(([registryHost, endpoints]): NodeReference[] =>
    registryHost === '*' ? [] : [{ registryHost, source: 'mirrors', endpoints }],
  )
  // What runs with what registries.yaml says needs no second mention.
  const isNew = ({ registryHost, endpoints }: NodeReference): boolean =>
    !fromFiles.some((one) => one.registryHost === registryHost && one.endpoints.join() === endpoints.join())
  return [...fromFiles, ...meant.filter(isNew), ...mirrors]
}

async function inHostsTomlFiles(
  look: Look,
  { provider }: FoundCluster,
  node: string,
  containerd: NodeContainerd | null,
): Promise<NodeReference[]> {
  // Of a stopped node only the files can be read; they lie where its provider puts them.
  const directory = containerdDirectoryOf[provider]
  const files = containerd?.files ?? (await nodeFiles(look, node, [directory]))
  const roots = new Set([`${directory}/certs.d`, ...(containerd && containerd.path.path !== 'none' ? containerd.path.roots : [])])
  return [...roots].flatMap((root) =>
    files.list(root).flatMap(({ name }) => {
      const text = textOf(files, `${root}/${name}/hosts.toml`)
      return text === null ? [] : inHostsToml(`${name}/hosts.toml`, text, containerd, 'hosts.toml')
    }),
  )
}

/** @param path below certs.d */
function inHostsToml(path: string, text: string, containerd: NodeContainerd | null, source: NodeReference['source']): NodeReference[] {
  const [name = '', ...rest] = path.split('/')
  const registryHost = rest.length === 1 ? registryHostOf(name) : null
  if (registryHost === null) return []
  return [{ registryHost, source, endpoints: urlsOfHostsToml(text, rulesOf(containerd?.version ?? newestVersion)) }]
}
