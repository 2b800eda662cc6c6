import { isAbsent, type Look } from '../model/observation.ts'
import type { FoundCluster } from './found-cluster.ts'

/** Whether a kubeconfig context was proven to lead to a cluster. */
export interface ProvenContext {
  readonly context: string | null
  /** Why there is none. */
  readonly problem?: string
}

/**
 * Finds the context that leads to this cluster: its certificate authority is that of a control-plane node, and its server
 * is a port that one of the cluster's containers publishes. The name proves nothing: every default cluster of kind is `kind-kind`.
 * @param wanted the context that the user named; only this one is considered then
 */
export async function proveContext(look: Look, cluster: FoundCluster, wanted?: string): Promise<ProvenContext> {
  const { usualContext: usual, authorityFile } = cluster
  const known = await look.try('kube.contexts', {})
  if (!known.ok) return { context: null, problem: known.reason }
  const authorities = await clusterAuthorities(look, cluster)
  const ports = new Set(cluster.apiContainers.flatMap((one) => one.ports.flatMap((port) => port.hostPort ?? [])))
  const candidates = known.answer.contexts.filter((one) => wanted === undefined || one.name === wanted)
  if (wanted !== undefined && candidates.length === 0) return { context: null, problem: `the kubeconfig has no context ${wanted}` }

  const sameAuthority = candidates.filter((one) => one.caSha256 !== null && authorities.has(one.caSha256))
  const proven = sameAuthority.filter((one) => ports.size === 0 || ports.has(portOf(one.server)) || isInside(cluster, one.server))
  const best = proven.find((one) => one.name === usual) ?? proven[0]
  if (best) return { context: best.name }

  const named = candidates.find((one) => one.name === (wanted ?? usual))
  if (authorities.size === 0) return { context: null, problem: `${authorityFile} of ${cluster.name}'s control plane could not be read` }
  if (!named) return { context: null, problem: `no context of the kubeconfig leads to ${cluster.name}` }
  const why = sameAuthority.includes(named)
    ? `its server is ${named.server}, which ${cluster.name} does not publish`
    : `its certificate authority is not that of ${cluster.name}`
  return { context: null, problem: `the context ${named.name} leads to another cluster: ${why}` }
}

async function clusterAuthorities(look: Look, { nodes, authorityFile }: FoundCluster): Promise<Set<string>> {
  const controlPlanes = nodes.filter((node) => node.role === 'control-plane')
  const answers = await Promise.all(controlPlanes.map((node) => look.try('node.files', { node: node.name, path: authorityFile })))
  return new Set(
    answers.flatMap((tried) => {
      if (!tried.ok || isAbsent(tried.answer)) return []
      const entry = tried.answer.entries[authorityFile]
      return entry?.type === 'file' ? (entry.certificates ?? []).map((one) => one.sha256) : []
    }),
  )
}

/** `kind export kubeconfig --internal`: the server is a container of the cluster itself, for who is on its network. */
const isInside = ({ apiContainers }: FoundCluster, server: string): boolean =>
  URL.canParse(server) &&
  apiContainers.some(
    ({ name, networks, ports }) =>
      [name, ...networks.map((one) => one.address)].includes(new URL(server).hostname) && ports.some((one) => one.port === portOf(server)),
  )

const portOf = (server: string): number => {
  if (!URL.canParse(server)) return 0
  const { port, protocol } = new URL(server)
  return Number(port || (protocol === 'https:' ? 443 : 80))
}
