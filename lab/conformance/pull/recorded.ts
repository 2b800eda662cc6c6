/** Results as they lie in fixtures/conformance: each row's requests, then how the pull ended. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Result } from './record.ts'
import { versions } from './versions.ts'

type Line = readonly string[]
interface Recorded {
  readonly containerd: string
  readonly results?: readonly Line[]
  /** Another version, and the rows in which this one differs from it. */
  readonly like?: string
  readonly differs?: { readonly [number: string]: Line }
}

const pulled = 'pulled'
const fileOf = (version: string): URL => new URL(`../../../fixtures/conformance/pull-${version}.json`, import.meta.url)

const lineOf = ({ requests, error = pulled }: Result): Line => [...requests, error]
const resultOf = (line: Line): Result => {
  const error = line.at(-1)!
  return { requests: line.slice(0, -1), ...(error !== pulled && { error }) }
}

function linesOf(version: string): readonly Line[] {
  const { results, like, differs } = JSON.parse(readFileSync(fileOf(version), 'utf8')) as Recorded
  return results ?? linesOf(like!).map((line, number) => differs![number] ?? line)
}

export const recordedVersions = (): readonly string[] => versions.filter((version) => existsSync(fileOf(version)))

export const recordedResults = (version: string): readonly Result[] => linesOf(version).map(resultOf)

/** Writes all versions anew: the first in full, each later one as what it differs in from that one before it that is nearest. */
export function writeResults(all: ReadonlyMap<string, readonly Result[]>): void {
  const written: { version: string; lines: readonly Line[] }[] = []
  for (const [version, results] of all) {
    const lines = results.map(lineOf)
    const candidates = written.map(({ version: like, lines: base }) => ({ like, differs: differences(base, lines) }))
    const nearest = candidates.toSorted((a, b) => Object.keys(a.differs).length - Object.keys(b.differs).length)[0]
    writeFileSync(fileOf(version), document(version, lines, nearest))
    written.push({ version, lines })
  }
}

function differences(base: readonly Line[], lines: readonly Line[]): Record<string, Line> {
  return Object.fromEntries([...lines.entries()].filter(([number, line]) => JSON.stringify(line) !== JSON.stringify(base[number])))
}

/** One row on each line, so that a change of a row is a change of a line. */
function document(version: string, lines: readonly Line[], nearest: { like: string; differs: Record<string, Line> } | undefined): string {
  const head = `{"containerd":${JSON.stringify(version)},`
  if (!nearest) return `${head}"results":[\n${lines.map((line) => JSON.stringify(line)).join(',\n')}\n]}\n`
  const rows = Object.entries(nearest.differs).map(([number, line]) => `"${number}":${JSON.stringify(line)}`)
  return `${head}"like":${JSON.stringify(nearest.like)},"differs":{\n${rows.join(',\n')}\n}}\n`
}
