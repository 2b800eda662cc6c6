import { answerCodes } from '../model/answer-codes.ts'
import type { Code } from '../model/codes.ts'
import { configurationCodes } from '../model/codes/configuration.ts'
import { k3sCodes } from '../model/codes/k3s.ts'
import { networkCodes } from '../model/codes/network.ts'
import type { Finding } from '../model/finding.ts'
import { because, clusterOf, registryOf, type Rule } from './rule.ts'

const codesOf = <C extends Code>(group: { readonly [K in C]: unknown }): C[] => Object.keys(group) as C[]

/** What keeps a node from a registry, of the node, of the registry or of the way between them. */
const keepsFromRegistry: readonly Code[] = [
  'node-not-running',
  'registry-not-found',
  'registry-not-running',
  'registry-hanging',
  'registry-not-answering',
  ...codesOf(networkCodes),
  ...codesOf(configurationCodes),
  ...codesOf(k3sCodes).filter((code) => k3sCodes[code].severity === 'error'),
]

/** The nodes that a finding is about; null where it is about every node. */
function nodesOf(finding: Finding): readonly unknown[] | null {
  if (finding.subject.kind === 'node') return [finding.subject.name]
  const { nodes } = finding.data
  return Array.isArray(nodes) ? nodes : null
}

interface Place {
  readonly registry: unknown
  readonly registryHost?: unknown
  readonly cluster: string | undefined
  readonly nodes: readonly unknown[]
}

/** Whether a cause keeps nodes of a cluster from a registry, as images of a registry host are asked for there. */
function keepsNodesFrom(cause: Finding, where: Place): boolean {
  if (!keepsFromRegistry.includes(cause.code)) return false
  // What the host or the engine does not get to, a node may.
  if (cause.code === 'registry-not-answering' && clusterOf(cause) === undefined) return false
  const [registry, cluster, nodes] = [registryOf(cause), clusterOf(cause), nodesOf(cause)]
  const { registryHost } = cause.data
  return (
    (registry === undefined || registry === where.registry) &&
    (cluster === undefined || cluster === where.cluster) &&
    (registryHost === undefined || where.registryHost === undefined || registryHost === where.registryHost) &&
    (nodes === null || where.nodes.every((one) => nodes.includes(one)))
  )
}

/** Where the pull of a finding fails. */
const whereOf = (finding: Finding): Place => ({
  registry: registryOf(finding),
  registryHost: finding.data['registryHost'],
  cluster: clusterOf(finding),
  nodes: nodesOf(finding) ?? [],
})

/** Pulls fail where the node is kept from the registry. */
export const brokenWay: Rule = (finding, cause) =>
  finding.code === 'in-cluster-pull-failed' && keepsNodesFrom(cause, whereOf(finding))
    ? because(`state of ${cause.subject.name}`, cause.message)
    : null

/** What the registry answers 404 for. */
export const isMissing = ({ code }: Finding): boolean => code === 'image-not-in-registry' || code === 'image-not-pushed'

/** What a registry has lost it does not hold. */
export const emptiedRegistry: Rule = (finding, cause) =>
  cause.code === 'registry-emptied' &&
  isMissing(finding) &&
  registryOf(finding) === cause.subject.name &&
  clusterOf(finding) === clusterOf(cause)
    ? because(`what ${cause.subject.name} held`, cause.message)
    : null

/** An error that tells of another request follows from what it hides. */
export const maskedError: Rule = (finding, cause) => {
  if (finding.code !== 'error-masks-not-found') return null
  const where = whereOf(finding)
  const isHidden =
    finding.data['hidden'] === true
      ? isMissing(cause) && cause.subject.name === finding.subject.name && clusterOf(cause) === clusterOf(finding)
      : cause.code === 'in-cluster-pull-failed'
        ? registryOf(cause) === where.registry && clusterOf(cause) === where.cluster
        : keepsNodesFrom(cause, where)
  return isHidden ? because(`what keeps pods from ${cause.subject.name}`, cause.message) : null
}

/** A pull that does not end holds up the others of its node. */
export const blockedQueue: Rule = (finding, cause) => {
  const { behindRegistry } = finding.data
  if (finding.code !== 'pull-queue-blocked' || typeof behindRegistry !== 'string') return null
  const where = { registry: behindRegistry, cluster: clusterOf(finding), nodes: [finding.subject.name] }
  return keepsNodesFrom(cause, where) ? because(`state of ${cause.subject.name}`, cause.message) : null
}

/** Where no name resolves, or all goes to a proxy, nothing is known of a host; and a registry that is down is so by any of its names. */
export const unservedHost: Rule = (finding, cause) => {
  if (finding.code !== 'image-host-not-served') return null
  const { registry, ...where } = whereOf(finding)
  const hidesAll =
    (cause.code === 'node-dns-broken' && finding.data['class'] === 'dns-failure') ||
    (cause.code === 'node-proxy-in-the-way' && finding.data['class'] !== 'connection-refused')
  if (!hidesAll && typeof registry !== 'string') return null
  const place = hidesAll ? { ...where, registry: registryOf(cause) } : { ...where, registry }
  return keepsNodesFrom(cause, place) ? because(`state of ${cause.subject.name}`, cause.message) : null
}

/** A registry that refuses nodes refuses the engine too. */
export const refusingRegistry: Rule = (finding, cause) =>
  finding.code === 'registry-not-answering' &&
  clusterOf(finding) === undefined &&
  answerCodes.some((code) => code === cause.code) &&
  registryOf(finding) === cause.subject.name
    ? because(`what ${cause.subject.name} answers`, cause.message)
    : null
