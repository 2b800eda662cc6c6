import type { Code } from '../model/codes.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import { refusedStart, uselessFlag } from './k3s-consequences.ts'
import { blockedQueue, brokenWay, emptiedRegistry, maskedError, refusingRegistry, unservedHost } from './pull-consequences.ts'
import { because, clusterOf, registryOf, type Rule } from './rule.ts'

/** What is seen of a registry that is not there, on any way to it. */
const seenOfAnAbsentRegistry: readonly Code[] = [
  'registry-not-answering',
  'registry-port-conflict',
  'registry-hanging',
  'registry-name-unresolvable',
  'registry-unreachable-from-node',
]

/** The registry as such is gone, stopped or silent: every way to it fails, whatever state that way is in. */
const absentRegistry: Rule = (finding, cause) => {
  const absent = cause.code === 'registry-not-running' || cause.code === 'registry-not-found'
  if (!absent || !seenOfAnAbsentRegistry.includes(finding.code) || registryOf(finding) !== cause.subject.name) return null
  // That a container has stopped explains that its own names do not resolve, and no other's.
  const names = cause.data['names']
  const { address } = finding.data
  const asked = typeof address === 'string' ? address.replace(/:\d+$/, '') : ''
  if (finding.code === 'registry-name-unresolvable' && Array.isArray(names) && !names.includes(asked)) return null
  return because(`state of ${cause.subject.name}`, cause.message)
}

/** A registry that hangs as such is not reached by anybody. */
const hangingRegistry: Rule = (finding, cause) => {
  if (cause.code !== 'registry-hanging' || cause.subject.cluster !== undefined || registryOf(finding) !== cause.subject.name) return null
  const follows: readonly Code[] = [
    'registry-hanging',
    'registry-not-answering',
    'registry-unreachable-from-node',
    'registry-port-conflict',
  ]
  return follows.includes(finding.code) && finding !== cause ? because(`state of ${cause.subject.name}`, cause.message) : null
}

/** Off the network, a container has neither a name nor an address there. */
const offTheNetwork: Rule = (finding, cause) => {
  if (
    cause.code !== 'registry-not-on-network' ||
    clusterOf(finding) !== cause.subject.cluster ||
    registryOf(finding) !== cause.subject.name
  )
    return null
  return finding.code === 'registry-name-unresolvable' || finding.code === 'registry-unreachable-from-node'
    ? because(`networks of ${cause.subject.name}`, cause.message)
    : null
}

/** Where nothing is published, what tools are told to push to cannot answer. */
const notPublished: Rule = (finding, cause) =>
  cause.code === 'registry-port-not-published' &&
  finding.code === 'hosting-configmap-wrong' &&
  finding.data['unanswered'] === true &&
  registryOf(finding) === cause.subject.name
    ? because(`published ports of ${cause.subject.name}`, 'none')
    : null

/** What is seen at a node that does not run is no fault of its own. */
const stoppedNode: Rule = (finding, cause) =>
  cause.code === 'node-not-running' &&
  finding.code !== cause.code &&
  finding.code !== 'registries-yaml-invalid' &&
  finding.subject.kind === 'node' &&
  finding.subject.cluster === cause.subject.cluster &&
  finding.subject.name === cause.subject.name
    ? because(`state of ${cause.subject.name}`, cause.message)
    : null

/** Every rule by which a finding is the consequence of another. */
export const rules: { readonly [name: string]: Rule } = {
  stoppedNode,
  refusedStart,
  absentRegistry,
  hangingRegistry,
  offTheNetwork,
  notPublished,
  brokenWay,
  emptiedRegistry,
  maskedError,
  uselessFlag,
  blockedQueue,
  refusingRegistry,
  unservedHost,
}

/** Evidence that `finding` follows from `cause`, or null. What no rule explains stays a root cause of its own. */
export function consequenceOf(finding: Finding, cause: Finding): Evidence | null {
  for (const rule of Object.values(rules)) {
    const evidence = rule(finding, cause)
    if (evidence) return evidence
  }
  return null
}
