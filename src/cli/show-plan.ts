import type { FixReport } from '../model/fix-report.ts'
import { fix } from '../reporters/fix.ts'
import type { SharedOptions } from './options.ts'
import { reporterOptions } from './output.ts'

/** Shows on standard error what is about to be done, before it is asked for: standard output is for what was done. */
export function showPlan(shown: FixReport, look: Pick<SharedOptions, 'color' | 'verbose'>, env: NodeJS.ProcessEnv): Promise<true> {
  const options = { ...reporterOptions(look, false, env), columns: process.stderr.columns || 80, quiet: false }
  for (const { sink, text } of fix(shown, options)) if (sink === 'out') process.stderr.write(text)
  return Promise.resolve(true)
}
