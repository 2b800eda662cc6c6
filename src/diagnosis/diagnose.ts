import { findingId, type Finding } from '../model/finding.ts'
import { collapse, type RootCause } from './collapse.ts'
import { joinPulls } from './join-pulls.ts'
import { mergeFindings, type CheckedFinding, type Merged } from './merge.ts'

export interface Diagnosis {
  /** What was found, each thing once. */
  readonly findings: readonly CheckedFinding[]
  readonly roots: readonly RootCause[]
  /** Id of a finding as a check made it → id of the one in the diagnosis that tells of it. */
  readonly became: (id: string) => string
  /** Id of a finding as a check made it → id of its root cause; undefined where no check found it. */
  readonly rootOf: (id: string) => string | undefined
}

/**
 * Makes of what checks found root causes with their consequences.
 * @param nodes names of the nodes that could be judged, by cluster
 */
export function diagnose(found: readonly CheckedFinding[], nodes: ReadonlyMap<string, readonly string[]>): Diagnosis {
  const merged = mergeFindings(found, nodes)
  const unexplained = new Set(collapsedOf(merged).map((root) => root.finding))
  const joined = joinPulls(merged.findings, unexplained)
  const { findings } = joined
  const collapsed = collapsedOf(joined)
  const rootOf = new Map(
    collapsed.flatMap((root) => [root, ...root.explains].map(({ finding }) => [findingId(finding), findingId(root.finding)] as const)),
  )
  const isOnlyALink = (finding: Finding): boolean =>
    finding.code === 'in-cluster-pull-failed' && rootOf.get(findingId(finding)) !== findingId(finding)
  const now = (id: string): string => {
    const once = merged.became.get(id) ?? id
    return joined.became.get(once) ?? once
  }
  return {
    findings: findings.filter((one) => !isOnlyALink(one.finding)),
    // That pulls fail by a cause is told by the pods under it.
    roots: collapsed.map(({ finding, explains }) => ({ finding, explains: explains.filter((one) => !isOnlyALink(one.finding)) })),
    became: (id) => (now(id).startsWith('in-cluster-pull-failed:') ? (rootOf.get(now(id)) ?? now(id)) : now(id)),
    rootOf: (id) => rootOf.get(now(id)),
  }
}

const collapsedOf = ({ findings }: Pick<Merged, 'findings'>): RootCause[] => collapse(findings.map((one) => one.finding))
