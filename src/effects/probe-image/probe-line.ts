/** What tells one probe image from another: equal seeds give equal bytes, different seeds share no blob. */
export interface ProbeSeed {
  readonly cluster: string
  readonly registryHost: string
  /** 0 to 7, so that what stays in a registry that deletes nothing is bounded. */
  readonly slot: number
}

/** A name of DNS is at most 253 long, and a port may follow it. No blank: two seeds must never give the same line. */
const name = /^[!-~]{1,259}$/

/** The line that the program of a probe image prints, without its end. */
export function probeLine({ cluster, registryHost, slot }: ProbeSeed): string {
  if (!Number.isInteger(slot) || slot < 0 || slot > 7) throw new RangeError(`no slot of a probe image: ${slot}`)
  for (const one of [cluster, registryHost]) if (!name.test(one)) throw new RangeError(`no name for a probe image: ${JSON.stringify(one)}`)
  return `registry-doctor probe ${slot} of ${cluster} by ${registryHost}`
}
