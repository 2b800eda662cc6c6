/** Where something stands in a file, both counted from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Why a library does not accept a file. Thrown inside this room only: whoever reads a file gets it as a value. */
export class Rejected extends Error {
  readonly place: Place
  /** The library does not return an error but panics, which ends the containerd process. */
  readonly crash: boolean
  constructor(message: string, place: Place, crash = false) {
    super(message)
    this.place = place
    this.crash = crash
  }
}

/** Deeper nesting than this is not followed; the libraries go on until their stack or their own limit ends. */
export const maxDepth = 400
