import type { Code } from './codes.ts'

/** What can be wrong with a file before a cluster exists, beside what a finding can be about. A contract like the codes of findings. */
export const lintCodes = {
  'cluster-config-invalid': 'kind or k3d refuses the file and makes no cluster',
  'unknown-key': 'a key that its reader does not know and passes over in silence',
  'setting-without-effect': 'a setting that changes nothing, and breaks nothing',
} as const

export type LintCode = keyof typeof lintCodes | Code
