/** The comparison of a version, and how it is told. */
import { parseContainerdVersion } from '../../../src/containerd/versions.ts'
import { compare, type Comparison } from './compare.ts'
import { predicted } from './predict.ts'
import type { Result } from './record.ts'
import { allRows } from './rows.ts'

export function comparisonOf(version: string, results: readonly Result[]): Comparison {
  const rows = allRows()
  const parsed = parseContainerdVersion(version)!
  return compare(
    rows.map(({ line }) => line),
    rows.map(({ row }, number) => predicted(parsed, row, number)),
    results,
  )
}

export const percent = (share: number): string => `${(Math.floor(share * 10) / 10).toFixed(1)} %`

export function print(version: string, { rows, requests, texts, deviations }: Comparison): void {
  process.stdout.write(`containerd ${version}: ${rows} rows: requests ${percent(requests)}, texts ${percent(texts)}\n`)
  for (const { number, row, what, predicted: ours, recorded } of deviations) {
    const [said, saw] = what === 'text' ? [ours.error, recorded.error] : [ours.requests.join('\n    '), recorded.requests.join('\n    ')]
    process.stdout.write(
      `  row ${number} (${row}): ${what}\n    plan says\n    ${said ?? 'pulled'}\n    containerd\n    ${saw ?? 'pulled'}\n`,
    )
  }
}
