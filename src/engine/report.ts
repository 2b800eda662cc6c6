import podImages from '../checks/cluster/pod-images.ts'
import { codes } from '../model/codes.ts'
import { findingId } from '../model/finding.ts'
import { isAbsent, type Look } from '../model/observation.ts'
import { schemaVersion, statusOf, type Report } from '../model/report.ts'
import { tool } from '../model/tool.ts'
import type { Registry, Topology } from '../model/topology.ts'
import type { Severity } from '../model/words.ts'
import { exitCodeOf } from './exit-code.ts'
import { diagnoseIn, findingsOf, reportDiagnosis } from './report-diagnosis.ts'
import { reportSymptoms } from './report-symptoms.ts'
import type { CheckOutcome } from './run-checks.ts'

/** What every report says of its run. */
export interface RunFacts {
  readonly startedAt: string
  readonly durationMs: number
  readonly mode: 'live' | 'bundle'
}

const empty = { clusters: [], registries: [], findings: [], rootCauses: [], symptoms: [], checks: [] }

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
  const diagnosis = diagnoseIn(topology, findingsOf(outcomes))
  // Who left the check out did not ask after pods.
  const symptoms = outcomes.some((one) => one.check.id === podImages.id) ? await reportSymptoms(look, topology, diagnosis.rootOf) : []
  const { findings, rootCauses } = reportDiagnosis(diagnosis, symptoms)
  const isTold = findings.length > 0 || outcomes.some((one) => one.check.id.startsWith('probe/'))
  const podsMeant = topology.clusters[0]?.podsMeant
  const { exitCode, gap } = exitCodeOf(
    findings.map((one) => one.severity),
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
    findings,
    rootCauses,
    symptoms,
    checks: outcomes.map(({ check, results }) => ({
      id: check.id,
      title: check.title,
      results: results.map(({ subject, status, reason, findings: own, durationMs, timings, hops, notes = [], leftToProbe }) => ({
        subject,
        // A warning is listed and does not fail its check.
        status: own.some((one) => codes[one.code].severity === 'error') ? ('fail' as const) : status,
        ...(reason !== undefined && { reason }),
        findings: [...new Set(own.map((one) => diagnosis.became(findingId(one))))],
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
