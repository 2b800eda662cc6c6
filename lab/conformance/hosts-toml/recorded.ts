/** What a version made of the generated files, kept short: a letter for what became of a file, and a hash of the whole line. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Library } from './libraries.ts'

const outcomes = ['accepted', 'rejected', 'error', 'crash'] as const
export type Outcome = (typeof outcomes)[number]

export interface Recorded {
  readonly containerd: string
  readonly goToml: string
  /** Of the files that were read: what is recorded counts for these alone. */
  readonly files: string
  readonly count: { readonly [outcome in Outcome]: number }
  /** Twenty codes per line of text. */
  readonly codes: readonly string[]
  /** Where our code differs: the number of the file, and what containerd made of it. */
  readonly deviations: { readonly [index: string]: string }
}

const pathOf = (containerd: string): string =>
  fileURLToPath(new URL(`../../../fixtures/containerd/generated-${containerd}.json`, import.meta.url))

/** A file with which the pull fails at once was accepted, and names a file that cannot be used. */
export function outcomeOf(line: string): Outcome {
  if (line === 'crash') return 'crash'
  return line.startsWith('rejected') ? 'rejected' : line.startsWith('error: ') ? 'error' : 'accepted'
}

export const codeOf = (line: string): string => outcomeOf(line)[0] + createHash('sha256').update(line).digest('base64url').slice(0, 5)

const perRow = 20

export function recordOf({ containerd, goToml }: Library, files: string, theirs: readonly string[], ours: readonly string[]): Recorded {
  const codes = theirs.map(codeOf)
  return {
    containerd,
    goToml,
    files,
    count: Object.fromEntries(outcomes.map((one) => [one, theirs.filter((line) => outcomeOf(line) === one).length])) as Recorded['count'],
    deviations: Object.fromEntries(theirs.flatMap((line, index) => (line === ours[index] ? [] : [[index, line]]))),
    codes: Array.from({ length: Math.ceil(codes.length / perRow) }, (_, row) => codes.slice(row * perRow, (row + 1) * perRow).join(' ')),
  }
}

export const codesOf = ({ codes }: Recorded): string[] => codes.flatMap((row) => row.split(' '))

export function readRecorded(containerd: string): Recorded | undefined {
  return existsSync(pathOf(containerd)) ? (JSON.parse(readFileSync(pathOf(containerd), 'utf8')) as Recorded) : undefined
}

export const writeRecorded = (recorded: Recorded): void =>
  writeFileSync(pathOf(recorded.containerd), `${JSON.stringify(recorded, null, 1)}\n`)
