import type { Bundle } from '../../bundle/bundle.ts'
import type { AnyCheck } from '../../checks/define-check.ts'
import type { Selection } from '../../discover/options.ts'
import { examine, type ExamineOptions } from '../../engine/examine.ts'
import { errorReport } from '../../engine/report.ts'
import { replaySession, type Session } from '../../engine/session.ts'
import type { Target } from '../../engine/target.ts'
import type { Report } from '../../model/report.ts'
import type { ProbeTools } from '../../effects/probe/tools.ts'
import { isFile } from '../../ports/files.ts'
import { reporters } from '../../reporters/index.ts'
import { documented } from '../documented.ts'
import { runLive, type Live } from '../live.ts'
import type { SharedOptions } from '../options.ts'
import { prover } from '../prove.ts'
import { readBundle } from '../read-bundle.ts'
import { refuseRegistryUrl, registryUrlOf } from '../registry-url.ts'
import { selectChecks } from '../select-checks.ts'
import { bundleSelection, selectionOf } from '../selection.ts'
import { UsageError } from '../usage-error.ts'
import { openView } from '../view.ts'
import { waitLive } from '../wait-live.ts'

export interface CheckArguments extends SharedOptions {
  readonly target?: Target
  readonly namespace?: string
  readonly wait?: number
  readonly probe?: ProbeTools['by']
}

/** Which pods the user asks after. */
const podsOf = ({ target, namespace }: Pick<CheckArguments, 'target' | 'namespace'>): Pick<ExamineOptions, 'target' | 'namespace'> => ({
  ...(target !== undefined && { target }),
  ...(namespace !== undefined && { namespace }),
})

/** Examines clusters, or what a bundle holds of them, and writes the report. Returns the exit code. */
export function check(options: CheckArguments, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = new Date().toISOString()
  const mode = options.from === undefined ? 'live' : 'bundle'
  const failed = (exitCode: number, error: { code: string; message: string }): Report =>
    errorReport({ startedAt, durationMs: Date.now() - Date.parse(startedAt), mode }, exitCode, error)
  return documented(options, env, reporters, () => examineAsAsked(options, env), failed)
}

async function examineAsAsked(options: CheckArguments, env: NodeJS.ProcessEnv): Promise<Report> {
  if (options.from !== undefined) refuseLiveOptions(options)
  checkKubeconfig(options.kubeconfig)
  const checks = selectChecks(options.check, options.skip)
  if (options.from !== undefined) return examineBundle(await readBundle(options.from), options, checks)
  const { wait } = options
  if (wait === undefined) return (await examineLive(options, checks, env)).report
  const { probe, ...passive } = options
  const waited = await waitLive({ ...options, wait }, async (timeout, isFirst) => {
    const { report, session } = await examineLive({ ...passive, timeout, quiet: !isFirst || options.quiet === true }, checks, env)
    return { report, endedEarly: session === null }
  })
  // Only what looks healthy is worth a proof.
  if (probe === undefined || waited.exitCode !== 0) return waited
  const { report } = await examineLive(options, checks, env)
  return { ...report, startedAt: waited.startedAt, durationMs: waited.durationMs + report.durationMs }
}

/** A bundle is what it was when it was made. */
function refuseLiveOptions(options: CheckArguments): void {
  if (options.probe !== undefined) throw new UsageError('--probe is about live clusters: a bundle only tells what was')
  if (options.wait !== undefined) throw new UsageError('--wait is about live clusters: nothing changes in a bundle')
  refuseRegistryUrl(options.registryUrl)
}

/** KUBECONFIG may name files that are not there; who names one here means it. */
export function checkKubeconfig(path: string | undefined): void {
  if (path !== undefined && !isFile(path)) throw new UsageError(`cannot read the kubeconfig ${path}: there is no such file`)
}

/** Judges a saved session as if it were live. */
export async function examineBundle(
  bundle: Bundle,
  options: Pick<CheckArguments, 'cluster' | 'registry' | 'failOn' | 'target' | 'namespace'>,
  checks: readonly AnyCheck[],
): Promise<Report> {
  return examine(replaySession(bundle.observations).look, {
    selection: bundleSelection(bundle, options),
    ...podsOf(options),
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
export async function examineLive(options: CheckArguments, checks: readonly AnyCheck[], env: NodeJS.ProcessEnv): Promise<LiveRun> {
  const selection = selectionOf(options, registryUrlOf(options.registryUrl, env))
  const startedAt = new Date().toISOString()
  const view = await openView(!options.quiet)
  const examineWith = async (live: Live): Promise<LiveRun> => {
    const { session } = live
    try {
      const report = await examine(session.look, {
        selection,
        ...podsOf(options),
        checks,
        failOn: options.failOn,
        mode: 'live',
        onStart: view.onStart,
        ...(options.probe !== undefined && { prove: prover({ ...options, by: options.probe }, env, live, () => view.close()) }),
      })
      return { report, session, selection }
    } finally {
      await view.close()
    }
  }
  return runLive(options, env, examineWith, (exitCode, error) => ({
    report: errorReport({ startedAt, durationMs: Date.now() - Date.parse(startedAt), mode: 'live' }, exitCode, error),
    session: null,
    selection,
  }))
}
