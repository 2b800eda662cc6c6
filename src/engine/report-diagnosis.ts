import { diagnose, type Diagnosis } from '../diagnosis/diagnose.ts'
import type { CheckedFinding } from '../diagnosis/merge.ts'
import { codes, docsOf } from '../model/codes.ts'
import { findingId, type Evidence, type Finding, type ReportedFinding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { Topology } from '../model/topology.ts'
import { remediesFor } from '../remedies/remedies.ts'
import type { CheckOutcome } from './run-checks.ts'

/** What checks found, each thing with the check that found it. */
export const findingsOf = (outcomes: readonly CheckOutcome[]): CheckedFinding[] =>
  outcomes.flatMap(({ check, results }) =>
    results.flatMap((one) => one.findings.map((finding): CheckedFinding => ({ check: check.id, finding }))),
  )

/** Makes root causes of what was found in a topology, in which nodes that run could be judged. */
export const diagnoseIn = ({ clusters }: Topology, found: readonly CheckedFinding[]): Diagnosis =>
  diagnose(found, new Map(clusters.map(({ name, nodes }) => [name, nodes.filter((one) => one.running).map((one) => one.name)])))

/**
 * A diagnosis as documents tell it: the weightiest root cause first, and after each the findings that it explains.
 * @param symptoms what is listed under the root causes
 */
export function reportDiagnosis(
  { findings, roots }: Diagnosis,
  symptoms: readonly Pick<Report['symptoms'][number], 'id' | 'rootCause'>[] = [],
): Pick<Report, 'findings' | 'rootCauses'> {
  const checkOf = new Map(findings.map((one) => [one.finding, one.check]))
  const ordered = roots.toSorted(byImportance)
  return {
    findings: ordered.flatMap(({ finding: root, explains }) => [
      reportFinding(root, checkOf.get(root)!, root.evidence),
      ...explains.map(({ finding, because }) => reportFinding(finding, checkOf.get(finding)!, [...finding.evidence, because])),
    ]),
    rootCauses: ordered.map(({ finding, explains }) => ({
      finding: findingId(finding),
      code: finding.code,
      explains: explains.map((one) => findingId(one.finding)),
      symptoms: symptoms.filter((one) => one.rootCause === findingId(finding)).map((one) => one.id),
    })),
  }
}

/** Errors before warnings, then by code and subject: the same faults give the same order. */
function byImportance(a: { finding: Finding }, b: { finding: Finding }): number {
  const rank = ({ finding }: { finding: Finding }): string =>
    `${codes[finding.code].severity === 'error' ? 0 : 1} ${String(Object.keys(codes).indexOf(finding.code)).padStart(3, '0')} ${findingId(finding)}`
  return rank(a) < rank(b) ? -1 : 1
}

function reportFinding(finding: Finding, check: string, evidence: readonly Evidence[]): ReportedFinding {
  const { severity, title } = codes[finding.code]
  return {
    id: findingId(finding),
    code: finding.code,
    severity,
    subject: finding.subject,
    check,
    hop: finding.hop,
    title,
    message: finding.message,
    evidence: [...evidence],
    remedies: remediesFor(finding),
    docs: docsOf(finding.code),
  }
}
