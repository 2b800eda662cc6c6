import type { Diagnosis } from '../../diagnosis/diagnose.ts'
import type { CheckedFinding } from '../../diagnosis/merge.ts'
import { codes } from '../../model/codes.ts'
import { findingId, type Finding } from '../../model/finding.ts'
import { schemaVersion, statusOf } from '../../model/report.ts'
import { tool } from '../../model/tool.ts'
import type { Topology } from '../../model/topology.ts'
import type { ImageTrace, TraceDocument } from '../../model/trace.ts'
import type { RunFacts } from '../report.ts'
import { diagnoseIn, findingsOf, reportDiagnosis } from '../report-diagnosis.ts'
import type { Chain } from './chain.ts'
import { joined } from './findings.ts'
import type { Drawn } from './place.ts'
import type { CheckOutcome } from '../run-checks.ts'

/** One image on its way, drawn. */
export interface DrawnWay {
  readonly chain: Chain
  readonly rows: readonly Drawn[]
  readonly checks: readonly CheckOutcome[]
}

type Known = Partial<Pick<TraceDocument, 'pod'>>

/** The document of a run that could not start or was ended. */
export function traceError(run: RunFacts, exitCode: number, error: { code: string; message: string }, known: Known = {}): TraceDocument {
  return {
    schemaVersion,
    kind: 'Trace',
    tool,
    ...run,
    status: 'incomplete',
    exitCode,
    error,
    ...known,
    traces: [],
    findings: [],
    rootCauses: [],
  }
}

/** Brings ways together: what is wrong on them is one fault each, told at every place where it shows. */
export function traceDocument(run: RunFacts, topology: Topology, ways: readonly DrawnWay[], known: Known = {}): TraceDocument {
  const own = joined(ways.flatMap((way) => way.rows.flatMap((row) => row.findings))).map((finding): CheckedFinding => ({
    check: 'trace',
    finding,
  }))
  const examined = findingsOf(ways.flatMap((way) => way.checks))
  const errors = [...examined, ...own].filter(({ finding }) => codes[finding.code].severity === 'error')
  const diagnosis = diagnoseIn(topology, errors)
  const { roots } = diagnosis
  const traces = ways.map(({ chain, rows }) => traceOf(chain, rows, diagnosis))
  const gap = roots.length > 0 ? undefined : gapOf(ways)
  const exitCode = roots.length > 0 ? 1 : gap ? 3 : 0
  return {
    schemaVersion,
    kind: 'Trace',
    tool,
    ...run,
    status: statusOf(exitCode),
    exitCode,
    ...(gap && { error: gap }),
    ...known,
    traces,
    ...reportDiagnosis(diagnosis),
  }
}

function traceOf({ image, reference, registry }: Chain, rows: readonly Drawn[], { rootOf }: Diagnosis): ImageTrace {
  const told = (findings: readonly Finding[]): string | undefined =>
    findings.map((one) => rootOf(findingId(one))).find((one) => one !== undefined)
  const places = rows.map(({ place, findings }) => {
    const finding = told(findings)
    return { ...place, ...(finding !== undefined && { finding }) }
  })
  const first = places.findIndex((one) => one.finding !== undefined)
  return { image, reference: reference.canonical, registry: registry?.name ?? null, places, ...(first >= 0 && { first }) }
}

/** Of an image of no local registry that nobody here has there is nothing to say; mostly it was named without its registry. */
function nowhere({ chain, rows }: DrawnWay): { code: string; message: string } | undefined {
  if (chain.registry !== null || rows.some(({ place }) => place.state === 'holds' || place.state === 'fails')) return undefined
  const why = rows.find(({ place }) => place.place === 'registry-from-host')?.place.detail
  return { code: 'no-such-image', message: `nothing on this machine has ${chain.reference.canonical}: ${why}` }
}

/** Why what could not be told might hide a difference: a place that could not be asked, or failed and nothing tells why. */
function gapOf(ways: readonly DrawnWay[]): { code: string; message: string } | undefined {
  for (const { place, gap, findings } of ways.flatMap((one) => one.rows)) {
    const code = gap ?? (place.state === 'fails' && place.place !== 'pod' && findings.length === 0 ? 'outcome-unknown' : undefined)
    if (code !== undefined)
      return { code, message: `${place.asked} could not be traced at ${place.name}: ${place.detail ?? 'it gives no answer'}` }
  }
  return ways.flatMap((one) => nowhere(one) ?? [])[0]
}
