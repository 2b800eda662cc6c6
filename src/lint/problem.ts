import type { ContainerdVersion } from '../containerd/versions.ts'
import type { LintCode } from '../model/lint-codes.ts'
import type { Correction, LintEffect } from '../model/lint-report.ts'
import type { Severity } from '../model/words.ts'

/** Where something stands in a file, both counted from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

export const start: Place = { line: 1, column: 1 }

export interface Problem extends Place {
  readonly code: LintCode
  readonly severity: Severity
  readonly message: string
  readonly effects?: readonly LintEffect[]
  readonly correction?: Correction
}

/** What the caller says of the cluster that the files are for. */
export interface LintSettings {
  readonly containerd?: ContainerdVersion
  /** `v1.34.1+k3s1` */
  readonly k3s?: string
}

/** What is said of one file. */
export interface Judgement {
  readonly judgedFor: readonly string[]
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
}

/** Lines of a text, as a correction shows what has to go. */
export function linesOfText(text: string, from: number, to = from): string {
  return text
    .split(/\r?\n/)
    .slice(from - 1, to)
    .join('\n')
}

/** The line of a place with another name for its key. What a key of credentials says is left out. */
export function withRenamed(text: string, place: Place, key: string, name: string): Correction {
  const renamed = withReplaced(text, place, key, name)
  if (!/pass|auth|token|secret/i.test(name)) return renamed
  const upTo = (line: string, last: string): string => `${line.slice(0, line.indexOf(last) + last.length)}:`
  return { remove: upTo(renamed.remove ?? '', key), insert: upTo(renamed.insert ?? '', name) }
}

/** The line of a place with something in it replaced. */
export function withReplaced(text: string, { line }: Place, before: string, after: string): Correction {
  const old = linesOfText(text, line)
  return { remove: old, insert: old.replace(before, () => after) }
}
