import { findingId, type Finding } from '../model/finding.ts'
import { canonicalJson } from '../model/json.ts'
import { groupBy } from './group-by.ts'

/** A finding and the id of the check that made it. */
export interface CheckedFinding {
  readonly check: string
  readonly finding: Finding
}

/** Findings that are one thing, and under which id each original one is now to be found. */
export interface Merged {
  readonly findings: readonly CheckedFinding[]
  /** Id of an original finding → id of the one that it became part of. */
  readonly became: ReadonlyMap<string, string>
}

/**
 * Makes one finding of what is one fault: the same code and subject seen by several checks, and the same code on every
 * node of a cluster, which is a fault of the cluster.
 * @param nodes names of the nodes that could be judged, by cluster
 */
export function mergeFindings(found: readonly CheckedFinding[], nodes: ReadonlyMap<string, readonly string[]>): Merged {
  const became = new Map<string, string>()
  const bySubject = groupBy(found, ({ finding }) => findingId(finding)).map((same) => same.reduce(withEvidenceOf))
  const findings = groupBy(bySubject, ({ finding }) => faultOf(finding) ?? findingId(finding)).flatMap((group) => {
    const { subject } = group[0]!.finding
    const all = subject.kind === 'node' && subject.cluster !== undefined ? (nodes.get(subject.cluster) ?? []) : []
    const everywhere =
      group.length > 1 && all.length === group.length && all.every((name) => group.some((one) => one.finding.subject.name === name))
    if (!everywhere) return group
    const merged = acrossNodes(group, subject.cluster!)
    for (const one of group) became.set(findingId(one.finding), findingId(merged.finding))
    return [merged]
  })
  return { findings, became }
}

/** What must be equal for findings on several nodes to be one fault of the cluster. */
const faultOf = ({ code, subject, qualifier }: Finding): string | null =>
  subject.kind === 'node' && qualifier !== undefined ? `${code} ${subject.cluster} ${qualifier}` : null

function withEvidenceOf(first: CheckedFinding, second: CheckedFinding): CheckedFinding {
  const known = new Set(first.finding.evidence.map(canonicalJson))
  const more = second.finding.evidence.filter((one) => !known.has(canonicalJson(one)))
  return { ...first, finding: { ...first.finding, evidence: [...first.finding.evidence, ...more] } }
}

function acrossNodes(group: readonly CheckedFinding[], cluster: string): CheckedFinding {
  const { check, finding } = group[0]!
  const nodes = group.map((one) => one.finding.subject.name)
  return {
    check,
    finding: {
      ...finding,
      subject: { kind: 'cluster', name: cluster },
      message: `${finding.message} (the same on all ${nodes.length} nodes)`,
      data: { ...finding.data, nodes, each: group.map((one) => one.finding.data) },
    },
  }
}
