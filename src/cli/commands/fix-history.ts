import { fixHistory as historyText } from '../../reporters/fix-history.ts'
import { listDocument } from '../list-document.ts'
import type { SharedOptions } from '../options.ts'
import { reporterOptions, writeOut } from '../output.ts'
import { openRepairsOr } from '../repairs.ts'
import { UsageError } from '../usage-error.ts'

/** Prints what `fix` and `setup` did. Returns the exit code. */
export async function fixHistory(options: SharedOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const [target, ...more] = options.output
  if (more.length > 0 || target?.file !== undefined || target?.format === 'junit')
    throw new UsageError('--history prints to standard output, as terminal or json')
  const repairs = await openRepairsOr(options, env, { log: () => undefined })
  const { fixes, notes } = await repairs.history()
  if (target?.format === 'json') {
    const document = listDocument(
      'fixes',
      fixes.map((one) => ({ ...one })),
    )
    await writeOut(`${JSON.stringify(document, null, 2)}\n`)
    return 0
  }
  for (const note of [...repairs.notes, ...notes]) process.stderr.write(`registry-doctor: ${note}\n`)
  await writeOut(historyText(fixes, { ...reporterOptions(options, false, env), now: new Date().toISOString() }))
  return 0
}
