import type { Json } from '../../model/json.ts'
import { isProbeNamespace, probeNamespace, probeSlots } from '../../model/probe.ts'
import type { Owner } from '../owner.ts'

/** A namespace that some probe made. */
export interface Claim {
  readonly namespace: string
  readonly owner?: Owner
  /** When the API server made it, ISO 8601. */
  readonly createdAt: string
  readonly isEnding: boolean
}

const label = { 'app.kubernetes.io/managed-by': 'registry-doctor', 'app.kubernetes.io/component': 'probe' }
const ownerKey = 'registry-doctor/owner'

/** The query that lists namespaces of probes. */
export const claimsPath = `/api/v1/namespaces?labelSelector=${encodeURIComponent(
  Object.entries(label)
    .map(([name, value]) => `${name}=${value}`)
    .join(','),
)}`

/** The namespace by which a run takes a slot. */
export const claimOf = (slot: number, { host, pid }: Owner): Json => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: probeNamespace(slot), labels: label, annotations: { [ownerKey]: `${host}/${pid}` } },
})

interface Namespace {
  readonly metadata?: {
    readonly name?: string
    readonly creationTimestamp?: string
    readonly deletionTimestamp?: string
    readonly annotations?: { readonly [name: string]: string }
  }
}

/** Reads the API's list of namespaces; what is not named like a probe's is none, whatever its labels. */
export function readClaims(list: Json): Claim[] {
  const { items = [] } = (list ?? {}) as { readonly items?: readonly Namespace[] }
  return items.flatMap(({ metadata: { name = '', creationTimestamp = '', deletionTimestamp, annotations = {} } = {} }) => {
    if (!isProbeNamespace(name)) return []
    const [, host, pid] = /^(.+)\/(\d+)$/.exec(annotations[ownerKey] ?? '') ?? []
    return [
      {
        namespace: name,
        ...(host !== undefined && { owner: { host, pid: Number(pid) } }),
        createdAt: creationTimestamp,
        isEnding: deletionTimestamp !== undefined,
      },
    ]
  })
}

/** Longer than any probe takes, with all its limits. */
const longestMs = 10 * 60_000

/**
 * Whether the run that made a claim is over without having taken it back: its process is gone from this host, or it is older
 * than any run can be.
 */
export function isAbandoned({ owner, createdAt, isEnding }: Claim, here: Owner, isAlive: (pid: number) => boolean, now: string): boolean {
  if (isEnding) return false
  if (owner?.host === here.host && !isAlive(owner.pid)) return true
  return !(Date.parse(now) - Date.parse(createdAt) < longestMs)
}

/** The slots that no claim holds, from the preferred one on. */
export function freeSlots(claims: readonly Claim[], preferred: number): number[] {
  const taken = new Set(claims.map((one) => one.namespace))
  return Array.from({ length: probeSlots }, (_, nth) => (preferred + nth) % probeSlots).filter((slot) => !taken.has(probeNamespace(slot)))
}
