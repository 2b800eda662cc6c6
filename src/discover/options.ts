import { nearest } from '../model/near-name.ts'

/** What the user chose; everything else is discovered. */
export interface Selection {
  /** Names of clusters; empty: all. */
  readonly clusters: readonly string[]
  readonly provider?: 'kind' | 'k3d'
  /** `HOST:PORT` of the registry, as images name it or as nodes reach it. */
  readonly registry?: string
  /** URL at which this machine reaches the one registry that is examined; default: where its port is published. */
  readonly registryUrl?: string
  readonly context?: string
}

/** What the user chose cannot be used. */
export class SelectionError extends Error {
  override readonly name: string = 'SelectionError'
}

/** A name that the user gave and that nothing has. `near` are existing names, the nearest first. */
export class UnknownNameError extends SelectionError {
  override readonly name = 'UnknownNameError'
  readonly existing: readonly string[]
  constructor(what: string, given: string, existing: readonly string[]) {
    const near = nearest(given, existing)
    const known = existing.length === 0 ? 'there is none' : `there ${existing.length === 1 ? 'is' : 'are'} ${existing.join(', ')}`
    super(`no ${what} is named "${given}"${near ? `; did you mean "${near}"?` : `: ${known}`}`)
    this.existing = existing
  }
}
