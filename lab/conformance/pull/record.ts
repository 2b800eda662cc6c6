/** What a row gave: the form in which results are recorded and compared. */

export interface Result {
  /** Requests for manifests, and TLS handshakes that led to no request, in their order; then those for blobs, each once. */
  readonly requests: readonly string[]
  /** As the kubelet prints it behind `Failed to pull image "…": `; absent where the image was pulled. */
  readonly error?: string
}

/** One thing that a server saw. */
export interface Seen {
  readonly line: string
  readonly kind: 'manifests' | 'blobs' | 'handshake' | 'other'
}

export const kindOf = (path: string): Seen['kind'] =>
  path.includes('/manifests/') ? 'manifests' : path.includes('/blobs/') ? 'blobs' : 'other'

/** Blobs may be asked for at the same time, and tokens are no part of the plan. */
export function requestsOf(seen: readonly Seen[]): string[] {
  const told = seen.filter(({ kind }) => kind !== 'other')
  const firstBlob = told.findIndex(({ kind }) => kind === 'blobs')
  const lines = told.map(({ line }) => line)
  if (firstBlob < 0) return lines
  return [...lines.slice(0, firstBlob), ...[...new Set(lines.slice(firstBlob))].sort()]
}
