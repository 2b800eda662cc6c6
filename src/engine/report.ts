import podImages from '../checks/cluster/pod-images.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import { codes, docsOf } from '../model/codes.ts'
import { findingId, type Finding, type ReportedFinding } from '../model/finding.ts'
import { isAbsent, type Look } from '../model/observation.ts'
import { schemaVersion, type Report } from '../model/report.ts'
import { tool } from '../model/tool.ts'
import type { Registry, Topology } from '../model/topology.ts'
import type { Severity } from '../model/words.ts'
import { remediesFor } from '../remedies/remedies.ts'
import { exitCodeOf } from './exit-code.ts'
import { reportSymptoms } from './report-symptoms.ts'
import type { CheckOutcome } from './run-checks.ts'

/** What every report says of its run. */
export interface RunFacts {
  readonly startedAt: string
  readonly durationMs: number
  readonly mode: 'live' | 'bundle'
}

const empty = { clusters: [], registries: [], findings: [], rootCauses: [], symptoms: [], checks: [] }

export const statusOf = (exitCode: number): Report['status'] => (exitCode === 0 ? 'healthy' : exitCode === 1 ? 'unhealthy' : 'incomplete')

/** The document of a run that could not start or was ended. */
export function errorReport(run: RunFacts, exitCode: number, error: { code: string; message: string }): Report {
  return { schemaVersion, kind: 'CheckReport', tool, ...run, status: 'incomplete', exitCode, error, ...empty }
}

/** Brings together what was found: merges, collapses, adds what codes say, and decides the exit code. */
export async function buildReport(
  look: Look,
  run: RunFacts,
  topology: Topology,
  outcomes: readonly CheckOutcome[],
  failOn: Severity,
): Promise<Report> {
  const found = outcomes.flatMap(({ check, results }) =>
    results.flatMap((one) => one.findings.map((finding) => ({ check: check.id, finding }))),
  )
  const judged = new Map(topology.clusters.map(({ name, nodes }) => [name, nodes.filter((node) => node.running).map((node) => node.name)]))
  const { findings, roots, became, rootOf } = diagnose(found, judged)
  const checkOf = new Map(findings.map((one) => [one.finding, one.check]))
  const evidenceOf = new Map(
    roots.flatMap((root) => root.explains.map(({ finding, because }) => [finding, [...finding.evidence, because]] as const)),
  )
  // Who left the check out did not ask after pods.
  const symptoms = outcomes.some((one) => one.check.id === podImages.id) ? await reportSymptoms(look, topology, rootOf) : []
  const isTold = findings.length > 0 || outcomes.some((one) => one.check.id.startsWith('probe/'))
  const podsMeant = topology.clusters[0]?.podsMeant
  const ordered = roots.toSorted(byImportance).flatMap((root) => [root.finding, ...root.explains.map((one) => one.finding)])
  const { exitCode, gap } = exitCodeOf(
    ordered.map((one) => codes[one.code].severity),
    outcomes,
    topology.gaps,
    failOn,
  )
  return {
    schemaVersion,
    kind: 'CheckReport',
    tool,
    ...run,
    status: statusOf(exitCode),
    exitCode,
    ...(gap && { error: gap }),
    ...(podsMeant && { only: { ...podsMeant } }),
    clusters: topology.clusters.map(({ name, provider, context, network, nodes, containerRuntime, kubelet }) => ({
      name,
      provider,
      context,
      network,
      nodes: nodes.map((node) => ({
        name: node.name,
        role: node.role,
        running: node.running,
        ...(containerRuntime[node.name] !== undefined && { containerRuntime: containerRuntime[node.name] }),
        ...(kubelet[node.name] !== undefined && { kubelet: kubelet[node.name] }),
        ...(node.address !== undefined && { address: node.address }),
      })),
    })),
    registries: await Promise.all(topology.registries.map((one) => reportRegistry(look, one))),
    choices: [...topology.choices],
    findings: ordered.map((finding) => reportFinding(finding, checkOf.get(finding)!, evidenceOf.get(finding) ?? finding.evidence)),
    rootCauses: roots.toSorted(byImportance).map(({ finding, explains }) => ({
      finding: findingId(finding),
      code: finding.code,
      explains: explains.map((one) => findingId(one.finding)),
      symptoms: symptoms.filter((one) => one.rootCause === findingId(finding)).map((one) => one.id),
    })),
    symptoms,
    checks: outcomes.map(({ check, results }) => ({
      id: check.id,
      title: check.title,
      results: results.map(({ subject, status, reason, findings: own, durationMs, timings, hops, notes = [], leftToProbe }) => ({
        subject,
        // A warning is listed and does not fail its check.
        status: own.some((one) => codes[one.code].severity === 'error') ? ('fail' as const) : status,
        ...(reason !== undefined && { reason }),
        findings: [...new Set(own.map((one) => became(findingId(one))))],
        durationMs,
        ...(timings && { timings: { ...timings } }),
        ...(hops && { hops: [...hops] }),
        ...notesOf(notes, isTold ? undefined : leftToProbe),
      })),
    })),
  }
}

function notesOf(notes: readonly string[], leftToProbe: string | undefined): { notes?: string[] } {
  const all = [...notes, ...(leftToProbe === undefined ? [] : [`${leftToProbe}: check --probe shows it`])]
  return all.length > 0 ? { notes: all } : {}
}

/** Errors before warnings, then by code and subject: the same faults give the same order. */
export function byImportance(a: { finding: Finding }, b: { finding: Finding }): number {
  const rank = ({ finding }: { finding: Finding }): string =>
    `${codes[finding.code].severity === 'error' ? 0 : 1} ${String(Object.keys(codes).indexOf(finding.code)).padStart(3, '0')} ${findingId(finding)}`
  return rank(a) < rank(b) ? -1 : 1
}

export function reportFinding(finding: Finding, check: string, evidence: readonly Finding['evidence'][number][]): ReportedFinding {
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

async function reportRegistry(look: Look, registry: Registry): Promise<Report['registries'][number]> {
  const { name, container, hostAddress, hostUrl, address, registryHosts, clusters } = registry
  const asked = container === undefined ? null : await look.try('docker.container', { name: container })
  const detail = asked?.ok && !isAbsent(asked.answer) ? asked.answer : null
  return {
    name,
    ...(container !== undefined && { container }),
    ...(detail && {
      image: detail.image,
      running: detail.state === 'running' || detail.state === 'paused',
      networks: detail.networks.map((one) => ({ name: one.name, address: one.address })),
    }),
    ...(hostAddress !== undefined && { hostAddress }),
    ...(hostUrl !== undefined && { hostUrl }),
    address,
    registryHosts: [...registryHosts],
    clusters: [...clusters],
  }
}
