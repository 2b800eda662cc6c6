import { codes } from '../model/codes.ts'
import { findingId, type Evidence, type Finding } from '../model/finding.ts'
import { consequenceOf } from './consequences.ts'

/** A finding that no other explains, with what it explains. */
export interface RootCause {
  readonly finding: Finding
  readonly explains: readonly { readonly finding: Finding; readonly because: Evidence }[]
}

/**
 * Separates causes from consequences. A consequence of a consequence belongs to the root. Every finding is in the result
 * exactly once: as a root cause, or under the first root cause that explains it.
 */
export function collapse(findings: readonly Finding[]): RootCause[] {
  const causeOf = new Map<Finding, { cause: Finding; because: Evidence }>()
  const nearestFirst = findings.toSorted((a, b) => orderOf(b) - orderOf(a))
  for (const finding of findings) {
    // A pull fails at the first thing in its way: behind a node that is misled, a stopped registry is a fault of its own.
    for (const cause of finding.code === 'in-cluster-pull-failed' ? nearestFirst : findings) {
      if (cause === finding || leadsBackTo(finding, cause, causeOf)) continue
      const because = consequenceOf(finding, cause)
      if (because) {
        causeOf.set(finding, { cause, because })
        break
      }
    }
  }
  const roots = findings.filter((finding) => !causeOf.has(finding))
  const rootOf = (finding: Finding): Finding => {
    const above = causeOf.get(finding)
    return above ? rootOf(above.cause) : finding
  }
  return roots.map((root) => ({
    finding: root,
    explains: findings
      .filter((finding) => finding !== root && rootOf(finding) === root)
      .map((finding) => ({ finding, because: causeOf.get(finding)!.because }))
      .sort((a, b) => (findingId(a.finding) < findingId(b.finding) ? -1 : 1)),
  }))
}

const order = Object.keys(codes)
/** Codes are ordered by the way of an image. */
const orderOf = ({ code }: Finding): number => order.indexOf(code)

/** Whether `cause` is itself explained, by some way, by `finding`: two findings must not explain each other. */
function leadsBackTo(finding: Finding, cause: Finding, causeOf: ReadonlyMap<Finding, { cause: Finding }>): boolean {
  for (let at = causeOf.get(cause); at; at = causeOf.get(at.cause)) if (at.cause === finding) return true
  return false
}
