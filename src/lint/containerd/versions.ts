import { parseContainerdVersion, type ContainerdVersion } from '../../containerd/versions.ts'
import type { LintEffect } from '../../model/lint-report.ts'
import type { Severity } from '../../model/words.ts'
import type { LintSettings } from '../problem.ts'

const parsed = (texts: readonly string[]): ContainerdVersion[] => texts.map((text) => parseContainerdVersion(text)!)

/** What kind's releases since v0.27 have in their node images, one of each that differs: v0.27, v0.30, v0.31, v0.33. */
export const kindVersions = parsed(['2.0.2', '2.1.4', '2.2.0', '2.3.4'])

/** What nodes have where nothing tells of which cluster they are. */
export const anyVersions = parsed(['1.7.27', '2.1.4', '2.3.4'])

export const versionsFor = ({ containerd }: LintSettings, usual: readonly ContainerdVersion[]): readonly ContainerdVersion[] =>
  containerd ? [containerd] : usual

/** What was found on several versions, as one. */
export interface Spread<Fault> {
  readonly first: Fault
  readonly severity: Severity
  readonly effects: readonly LintEffect[]
}

interface WithEffect {
  readonly severity: Severity
  /** What comes of it on that version. */
  readonly effect: string
}

/** Faults of several versions by their kind: errors where each version has one, warnings where the file is right on some. */
export function spreadOf<Fault extends WithEffect>(
  versions: readonly ContainerdVersion[],
  faultsOf: (version: ContainerdVersion) => readonly Fault[],
  kindOf: (fault: Fault) => string,
): Spread<Fault>[] {
  const byVersion = versions.map((version) => ({ on: `containerd ${version.text}`, faults: faultsOf(version) }))
  const neverRight = byVersion.every(({ faults }) => faults.some(({ severity }) => severity === 'error'))
  const kinds = [...new Set(byVersion.flatMap(({ faults }) => faults.map(kindOf)))]
  return kinds.map((kind) => {
    const found = byVersion.map(({ on, faults }) => ({ on, fault: faults.find((one) => kindOf(one) === kind), right: faults.length === 0 }))
    const own = found.flatMap(({ fault }) => (fault ? [fault] : []))
    const severity = neverRight && own.some((one) => one.severity === 'error') ? 'error' : 'warning'
    const same = own.length === versions.length && new Set(own.map(({ effect }) => effect)).size === 1
    const effects = found.flatMap(({ on, fault, right }) => (fault ? [{ on, what: fault.effect }] : right ? [{ on, what: 'works' }] : []))
    return { first: own[0]!, severity, effects: same ? [] : effects }
  })
}
