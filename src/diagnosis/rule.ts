import type { Evidence, Finding } from '../model/finding.ts'

/** Why one finding follows from another, or null where it does not. */
export type Rule = (finding: Finding, cause: Finding) => Evidence | null

export const because = (asked: string, saw: string): Evidence => ({ vantage: 'engine', asked, saw })

/** The registry that a finding is about, where it is about one. */
export const registryOf = (finding: Finding): unknown =>
  finding.subject.kind === 'registry' ? finding.subject.name : finding.data['registry']
/** The cluster that a finding is about; none where it is about a registry as such. */
export const clusterOf = (finding: Finding): string | undefined =>
  finding.subject.kind === 'cluster' ? finding.subject.name : finding.subject.cluster
