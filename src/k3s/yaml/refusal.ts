/** Where something stands in a file, both counted from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A position in a text. Line and column count from 0, as the library's own errors depend on it. */
export interface Mark {
  readonly index: number
  readonly line: number
  readonly column: number
}

export const placeOf = ({ line, column }: Mark): Place => ({ line: line + 1, column: column + 1 })

/** Why the library does not accept a file, in its own words. Thrown inside this room only. */
export class Refusal extends Error {
  readonly place: Place | null
  constructor(message: string, place: Place | null = null) {
    super(`yaml: ${message}`)
    this.place = place
  }
}

/**
 * An error of the grammar. The line that its text names is the library's, which is not always the line where it is.
 * Source: go-yaml v2.4.0, decode.go (fail).
 * @param context where the construct began in which it was found
 */
export function grammarError(found: 'scanning' | 'parsing', problem: string, at: Mark, context: Mark | null): Refusal {
  const line = at.line !== 0 ? at.line + (found === 'scanning' ? 1 : 0) : (context?.line ?? 0)
  return new Refusal(line === 0 ? problem : `line ${line}: ${problem}`, placeOf(at))
}

/** Deeper nesting than this is not followed; the library goes on to 10,000 levels. */
export const maxDepth = 400
