import type { FixReport, Repair } from '../../model/fix-report.ts'
import type { Look } from '../../model/observation.ts'
import type { Report } from '../../model/report.ts'
import type { Topology } from '../../model/topology.ts'
import type { Journal, JournaledStep } from '../journal/journal.ts'
import type { DoneStep, RepairWorld } from '../ops/op.ts'
import { doRepairs } from './do-repairs.ts'
import { fixDocument } from './document.ts'
import { kickPods, type KubectlOf } from './kick-pods.ts'
import { planRepairs, type PlanOptions } from './plan.ts'
import type { PlannedRepair, RepairTools } from './repair.ts'
import { showStep } from '../../remedies/show.ts'
import { begunSteps, completeInterrupted } from './resume.ts'
import { settle } from './settle.ts'
import { shownRepair } from './shown.ts'

/** What was found, with what it was found in; no topology where nothing could be examined. */
export interface Examined {
  readonly report: Report
  readonly topology: Topology | null
  readonly look: Look
}

/** An earlier run that was ended in the middle. */
export interface InterruptedRun {
  readonly id: string
  readonly steps: readonly JournaledStep[]
  /** It was taking them back. */
  readonly wasUndoing: boolean
  /** Goes on with its journal. */
  resume(): Promise<Journal>
}

/** What a run needs of the world. */
export interface FixDeps {
  /** Looks afresh. @param probe whether to prove it too */
  examine(probe: boolean): Promise<Examined>
  /** Opens what changes the world: not before something is to be changed. */
  openWorld(topology: Topology): Promise<RepairWorld>
  openJournal(topology: Topology): Promise<Journal>
  interrupted(): Promise<InterruptedRun | null>
  /** Whether the user wants what is shown. */
  confirm(shown: FixReport): Promise<boolean>
  readonly kubectlOf: (topology: Topology) => KubectlOf
  readonly signal: AbortSignal
  readonly tell: RepairTools['tell']
  readonly startedAt: string
}

export interface FixOptions extends PlanOptions {
  readonly dryRun: boolean
  readonly probe: boolean
  readonly kickPods: boolean
}

/** What is hidden behind a fault shows when it is repaired: so many times it is looked at afresh. */
const mostRounds = 4

/** Repairs what was found, round by round, and looks afresh at the end. */
export async function fix(deps: FixDeps, options: FixOptions): Promise<FixReport> {
  const run = new FixRun(deps, options)
  return run.run()
}

class FixRun {
  readonly #deps: FixDeps
  readonly #options: FixOptions
  readonly #repairs: Repair[] = []
  readonly #notes: string[] = []
  readonly #tried = new Set<string>()
  #before: Report | null = null
  #journal: Journal | undefined
  #isChanged = false

  constructor(deps: FixDeps, options: FixOptions) {
    this.#deps = deps
    this.#options = options
  }

  async run(): Promise<FixReport> {
    try {
      return await this.#all()
    } finally {
      const isWhole = this.#repairs.every((one) => one.status !== 'failed' && one.status !== 'not-reached')
      await this.#journal?.end(isWhole ? 'done' : 'failed').catch(() => undefined)
    }
  }

  async #all(): Promise<FixReport> {
    let examined = await this.#deps.examine(false)
    this.#before = examined.report
    const interrupted = await this.#deps.interrupted()
    if (interrupted) examined = await this.#complete(interrupted, examined)
    let others: readonly Repair[] = []
    for (let round = 0; round < mostRounds && examined.topology && !this.#deps.signal.aborted; round++) {
      const plan = planRepairs(examined.report, this.#options)
      others = plan.others
      const repairs = plan.repairs.filter(({ finding }) => !this.#tried.has(finding!))
      if (repairs.length === 0) break
      const shown = await Promise.all(repairs.map((one) => shownRepair(examined.look, one)))
      if (this.#options.dryRun) return this.#document([...shown, ...others], null)
      if (!(await this.#deps.confirm(this.#document([...shown, ...others], null)))) {
        const declined = shown.map((one) => ({ ...one, status: 'declined' as const }))
        return this.#document([...this.#repairs, ...declined, ...others], this.#isChanged ? examined.report : null)
      }
      const isDone = await this.#apply(examined.topology, repairs, shown)
      examined = await this.#deps.examine(false)
      if (!isDone) break
    }
    if (examined.topology) others = planRepairs(examined.report, this.#options).others
    if (this.#options.kickPods && examined.topology && !this.#options.dryRun) await this.#kick(examined.report, examined.topology)
    const isProved = this.#options.probe && !this.#options.dryRun && examined.report.exitCode !== 3 && !this.#deps.signal.aborted
    const after = isProved ? (await this.#deps.examine(true)).report : examined.report
    return this.#document([...this.#repairs, ...others], this.#isChanged || isProved ? after : null)
  }

  /** @returns whether all of it was done */
  async #apply(topology: Topology, repairs: readonly PlannedRepair[], shown: readonly Repair[]): Promise<boolean> {
    const tools = await this.#tools(topology)
    const diffs = new Map(
      shown.flatMap(({ steps }) => steps.flatMap(({ show, diff }) => (diff === undefined ? [] : [[show, diff] as const]))),
    )
    const done = await doRepairs(tools, repairs, diffs)
    for (const { finding } of repairs) this.#tried.add(finding ?? '')
    this.#repairs.push(...done)
    this.#isChanged = true
    const applied = done.flatMap(({ steps }) => steps.flatMap(({ step, status }) => (status === 'applied' ? [step as DoneStep] : [])))
    await settle(tools.world, applied, this.#deps.signal)
    return done.every(({ status }) => status === 'applied' || status === 'unchanged')
  }

  /** What a run was killed in the middle of comes first: until it is whole, nothing that is seen can be gone by. */
  async #complete(interrupted: InterruptedRun, examined: Examined): Promise<Examined> {
    const { id, wasUndoing } = interrupted
    if (wasUndoing) {
      this.#notes.push(`run ${id} was being taken back and was ended in the middle: fix --undo ${id} goes on with that`)
      return examined
    }
    const begun = begunSteps(interrupted.steps)
    const shown: Repair = {
      title: `complete what run ${id} was ended in the middle of`,
      risk: 'safe',
      status: 'planned',
      steps: begun.map(({ step }) => ({ step, show: showStep(step), status: 'planned' })),
    }
    const isWanted =
      !this.#options.dryRun && examined.topology && (begun.length === 0 || (await this.#deps.confirm(this.#document([shown], null))))
    if (!isWanted || !examined.topology) {
      this.#notes.push(`run ${id} was ended in the middle: fix --yes completes it, fix --undo takes it back`)
      return examined
    }
    this.#journal = await interrupted.resume()
    const tools = await this.#tools(examined.topology)
    this.#notes.push(`goes on with run ${id}, which was ended in the middle`)
    this.#notes.push(...(await completeInterrupted(tools, interrupted.steps)))
    this.#isChanged = true
    await settle(
      tools.world,
      begun.map(({ step }) => step),
      this.#deps.signal,
    )
    return this.#deps.examine(false)
  }

  async #kick(report: Report, topology: Topology): Promise<void> {
    const pods = kickPods(report, this.#deps.kubectlOf(topology))
    if (pods.length > 0) this.#repairs.push(...(await doRepairs(await this.#tools(topology), pods)))
    this.#isChanged ||= pods.length > 0
  }

  async #tools(topology: Topology): Promise<RepairTools> {
    const world = await this.#deps.openWorld(topology)
    this.#journal ??= await this.#deps.openJournal(topology)
    return { world, journal: this.#journal, signal: this.#deps.signal, tell: this.#deps.tell }
  }

  #document(repairs: readonly Repair[], after: Report | null): FixReport {
    const report = after ?? this.#before
    const exitCode = report?.exitCode ?? 3
    const parts = {
      command: 'fix',
      dryRun: this.#options.dryRun,
      repairs,
      notes: this.#notes,
      before: this.#before,
      after,
    } as const
    return fixDocument(this.#deps.startedAt, { ...parts, exitCode, ...(report?.error && { error: report.error }) }, this.#journal)
  }
}
