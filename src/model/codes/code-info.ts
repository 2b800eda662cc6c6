import type { Severity } from '../words.ts'

export interface CodeInfo {
  readonly severity: Severity
  /** What is wrong, in a few words, of no particular cluster. */
  readonly title: string
  /** How the fault comes about and what it breaks: the text of docs/codes/<code>.md. */
  readonly explanation: string
  /** What makes it go away, in words. The exact commands are in each finding's remedies. */
  readonly repair: string
}
