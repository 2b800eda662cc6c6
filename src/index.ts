/** The library: what the command line does, without a terminal. */
import { parseBundle } from './bundle/bundle.ts'
import { checks as allChecks } from './checks/index.ts'
import type { AnyCheck } from './checks/define-check.ts'
import type { Selection } from './discover/options.ts'
import { examine } from './engine/examine.ts'
import { liveSession, replaySession } from './engine/session.ts'
import type { Report } from './model/report.ts'
import type { Severity } from './model/words.ts'
import { createRedactor } from './redact/redact.ts'

export { BundleError } from './bundle/bundle.ts'
export { UnknownNameError, type Selection } from './discover/options.ts'
export { codes, type Code, type CodeInfo } from './model/codes.ts'
export type { Evidence, Remedy, ReportedFinding, Risk, Step } from './model/finding.ts'
export type { CheckResult, Report, ResultStatus } from './model/report.ts'
export type { Output, Reporter, ReporterOptions } from './model/reporter.ts'
export type { Hop, Severity, Subject, Vantage } from './model/words.ts'
export { reporters, reporterNamed, type ReporterEntry } from './reporters/index.ts'

export interface CheckOptions {
  /** Which clusters and registry; default: all that are found. */
  readonly selection?: Partial<Selection>
  /** Ids of the checks to run (`node/registry-config`); default: all. Unknown ids are ignored. */
  readonly checks?: readonly string[]
  /** From which severity on `exitCode` is 1; default: error. */
  readonly failOn?: Severity
  /** Ends the run early. */
  readonly signal?: AbortSignal
  /** Where DOCKER_HOST, KUBECONFIG and the like are read; default: the process's. */
  readonly env?: NodeJS.ProcessEnv
  /** The kubeconfig to use; default: KUBECONFIG, else ~/.kube/config. */
  readonly kubeconfig?: string
}

const chosen = ({ checks }: CheckOptions): AnyCheck[] => allChecks.filter((one) => checks === undefined || checks.includes(one.id))

const settings = (options: CheckOptions) => ({
  selection: { clusters: [], ...options.selection },
  checks: chosen(options),
  failOn: options.failOn ?? ('error' as const),
})

/**
 * Examines the local clusters of this machine and their registries. Changes nothing.
 * @returns a report, also where nothing could be judged (`exitCode` 3)
 * @throws UnknownNameError where a selected cluster does not exist
 */
export async function check(options: CheckOptions = {}): Promise<Report> {
  const [{ openLiveObservers }, { machineKey }] = await Promise.all([import('./observe/live.ts'), import('./ports/files.ts')])
  const env = options.env ?? process.env
  const observers = await openLiveObservers(env, options.signal ?? new AbortController().signal, options.kubeconfig)
  const session = liveSession(observers, createRedactor(await machineKey(env)))
  return examine(session.look, { ...settings(options), mode: 'live' })
}

/**
 * Judges a saved session (`registry-doctor collect`) as if it were live.
 * @param text the content of the bundle
 * @throws BundleError where it is none
 */
export function checkBundle(text: string, options: Omit<CheckOptions, 'signal' | 'env' | 'kubeconfig'> = {}): Promise<Report> {
  const bundle = parseBundle(text)
  const { selection, ...rest } = settings(options)
  return examine(replaySession(bundle.observations).look, {
    ...rest,
    selection: { ...bundle.selection, ...(options.selection ? selection : {}) },
    mode: 'bundle',
    recordedChecks: bundle.checks,
  })
}
