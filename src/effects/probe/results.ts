import type { Finding } from '../../model/finding.ts'
import type { Hop } from '../../model/words.ts'
import type { SubjectResult } from '../../engine/run-checks.ts'
import { hasImage, type ContainerProgress } from './progress.ts'

/** A leg of the way that a probe took, by one registry host. */
export interface ProbedHop {
  readonly registryHost: string
  readonly hop: Hop
  readonly status: 'pass' | 'fail'
  readonly ms?: number
}

/** The legs that a container of a probe took, and the one that failed. */
export function hopsOf(registryHost: string, pushMs: number, progress: ContainerProgress, failed: Hop | null): ProbedHop[] {
  const { pullMs, pullingAt, pulledAt, exitedAt } = progress
  const pull = pullMs ?? (pullingAt !== undefined && pulledAt !== undefined ? pulledAt - pullingAt : undefined)
  const start = startMs(progress)
  return [
    { registryHost, hop: 'push', status: 'pass', ms: pushMs },
    ...(hasImage(progress)
      ? [{ registryHost, hop: 'unpack' as const, status: 'pass' as const, ...(pull !== undefined && { ms: pull }) }]
      : []),
    ...(failed === null && exitedAt !== undefined
      ? [{ registryHost, hop: 'start' as const, status: 'pass' as const, ...(start !== undefined && { ms: start }) }]
      : []),
    ...(failed === null ? [] : [{ registryHost, hop: failed, status: 'fail' as const }]),
  ]
}

/** From the image to the end. That it was pulled can be told of after that it has ended: then its time is counted from what came before. */
function startMs({ pullMs, pullingAt, pulledAt, exitedAt }: ContainerProgress): number | undefined {
  if (exitedAt === undefined) return undefined
  const known = [pulledAt, pullingAt !== undefined && pullMs !== undefined ? pullingAt + pullMs : undefined]
  const before = known.find((one) => one !== undefined && one <= exitedAt)
  return before === undefined ? undefined : exitedAt - before
}

/** What there is to say of a node, of all registries that were probed from it. */
export interface NodeResult {
  readonly node: string
  readonly findings: readonly Finding[]
  readonly hops: readonly ProbedHop[]
  readonly blocked?: { readonly code: string; readonly reason: string }
  readonly durationMs: number
}

/** The result of a node as a report has it. */
export function resultOf(cluster: string, { node, findings, hops, blocked, durationMs }: NodeResult): SubjectResult {
  const subject = { kind: 'node', cluster, name: node } as const
  const timings = timingsOf(hops)
  return {
    subject,
    ...(blocked && findings.length === 0
      ? { status: 'blocked' as const, reason: blocked.reason, failureCode: blocked.code }
      : { status: 'pass' as const }),
    findings,
    durationMs,
    ...(hops.length > 0 && { hops: [...hops], timings }),
  }
}

/** Milliseconds of each leg; with several registry hosts, of each by its host. */
function timingsOf(hops: readonly ProbedHop[]): { [name: string]: number } {
  const several = new Set(hops.map((one) => one.registryHost)).size > 1
  return Object.fromEntries(
    hops.flatMap(({ registryHost, hop, ms }) => (ms === undefined ? [] : [[several ? `${hop} by ${registryHost}` : hop, ms]])),
  )
}
