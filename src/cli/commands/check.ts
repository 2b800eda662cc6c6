import type { Bundle } from '../../bundle/bundle.ts'
import type { AnyCheck } from '../../checks/define-check.ts'
import type { Selection } from '../../discover/options.ts'
import { examine } from '../../engine/examine.ts'
import { errorReport } from '../../engine/report.ts'
import { replaySession, type Session } from '../../engine/session.ts'
import type { Report } from '../../model/report.ts'
import { isFile } from '../../ports/files.ts'
import { createCancellation } from '../cancel.ts'
import { tellFault } from '../fault.ts'
import { openLiveSession } from '../live.ts'
import { checkTargets, writeReport } from '../output.ts'
import type { SharedOptions } from '../options.ts'
import { readBundle } from '../read-bundle.ts'
import { selectChecks } from '../select-checks.ts'
import { UsageError, usageOf } from '../usage-error.ts'
import { openView } from '../view.ts'

const selectionOf = ({ provider, cluster, registry, context }: SharedOptions): Selection => ({
  clusters: cluster,
  ...(provider !== undefined && { provider }),
  ...(registry !== undefined && { registry }),
  ...(context !== undefined && { context }),
})

/** Examines clusters, or what a bundle holds of them, and writes the report. Returns the exit code. */
export async function check(options: SharedOptions, env: NodeJS.ProcessEnv): Promise<number> {
  checkTargets(options.output)
  const startedAt = new Date().toISOString()
  const mode = options.from === undefined ? 'live' : 'bundle'
  const failed = (exitCode: number, error: { code: string; message: string }): Report =>
    errorReport({ startedAt, durationMs: Date.now() - Date.parse(startedAt), mode }, exitCode, error)
  let report: Report
  try {
    report = await examineAsAsked(options, env)
  } catch (error) {
    const usage = usageOf(error)
    // A report on every exit path: whoever waits for the file learns that there is no judgement.
    report = usage ? failed(2, usage) : failed(3, { code: 'fault', message: tellFault(error) })
    if (usage) {
      const files = options.output.filter((one) => one.file !== undefined)
      if (files.length > 0) await writeReport(report, files, options, env)
      throw error
    }
  }
  await writeReport(report, options.output, options, env)
  return report.exitCode
}

async function examineAsAsked(options: SharedOptions, env: NodeJS.ProcessEnv): Promise<Report> {
  checkKubeconfig(options.kubeconfig)
  const checks = selectChecks(options.check, options.skip)
  if (options.from !== undefined) return examineBundle(await readBundle(options.from), options, checks)
  return (await examineLive(options, checks, env)).report
}

/** KUBECONFIG may name files that are not there; who names one here means it. */
export function checkKubeconfig(path: string | undefined): void {
  if (path !== undefined && !isFile(path)) throw new UsageError(`cannot read the kubeconfig ${path}: there is no such file`)
}

/** Judges a saved session as if it were live. What the user selects replaces what the bundle was made with. */
export async function examineBundle(
  bundle: Bundle,
  options: Pick<SharedOptions, 'cluster' | 'registry' | 'failOn'>,
  checks: readonly AnyCheck[],
): Promise<Report> {
  const selection = {
    ...bundle.selection,
    ...(options.cluster.length > 0 && { clusters: options.cluster }),
    ...(options.registry !== undefined && { registry: options.registry }),
  }
  return examine(replaySession(bundle.observations).look, {
    selection,
    checks,
    failOn: options.failOn,
    mode: 'bundle',
    recordedChecks: bundle.checks,
  })
}

export interface LiveRun {
  readonly report: Report
  readonly session: Session | null
  readonly selection: Selection
}

/** Examines the real world. A run that is interrupted or takes too long still gives a report. */
export async function examineLive(options: SharedOptions, checks: readonly AnyCheck[], env: NodeJS.ProcessEnv): Promise<LiveRun> {
  const selection = selectionOf(options)
  const startedAt = new Date().toISOString()
  const cancellation = createCancellation(options.timeout)
  const view = await openView(!options.quiet)
  let session: Session | null = null
  try {
    session = await openLiveSession(env, cancellation.signal, options.kubeconfig)
    const examined = examine(session.look, { selection, checks, failOn: options.failOn, mode: 'live', onStart: view.onStart })
    return { report: await Promise.race([examined, cancellation.promise]), session, selection }
  } catch (error) {
    const ended = cancellation.ended()
    if (!ended) throw error
    const message =
      ended.code === 'timeout' ? `not done within ${options.timeout / 1000} s (--timeout)` : 'interrupted before it could judge'
    return {
      report: errorReport({ startedAt, durationMs: Date.now() - Date.parse(startedAt), mode: 'live' }, ended.exitCode, {
        code: ended.code,
        message,
      }),
      session: null,
      selection,
    }
  } finally {
    cancellation.dispose()
    if (!cancellation.ended()) await view.close()
  }
}
