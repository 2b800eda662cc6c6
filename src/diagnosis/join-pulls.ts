import { findingId, type Finding } from '../model/finding.ts'
import { groupBy } from './group-by.ts'
import type { CheckedFinding, Merged } from './merge.ts'

/**
 * Makes one finding of pulls from one registry that fail in one way, and that nothing explains: one fault, on however many
 * nodes and by however many registry hosts. What is explained stays apart, as each node may have its own cause.
 * @param unexplained the root causes among the findings
 */
export function joinPulls(findings: readonly CheckedFinding[], unexplained: ReadonlySet<Finding>): Merged {
  const became = new Map<string, string>()
  const joined = groupBy(findings, ({ finding }) => (unexplained.has(finding) ? wayOf(finding) : null) ?? findingId(finding)).map(
    (group) => {
      if (group.length === 1) return group[0]!
      const one = asOne(group)
      for (const { finding } of group) became.set(findingId(finding), findingId(one.finding))
      return one
    },
  )
  return { findings: joined, became }
}

const wayOf = ({ code, subject, data }: Finding): string | null =>
  code === 'in-cluster-pull-failed' ? JSON.stringify([code, subject.cluster, subject.name, data['class']]) : null

function asOne(group: readonly CheckedFinding[]): CheckedFinding {
  const [{ check, finding }] = group as readonly [CheckedFinding]
  const all = (key: 'nodes' | 'images'): string[] => [...new Set(group.flatMap((one) => one.finding.data[key] as readonly string[]))]
  const [, ...others] = all('nodes')
  const { qualifier: _, ...shared } = finding
  return {
    check,
    finding: {
      ...shared,
      message: others.length === 0 ? finding.message : `${finding.message} (the same on ${others.join(' and ')})`,
      data: { ...finding.data, nodes: all('nodes'), images: all('images') },
    },
  }
}
