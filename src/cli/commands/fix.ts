import { fix as fixWith, type Examined, type FixDeps } from '../../effects/fix/fix.ts'
import type { LiveRepairs } from '../../effects/fix/live.ts'
import { undoRun, type EarlierRun } from '../../effects/fix/undo-run.ts'
import { JournalError } from '../../effects/journal/open.ts'
import { kubectlOf } from '../../derive/kube.ts'
import { examine } from '../../engine/examine.ts'
import { errorReport } from '../../engine/report.ts'
import type { Risk } from '../../model/finding.ts'
import { codes, isCode } from '../../model/codes.ts'
import type { FixReport } from '../../model/fix-report.ts'
import type { Topology } from '../../model/topology.ts'
import { UnknownNameError } from '../../discover/options.ts'
import { fixReporters } from '../../reporters/fix-reporters.ts'
import { askYesNo, canAsk } from '../ask.ts'
import { documented } from '../documented.ts'
import { fixError } from '../fix-error.ts'
import { openFixView } from '../fix-view.ts'
import { runLive, type Live } from '../live.ts'
import { prover } from '../prove.ts'
import { registryUrlOf } from '../registry-url.ts'
import { openRepairsOr, withLock } from '../repairs.ts'
import { selectChecks } from '../select-checks.ts'
import { selectionOf } from '../selection.ts'
import { showPlan } from '../show-plan.ts'
import { UsageError } from '../usage-error.ts'
import { openView } from '../view.ts'
import { checkKubeconfig, type CheckArguments } from './check.ts'

export interface FixArguments extends CheckArguments {
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly allow: Risk
  readonly code: readonly string[]
  readonly kickPods?: boolean
  /** The id of a run; true for the newest. */
  readonly undo?: string | true
  readonly history?: boolean
}

/** Repairs what is wrong, or takes an earlier repair back, and writes what was done. Returns the exit code. */
export async function fix(options: FixArguments, env: NodeJS.ProcessEnv): Promise<number> {
  if (options.history === true) return (await import('./fix-history.ts')).fixHistory(options, env)
  const startedAt = new Date().toISOString()
  const command = options.undo === undefined ? 'fix' : 'undo'
  const failed = (exitCode: number, error: { code: string; message: string }): FixReport => fixError(command, startedAt, exitCode, error)
  return documented(options, env, fixReporters, () => fixAsAsked(options, env, startedAt), failed)
}

async function fixAsAsked(options: FixArguments, env: NodeJS.ProcessEnv, startedAt: string): Promise<FixReport> {
  const command = options.undo === undefined ? 'fix' : 'undo'
  refuseContradictions(options)
  checkKubeconfig(options.kubeconfig)
  // Nobody is there to say yes: it is shown what would be done.
  const dryRun = options.dryRun === true || (options.yes !== true && !canAsk())
  return runLive(
    { ...options, toItsEnd: true },
    env,
    async (live) => {
      const repairs = await openRepairsOr(options, env, live)
      const deps = depsOf(options, env, live, repairs, startedAt)
      const work = async (): Promise<FixReport> => {
        const view = await openFixView(!options.quiet)
        try {
          const all = { ...deps, tell: view.tell }
          const done =
            options.undo === undefined
              ? await fixWith(all, {
                  ...options,
                  dryRun,
                  probe: options.probe !== undefined,
                  kickPods: options.kickPods === true,
                  ...codesOf(options),
                })
              : await undoRun(all, await earlierRun(repairs, options.undo), { dryRun })
          return { ...done, notes: [...repairs.notes, ...done.notes] }
        } finally {
          await view.close()
        }
      }
      return dryRun ? work() : withLock(repairs, command, work, (error) => fixError(command, startedAt, 3, error))
    },
    (exitCode, error, done) => (done ? { ...done, status: 'incomplete', exitCode, error } : fixError(command, startedAt, exitCode, error)),
  )
}

function depsOf(options: FixArguments, env: NodeJS.ProcessEnv, live: Live, repairs: LiveRepairs, startedAt: string): Omit<FixDeps, 'tell'> {
  return {
    examine: examiner(options, env, live),
    openWorld: repairs.openWorld,
    openJournal: (topology) => repairs.openJournal('fix', topology),
    interrupted: () => repairs.interrupted(),
    confirm: async (shown) =>
      options.yes === true || ((await showPlan(shown, options, env)) && askYesNo('make these changes?', live.signal)),
    kubectlOf: (topology) => (name) => kubectlOf(topology.clusters.find((one) => one.name === name)!),
    signal: live.signal,
    startedAt,
  }
}

/** Looks afresh each time, as nothing that was seen before a change tells what is there after it. */
export function examiner(options: CheckArguments, env: NodeJS.ProcessEnv, live: Live): (probe: boolean) => Promise<Examined> {
  const selection = selectionOf(options, registryUrlOf(options.registryUrl, env))
  const checks = selectChecks(options.check, options.skip)
  return async (probe) => {
    const { look } = live.afresh()
    const view = await openView(!options.quiet)
    let topology: Topology | null = null
    try {
      const report = await examine(look, {
        selection,
        checks,
        failOn: options.failOn,
        mode: 'live',
        ...(options.target !== undefined && { target: options.target }),
        ...(options.namespace !== undefined && { namespace: options.namespace }),
        onStart: view.onStart,
        onTopology: (found) => void (topology = found),
        ...(probe && { prove: prover({ ...options, by: options.probe ?? 'pods' }, env, live, () => view.close()) }),
      })
      return { report, topology, look }
    } catch (error) {
      // What was changed until then is told all the same.
      if (!live.signal.aborted) throw error
      const facts = { startedAt: new Date().toISOString(), durationMs: 0, mode: 'live' } as const
      return { report: errorReport(facts, 3, { code: 'interrupted', message: 'interrupted before it could judge' }), topology: null, look }
    } finally {
      await view.close()
    }
  }
}

async function earlierRun(repairs: LiveRepairs, undo: string | true): Promise<EarlierRun> {
  try {
    return await repairs.earlier(undo === true ? undefined : undo)
  } catch (error) {
    if (error instanceof JournalError) throw new UsageError(error.message)
    throw error
  }
}

function codesOf({ code }: FixArguments): { codes?: readonly string[] } {
  for (const one of code) if (!isCode(one)) throw new UnknownNameError('code', one, Object.keys(codes))
  return code.length === 0 ? {} : { codes: code }
}

function refuseContradictions({ undo, yes, dryRun, probe, kickPods, code }: FixArguments): void {
  if (yes === true && dryRun === true) throw new UsageError('--yes makes changes and --dry-run makes none: give one of them')
  if (undo === undefined) return
  const other = [probe !== undefined && '--probe', kickPods === true && '--kick-pods', code.length > 0 && '--code'].find(
    (one) => one !== false,
  )
  if (other !== undefined) throw new UsageError(`${other} is about repairs, and --undo takes one back: give one of them`)
}
