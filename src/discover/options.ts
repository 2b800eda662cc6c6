/** What the user chose; everything else is discovered. */
export interface Selection {
  /** Names of clusters; empty: all. */
  readonly clusters: readonly string[]
  readonly provider?: 'kind' | 'k3d'
  /** `HOST:PORT` of the registry, as images name it or as nodes reach it. */
  readonly registry?: string
  readonly context?: string
}

/** What the user chose cannot be used. */
export class SelectionError extends Error {
  override readonly name: string = 'SelectionError'
}

/** A name that the user gave and that nothing has. `near` are existing names, the nearest first. */
export class UnknownNameError extends SelectionError {
  override readonly name = 'UnknownNameError'
  constructor(what: string, given: string, existing: readonly string[]) {
    const near = nearest(given, existing)
    const known = existing.length === 0 ? 'there is none' : `there ${existing.length === 1 ? 'is' : 'are'} ${existing.join(', ')}`
    super(`no ${what} is named "${given}"${near ? `; did you mean "${near}"?` : `: ${known}`}`)
  }
}

/** The existing name nearest to the given one, where one is near enough to be meant. */
export function nearest(given: string, existing: readonly string[]): string | undefined {
  const ranked = existing
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= Math.max(2, Math.floor(given.length / 3)) ? best.name : undefined
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}
