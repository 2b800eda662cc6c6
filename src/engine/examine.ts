import type { AnyCheck } from '../checks/define-check.ts'
import { NoClusterError } from '../discover/clusters.ts'
import { discover } from '../discover/discover.ts'
import type { Selection } from '../discover/options.ts'
import { ObservationFailure, type Look } from '../model/observation.ts'
import type { Report } from '../model/report.ts'
import type { Topology } from '../model/topology.ts'
import type { Severity } from '../model/words.ts'
import { buildReport, errorReport } from './report.ts'
import { runChecks, type CheckOutcome } from './run-checks.ts'
import { narrow, type Target } from './target.ts'

export interface ExamineOptions {
  readonly selection: Selection
  /** Only this pod, or the pods of this workload, with what they need; default: everything. */
  readonly target?: Target
  /** Only pods of this namespace are asked after. */
  readonly namespace?: string
  readonly checks: readonly AnyCheck[]
  readonly failOn: Severity
  readonly mode: 'live' | 'bundle'
  /** In a replay, the checks that the bundle was made with. */
  readonly recordedChecks?: readonly string[]
  /** Proves afterwards, by doing it, what checks only see; its outcomes stand beside theirs. */
  readonly prove?: (topology: Topology) => Promise<readonly CheckOutcome[]>
  /** Told of what was found to examine. */
  readonly onTopology?: (topology: Topology) => void
  /** Told of each check as it starts. */
  readonly onStart?: (check: AnyCheck, outcome: Promise<CheckOutcome>) => void
}

/**
 * Discovers, checks and diagnoses. Changes nothing but what `prove` does.
 * @returns a report also where nothing could be judged (exitCode 3)
 * @throws SelectionError where what was selected does not exist or cannot be used
 */
export async function examine(look: Look, options: ExamineOptions): Promise<Report> {
  const started = performance.now()
  const { now } = await look('clock', {})
  const run = (): { startedAt: string; durationMs: number; mode: 'live' | 'bundle' } => ({
    startedAt: now,
    durationMs: Math.round(performance.now() - started),
    mode: options.mode,
  })
  try {
    const topology = await meantOf(look, await discover(look, options.selection), options)
    options.onTopology?.(topology)
    const outcomes = await runChecks(look, options.checks, topology, options)
    const proved = options.prove ? await options.prove(topology) : []
    return await buildReport(look, run(), topology, [...outcomes, ...proved], options.failOn)
  } catch (error) {
    if (error instanceof ObservationFailure) return errorReport(run(), 3, { code: error.code, message: error.message })
    if (error instanceof NoClusterError) return errorReport(run(), 3, { code: 'no-cluster', message: error.message })
    throw error
  }
}

async function meantOf(look: Look, topology: Topology, { target, namespace }: ExamineOptions): Promise<Topology> {
  if (target) return narrow(look, topology, target, namespace)
  if (namespace === undefined) return topology
  return { ...topology, clusters: topology.clusters.map((one) => ({ ...one, podsMeant: { namespace } })) }
}
