/** Draws rows from axes so that each pair of values of two axes is in one of them: the same rows for the same seed. */
import { seeded } from '../seeded.ts'

type Values = Readonly<Record<string, readonly string[]>>
type Drawn = Record<string, string>

const tries = 30

export function drawPairs(axes: Values, seed: number): Drawn[] {
  const { pick } = seeded(seed)
  const names = Object.keys(axes)
  const open = new Set(names.flatMap((a, at) => names.slice(at + 1).flatMap((b) => pairsOf(a, b, axes))))
  const rows: Drawn[] = []
  while (open.size > 0) {
    const [first = ''] = open
    const starts = [first, first, ...open]
    let best: { row: Drawn; gained: readonly string[] } | undefined
    for (let index = 0; index < tries; index++) {
      const row = Object.fromEntries(names.map((name) => [name, pick(axes[name]!)]))
      for (const half of pick(starts).split(' & ')) {
        const [name, value] = half.split('=') as [string, string]
        row[name] = value
      }
      const gained = covered(row, names).filter((pair) => open.has(pair))
      if (gained.length > (best?.gained.length ?? 0)) best = { row, gained }
    }
    for (const pair of best!.gained) open.delete(pair)
    rows.push(best!.row)
  }
  return rows
}

const pairOf = (a: string, x: string, b: string, y: string): string => `${a}=${x} & ${b}=${y}`

const pairsOf = (a: string, b: string, axes: Values): string[] => axes[a]!.flatMap((x) => axes[b]!.map((y) => pairOf(a, x, b, y)))

const covered = (row: Drawn, names: readonly string[]): string[] =>
  names.flatMap((a, at) => names.slice(at + 1).map((b) => pairOf(a, row[a]!, b, row[b]!)))
