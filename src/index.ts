/** The library: what the command line does, without a terminal. */
import { parseBundle } from './bundle/bundle.ts'
import { checks as allChecks } from './checks/index.ts'
import type { AnyCheck } from './checks/define-check.ts'
import type { Selection } from './discover/options.ts'
import { examine } from './engine/examine.ts'
import { explain as explainWith } from './engine/explain.ts'
import type { FilesToExplain } from './engine/given-files.ts'
import type { WantedPod } from './engine/find-pod.ts'
import type { Target } from './engine/target.ts'
import type { CheckOutcome } from './engine/run-checks.ts'
import { liveSession, replaySession, type Session } from './engine/session.ts'
import { trace as traceWith } from './engine/trace.ts'
import type { LintOptions } from './lint/lint-files.ts'
import type { FileToLint } from './lint/lint.ts'
import type { LintReport } from './model/lint-report.ts'
import type { PullPlanDocument } from './model/pull-plan.ts'
import type { Report } from './model/report.ts'
import type { Topology } from './model/topology.ts'
import type { TraceDocument } from './model/trace.ts'
import type { Severity } from './model/words.ts'
import { createRedactor } from './redact/redact.ts'

export { BundleError } from './bundle/bundle.ts'
export { classifyPullError, type ClassifiedPullError } from './containerd/pull-error/classify.ts'
export { SelectionError, UnknownNameError, type Selection } from './discover/options.ts'
export type { FilesToExplain } from './engine/given-files.ts'
export type { WantedPod } from './engine/find-pod.ts'
export { renderRegistriesYaml, type Rendered, type RenderSettings } from './k3s/render.ts'
export type { PassedBy } from './k3s/host-config.ts'
export type { LintOptions } from './lint/lint-files.ts'
export type { FileToLint } from './lint/lint.ts'
export type { Target } from './engine/target.ts'
export { codes, type Code, type CodeInfo } from './model/codes.ts'
export type { Evidence, Remedy, ReportedFinding, Risk, Step } from './model/finding.ts'
export { lintCodes, type LintCode } from './model/lint-codes.ts'
export type { FileKind, LintedFile, LintReport } from './model/lint-report.ts'
export type { NodePullPlan, PlannedEndpoint, PullAttempt, PullError, PullPlanDocument } from './model/pull-plan.ts'
export { pullErrorMeanings, type PullErrorMeaning } from './model/pull-error-meanings.ts'
export type { PullErrorClass } from './model/pull-error.ts'
export type { FixReport, FixStep, Repair } from './model/fix-report.ts'
export type { CheckResult, Report, ResultStatus } from './model/report.ts'
export type { Output, Reporter, ReporterOptions } from './model/reporter.ts'
export type { ImageTrace, Place, TraceDocument } from './model/trace.ts'
export type { Hop, Severity, Subject, Vantage } from './model/words.ts'
export { fixReporters } from './reporters/fix-reporters.ts'
export { lintReporters } from './reporters/lint-reporters.ts'
export { planReporters, reporters, reporterNamed, traceReporters, type ReporterEntry } from './reporters/index.ts'

export interface LiveOptions {
  /** Which clusters and registry; default: all that are found. */
  readonly selection?: Partial<Selection>
  /** Ends the run early. */
  readonly signal?: AbortSignal
  /** Where DOCKER_HOST, KUBECONFIG and the like are read; default: the process's. */
  readonly env?: NodeJS.ProcessEnv
  /** The kubeconfig to use; default: KUBECONFIG, else ~/.kube/config. */
  readonly kubeconfig?: string
}

export interface CheckOptions extends LiveOptions {
  /** Only this pod, or the pods of this workload, with what they need; default: everything. */
  readonly target?: Target
  /** Only pods of this namespace are asked after; default: all. */
  readonly namespace?: string
  /** Ids of the checks to run (`node/registry-config`); default: all. Unknown ids are ignored. */
  readonly checks?: readonly string[]
  /** From which severity on `exitCode` is 1; default: error. */
  readonly failOn?: Severity
  /** Proves it too: pushes an image, runs it on every node (`pods`) or only pulls it there (`cri`), and takes all away again. */
  readonly probe?: 'pods' | 'cri'
}

const chosen = ({ checks }: CheckOptions): AnyCheck[] => allChecks.filter((one) => checks === undefined || checks.includes(one.id))

const settings = (options: CheckOptions) => ({
  selection: { clusters: [], ...options.selection },
  checks: chosen(options),
  failOn: options.failOn ?? ('error' as const),
  ...(options.target !== undefined && { target: options.target }),
  ...(options.namespace !== undefined && { namespace: options.namespace }),
})

/**
 * Examines the local clusters of this machine and their registries. Changes nothing, but for what `probe` makes and takes
 * away again.
 * @returns a report, also where nothing could be judged (`exitCode` 3)
 * @throws UnknownNameError where a selected cluster does not exist
 */
export async function check(options: CheckOptions = {}): Promise<Report> {
  const open = await openSessions(options)
  return examine(open().look, {
    ...settings(options),
    mode: 'live',
    ...(options.probe !== undefined && { prove: prover(options, options.probe, open) }),
  })
}

const prover =
  ({ env = process.env, signal = new AbortController().signal, kubeconfig }: LiveOptions, by: 'pods' | 'cri', open: () => Session) =>
  async (topology: Topology): Promise<readonly CheckOutcome[]> => {
    const [{ liveTools }, { probe }] = await Promise.all([import('./effects/probe/live.ts'), import('./effects/probe/probe.ts')])
    const silent = (): void => undefined
    const given = { env, by, signal, look: open().look, log: silent, tell: silent }
    return probe(await liveTools({ ...given, ...(kubeconfig !== undefined && { kubeconfig }) }), topology)
  }

/** Sessions on the same world, none of which knows what another has seen. */
async function openSessions({ env = process.env, signal, kubeconfig }: LiveOptions): Promise<() => Session> {
  const [{ openLiveObservers }, { machineKey }] = await Promise.all([import('./observe/live.ts'), import('./ports/files.ts')])
  const observers = await openLiveObservers(env, signal ?? new AbortController().signal, kubeconfig)
  const redact = createRedactor(await machineKey(env))
  return () => liveSession(observers, redact)
}

const openSession = async (options: LiveOptions): Promise<Session> => (await openSessions(options))()

/**
 * Judges a saved session (`registry-doctor collect`) as if it were live.
 * @param text the content of the bundle
 * @throws BundleError where it is none
 */
export function checkBundle(text: string, options: Omit<CheckOptions, 'signal' | 'env' | 'kubeconfig' | 'probe'> = {}): Promise<Report> {
  const bundle = parseBundle(text)
  const { selection: _, ...rest } = settings(options)
  return examine(replaySession(bundle.observations).look, {
    ...rest,
    selection: { ...bundle.selection, ...options.selection },
    mode: 'bundle',
    recordedChecks: bundle.checks,
  })
}

/** An image, as a pod names it, or the pod whose images are meant. */
export type ToExplain = { readonly image: string } | WantedPod

/**
 * Says per node what comes of pulling an image, or those of a pod, and which error to expect. Pulls nothing.
 * @returns a document also where nothing could be judged (`exitCode` 3)
 * @throws SelectionError where a selected cluster or the pod does not exist
 */
export async function explain(asked: ToExplain, options: LiveOptions = {}): Promise<PullPlanDocument> {
  const { look } = await openSession(options)
  return explainWith(look, { asked, selection: { clusters: [], ...options.selection }, mode: 'live' })
}

/**
 * The same from a saved session: where it holds no trace of an image, the plan of its pull.
 * @param text the content of the bundle
 * @throws BundleError where it is none
 */
export function explainBundle(text: string, asked: ToExplain, options: Pick<LiveOptions, 'selection'> = {}): Promise<PullPlanDocument> {
  const { observations, selection } = parseBundle(text)
  return explainWith(replaySession(observations).look, { asked, selection: { ...selection, ...options.selection }, mode: 'bundle' })
}

/** An image, as a pod names it or as it is pushed, or the pod whose images are meant. */
export type ToTrace = { readonly image: string } | WantedPod

/**
 * Follows an image, or those of a pod, from the engine to the pods that run it, and says where it first is another. Pulls nothing.
 * @returns a document also where nothing could be judged (`exitCode` 3)
 * @throws SelectionError where a selected cluster or the pod does not exist
 */
export async function trace(asked: ToTrace, options: LiveOptions = {}): Promise<TraceDocument> {
  const { look } = await openSession(options)
  return traceWith(look, { asked, selection: { clusters: [], ...options.selection }, mode: 'live' })
}

/**
 * The same from a saved session: a place that it does not tell of is `unknown`.
 * @param text the content of the bundle
 * @throws BundleError where it is none
 */
export function traceBundle(text: string, asked: ToTrace, options: Pick<LiveOptions, 'selection'> = {}): Promise<TraceDocument> {
  const { observations, selection } = parseBundle(text)
  return traceWith(replaySession(observations).look, { asked, selection: { ...selection, ...options.selection }, mode: 'bundle' })
}

/**
 * The plan of a pull from files alone: nothing is asked.
 * @throws SelectionError where the version is none, or a directory or file cannot be read
 */
export async function explainFiles(
  image: string,
  files: FilesToExplain,
  { env = process.env }: Pick<LiveOptions, 'env'> = {},
): Promise<PullPlanDocument> {
  const [given, { localFiles }, { machineKey }] = await Promise.all([
    import('./engine/explain-files.ts'),
    import('./observe/local-files.ts'),
    import('./ports/files.ts'),
  ])
  return given.explainFiles(image, files, localFiles(createRedactor(await machineKey(env))))
}

/**
 * Says what will go wrong with a kind or k3d configuration, a registries.yaml, a hosts.toml or a config.toml. Asks nobody.
 * @param files with the path by which they are told, as in `certs.d/localhost:5001/hosts.toml`
 * @throws SelectionError where a version is none, or what a file is cannot be told
 */
export async function lint(
  files: readonly FileToLint[],
  { env = process.env, ...options }: LintOptions & Pick<LiveOptions, 'env'> = {},
): Promise<LintReport> {
  const [{ lintFiles }, { machineKey }] = await Promise.all([import('./lint/lint-files.ts'), import('./ports/files.ts')])
  return lintFiles(files, options, createRedactor(await machineKey(env)))
}
