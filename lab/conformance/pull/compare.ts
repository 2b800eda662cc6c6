/** Holds what was predicted to what was recorded. */
import type { Result } from './record.ts'

export interface Deviation {
  readonly number: number
  readonly row: string
  readonly what: 'requests' | 'text'
  readonly predicted: Result
  readonly recorded: Result
}

export interface Comparison {
  readonly rows: number
  /** In percent. */
  readonly requests: number
  readonly texts: number
  readonly deviations: readonly Deviation[]
}

/** What must hold for each version. */
export const thresholds = { requests: 100, texts: 98 } as const

export function compare(rows: readonly string[], predicted: readonly Result[], recorded: readonly Result[]): Comparison {
  const deviations = rows.flatMap((row, number): Deviation[] => {
    const [ours, real] = [predicted[number]!, recorded[number]!]
    const deviation = { number, row, predicted: ours, recorded: real }
    return [
      ...(ours.requests.join('\n') === real.requests.join('\n') ? [] : [{ ...deviation, what: 'requests' as const }]),
      ...(ours.error === real.error ? [] : [{ ...deviation, what: 'text' as const }]),
    ]
  })
  const share = (what: Deviation['what']): number =>
    (100 * (rows.length - deviations.filter((one) => one.what === what).length)) / rows.length
  return { rows: rows.length, requests: share('requests'), texts: share('text'), deviations }
}

export const holds = ({ requests, texts }: Comparison): boolean => requests >= thresholds.requests && texts >= thresholds.texts
