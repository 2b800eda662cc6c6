import type { Finding, Remedy, Step } from '../model/finding.ts'
import { showStep } from './show.ts'

export type Maker = (finding: Finding) => Remedy[]

/** A text of a finding's data; empty where there is none. */
export const text = (finding: Finding, key: string): string => {
  const value = finding.data[key]
  return typeof value === 'string' ? value : ''
}

/** A remedy whose steps are shown one by one. */
export function remedy(title: string, risk: Remedy['risk'], ...steps: Step[]): Remedy {
  return { title, risk, steps, show: steps.map(showStep) }
}

/** Commands for the reader; a line that begins with # is a sentence. */
export const manual = (title: string, ...lines: string[]): Remedy =>
  remedy(
    title,
    'safe',
    ...lines.map((line): Step => (line.startsWith('# ') ? { op: 'manual', text: line.slice(2) } : { op: 'manual', command: line })),
  )
