import type { Code } from './codes.ts'

/** Codes of what a registry answers where it refuses. */
export const answerCodes = [
  'registry-auth-required',
  'registry-forbids',
  'registry-rate-limits',
  'registry-server-error',
] as const satisfies readonly Code[]
export type AnswerCode = (typeof answerCodes)[number]

/** The code of a status with which a registry refuses; null for any other. */
export function codeOfStatus(status: number): AnswerCode | null {
  if (status === 401) return 'registry-auth-required'
  if (status === 403) return 'registry-forbids'
  if (status === 429) return 'registry-rate-limits'
  return status >= 500 ? 'registry-server-error' : null
}
