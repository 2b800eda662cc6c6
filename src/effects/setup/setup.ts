import type { FixReport, FixStep, Repair } from '../../model/fix-report.ts'
import type { Risk } from '../../model/finding.ts'
import type { Look } from '../../model/observation.ts'
import type { Report } from '../../model/report.ts'
import type { Topology } from '../../model/topology.ts'
import { showStep } from '../../remedies/show.ts'
import { doRepairs } from '../fix/do-repairs.ts'
import { fixDocument } from '../fix/document.ts'
import type { Examined, FixDeps } from '../fix/fix.ts'
import type { PlannedRepair, RepairTools } from '../fix/repair.ts'
import { awaitNodes, settle } from '../fix/settle.ts'
import { shownRepair } from '../fix/shown.ts'
import type { Journal } from '../journal/journal.ts'
import type { DoneStep } from '../ops/op.ts'
import { planCluster, type ClusterWanted } from './cluster/plan-cluster.ts'
import type { Machine, Refused, SetupOptions } from './options.ts'
import { planSetup } from './plan-setup.ts'
import { registryNameOf } from './registry-name.ts'
import { tlsDirectory, tlsFiles, type TlsFiles } from './tls/files.ts'

export interface SetupDeps extends Pick<FixDeps, 'openWorld' | 'openJournal' | 'signal' | 'tell' | 'startedAt'> {
  /**
   * Looks afresh.
   * @param probe whether to prove it too
   * @param cluster only this one; default: what the user has selected
   */
  examine(probe: boolean, cluster?: string): Promise<Examined>
  /** Of a session that has seen nothing yet. */
  look(): Look
  /** A text without its secrets. */
  redact(text: string): string
  readonly machine: Machine & { readonly host: Parameters<typeof tlsFiles>[0] }
}

export interface SetupRunOptions extends Omit<SetupOptions, 'tls'> {
  readonly createCluster?: ClusterWanted
  readonly tls: boolean
  readonly allow: Risk
  readonly dryRun: boolean
}

const nothing: Topology = { clusters: [], registries: [], choices: [], gaps: [] }

/** Sets up a registry and what leads clusters to it, and proves it. What is there already is left as it is. */
export async function setup(deps: SetupDeps, options: SetupRunOptions): Promise<FixReport> {
  return new SetupRun(deps, options).run()
}

/** A set-up that cannot be made, with the reason. */
class Refusal extends Error {
  readonly code: string
  constructor({ refused: { code, message } }: Refused) {
    super(message)
    this.code = code
  }
}

class SetupRun {
  readonly #deps: SetupDeps
  readonly #options: SetupRunOptions
  readonly #repairs: Repair[] = []
  readonly #notes: string[] = []
  #journal: Journal | undefined
  #next: readonly string[] = []
  #before: Report | null = null

  constructor(deps: SetupDeps, options: SetupRunOptions) {
    this.#deps = deps
    this.#options = options
  }

  async run(): Promise<FixReport> {
    try {
      return await this.#all()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return this.#document(null, { exitCode: exitCodes[error.code] ?? 2, error: { code: error.code, message: error.message } })
    } finally {
      await this.#journal?.end(this.#isWhole() ? 'done' : 'failed').catch(() => undefined)
    }
  }

  async #all(): Promise<FixReport> {
    const created = await this.#cluster()
    if (created === null) return this.#end(null)
    const found = await this.#deps.examine(false, created.cluster)
    this.#before = found.report
    if (!found.topology) return this.#document(null, found.report)
    const topology = created.isNew ? await this.#booted(found.topology, created.cluster) : found.topology
    const { repairs, next, notes } = await this.#planned(topology, created.registryName)
    this.#next = next
    this.#notes.push(...notes)
    // Of what was made a moment ago it need not be said that it is there.
    const isWhole = await this.#do(topology, created.isNew ? repairs.filter(({ steps }) => steps.length > 0) : repairs)
    if (this.#options.dryRun) return this.#document(null, { exitCode: this.#isChange() ? 1 : 0 })
    if (!isWhole) return this.#end((await this.#deps.examine(false, created.cluster)).report)
    // What is as it was has been proven when it was made.
    return this.#end((await this.#deps.examine(this.#isChange(), created.cluster)).report)
  }

  /** kind is done before its nodes are Ready. */
  async #booted(topology: Topology, cluster: string | undefined): Promise<Topology> {
    const { world } = await this.#tools(topology)
    await awaitNodes(world, topology.clusters, this.#deps.signal)
    return (await this.#deps.examine(false, cluster)).topology ?? topology
  }

  /** The cluster, where one is to be made. @returns null where it could not be */
  async #cluster(): Promise<{ readonly cluster?: string; readonly registryName?: string; readonly isNew: boolean } | null> {
    const { createCluster, dryRun } = this.#options
    if (createCluster === undefined) return { isNew: false }
    const look = this.#deps.look()
    const files = this.#options.tls ? await this.#tls(registryNameOf(nothing, this.#optionsWith(), createCluster.provider)) : undefined
    const plan = taken(await planCluster(look, createCluster, this.#optionsWith(files?.files), this.#deps.machine))
    this.#notes.push(...plan.notes)
    if (!dryRun) await files?.keep()
    const isWhole = await this.#do(nothing, plan.repairs)
    if (!isWhole || (dryRun && plan.repairs.length > 0)) return null
    const { cluster, registryName } = plan
    return { cluster, isNew: plan.repairs.length > 0, ...(registryName !== undefined && { registryName }) }
  }

  async #planned(topology: Topology, registryName: string | undefined) {
    const named = registryName === undefined ? {} : { registryName }
    const files = this.#options.tls ? await this.#tls(registryNameOf(topology, { ...this.#optionsWith(), ...named })) : undefined
    if (!this.#options.dryRun) await files?.keep()
    return taken(await planSetup(this.#deps.look(), topology, { ...this.#optionsWith(files?.files), ...named }, this.#deps.machine))
  }

  #tls(name: string): ReturnType<typeof tlsFiles> {
    const { machine } = this.#deps
    return tlsFiles(machine.host, tlsDirectory(machine.env, name), name, new Date())
  }

  #optionsWith(tls?: TlsFiles): SetupOptions {
    const { registryName, port } = this.#options
    return { ...(registryName !== undefined && { registryName }), ...(port !== undefined && { port }), ...(tls && { tls }) }
  }

  /** @returns whether all of it is there now */
  async #do(topology: Topology, repairs: readonly PlannedRepair[]): Promise<boolean> {
    const look = this.#deps.look()
    const shown = await Promise.all(repairs.map((one) => shownRepair(look, one)))
    const isLeft = ({ steps, risk }: PlannedRepair): boolean =>
      steps.length === 0 || risks.indexOf(risk) > risks.indexOf(this.#options.allow)
    const wanted = repairs.filter((one) => !isLeft(one))
    const done = new Map<PlannedRepair, Repair>()
    if (!this.#options.dryRun && wanted.length > 0) {
      const tools = await this.#tools(topology)
      const diffs = new Map(
        shown.flatMap(({ steps }) => steps.flatMap(({ show, diff }) => (diff === undefined ? [] : [[show, diff] as const]))),
      )
      // The registry that was chosen; nothing may refer to it yet.
      const own = wanted.flatMap(({ steps }) => steps.flatMap((step) => ('container' in step ? [step.container] : [])))
      const outcomes = await doRepairs(tools, wanted, diffs, own)
      wanted.forEach((one, nth) => done.set(one, outcomes[nth]!))
      const applied = outcomes.flatMap(({ steps }) => steps.flatMap(({ step, status }) => (status === 'applied' ? [step as DoneStep] : [])))
      await settle(tools.world, applied, this.#deps.signal)
    }
    const all = repairs.map((one, nth): Repair => {
      const known = done.get(one)
      if (known) return known
      if (one.steps.length === 0) return { ...shown[nth]!, status: 'unchanged' }
      if (!isLeft(one)) return shown[nth]!
      return { ...shown[nth]!, status: 'not-allowed', reason: `it is ${one.risk}: --allow ${one.risk}` }
    })
    this.#repairs.push(...all)
    return all.every(({ status }) => status === 'applied' || status === 'unchanged')
  }

  async #tools(topology: Topology): Promise<RepairTools> {
    const world = await this.#deps.openWorld(topology)
    this.#journal ??= await this.#deps.openJournal(topology)
    return { world, journal: this.#journal, signal: this.#deps.signal, tell: this.#deps.tell }
  }

  #isWhole(): boolean {
    return this.#repairs.every(({ status }) => status === 'applied' || status === 'unchanged')
  }

  #isChange(): boolean {
    return this.#repairs.some(({ status }) => status !== 'unchanged')
  }

  #end(after: Report | null): FixReport {
    if (!this.#isWhole()) return this.#document(after, { exitCode: 1 })
    return this.#document(after, after ?? { exitCode: 0 })
  }

  /** The configuration of a cluster is the user's, with what is secret in it. */
  #told(step: FixStep): FixStep {
    if (step.step.op !== 'cluster.create') return step
    const told = { ...step.step, config: this.#deps.redact(step.step.config) }
    return { ...step, step: told, show: showStep(told) }
  }

  #document(after: Report | null, { exitCode, error }: Pick<FixReport, 'exitCode' | 'error'>): FixReport {
    const parts = {
      command: 'setup',
      dryRun: this.#options.dryRun,
      repairs: this.#repairs.map((one) => ({ ...one, steps: one.steps.map((step) => this.#told(step)) })),
      next: exitCode === 0 ? this.#next : [],
      notes: this.#notes,
      before: this.#before,
      after,
    } as const
    return fixDocument(this.#deps.startedAt, { ...parts, exitCode, ...(error && { error }) }, this.#journal)
  }
}

const risks: readonly Risk[] = ['safe', 'disruptive', 'destructive']

/** What cannot be seen is not the user's fault; what is refused he can give otherwise. */
const exitCodes: { readonly [code: string]: number } = {
  'no-cluster': 3,
  'docker-unreachable': 3,
  'docker-forbidden': 3,
  'kube-unreachable': 3,
  'kube-forbidden': 3,
  'not-running': 3,
  timeout: 3,
  unreadable: 3,
  unforeseen: 3,
}

function taken<T extends object>(plan: T | Refused): T {
  if ('refused' in plan) throw new Refusal(plan)
  return plan
}
