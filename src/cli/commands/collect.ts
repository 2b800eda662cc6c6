import { formatBundle, toBundle } from '../../bundle/bundle.ts'
import { whyNotWritable, writeWhole } from '../../ports/files.ts'
import type { SharedOptions } from '../options.ts'
import { checkTargets, writeReport } from '../output.ts'
import { selectChecks } from '../select-checks.ts'
import { UsageError } from '../usage-error.ts'
import { checkKubeconfig, examineLive } from './check.ts'

/**
 * Saves what a check looks at, with secrets replaced, so that it can be judged elsewhere; the report of the same run is
 * written only where `-o` asks for it. Returns the exit code: 0 where there is a bundle, whatever is in it.
 */
export async function collect(file: string, options: SharedOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const why = whyNotWritable(file)
  if (why !== null) throw new UsageError(`cannot write ${file}: ${why}`)
  checkTargets(options.output)
  checkKubeconfig(options.kubeconfig)
  const checks = selectChecks(options.check, options.skip)
  const { report, session, selection } = await examineLive(options, checks, env)
  if (session === null || report.clusters.length === 0) {
    process.stderr.write(`registry-doctor: nothing collected: ${report.error?.message ?? 'no cluster'}\n`)
    return report.exitCode
  }
  const ids = checks.map((one) => one.id)
  // It tells of the user's machine: for the user alone until they hand it on.
  await writeWhole(file, formatBundle(toBundle(report.startedAt, selection, ids, session.recorded())), 0o600)
  if (options.output.length > 0) await writeReport(report, options.output, options, env)
  process.stderr.write(
    `saved ${session.recorded().length} observations to ${file}; judge them with: registry-doctor check --from ${file}\n`,
  )
  return 0
}
