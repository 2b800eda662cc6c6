import type { FixReport, FixStep, Repair } from '../../model/fix-report.ts'
import type { Report } from '../../model/report.ts'
import type { Topology } from '../../model/topology.ts'
import { showUndo } from './show-undo.ts'
import type { Journal, JournaledStep } from '../journal/journal.ts'
import type { DoneStep } from '../ops/op.ts'
import { fixDocument } from './document.ts'
import type { FixDeps } from './fix.ts'
import { settle } from './settle.ts'
import { isOpen, undoSteps } from './undo.ts'

/** How long a node is waited for that was restarted: what was put back may keep it from coming up. */
const undoneMs = 20_000

const nothing: Topology = { clusters: [], registries: [], choices: [], gaps: [] }

/** The earlier run that is taken back. */
export interface EarlierRun {
  readonly id: string
  readonly path: string
  readonly steps: readonly JournaledStep[]
  /** Goes on with its journal. */
  resume(): Promise<Journal>
}

/** Takes an earlier run back, and looks afresh. Exit code 1 where something of it could not be taken back. */
export async function undoRun(
  deps: Pick<FixDeps, 'examine' | 'openWorld' | 'confirm' | 'signal' | 'tell' | 'startedAt'>,
  earlier: EarlierRun,
  { dryRun }: { readonly dryRun: boolean },
): Promise<FixReport> {
  const { report: before, topology } = await deps.examine(false)
  const document = (repairs: readonly Repair[], after: Report | null, exitCode: number): FixReport => {
    const error = exitCode === 3 && before.error ? { error: before.error } : {}
    return fixDocument(deps.startedAt, { command: 'undo', dryRun, repairs, before, after, exitCode, ...error }, earlier)
  }
  // With a cluster that is gone goes what was changed of it; the rest can be taken back all the same.
  const known = topology ?? (before.error?.code === 'no-cluster' ? nothing : null)
  if (!known) return document([], null, 3)
  const planned = plannedUndo(earlier.steps)
  if (planned.length === 0) {
    if (!dryRun) await (await earlier.resume()).end('undone')
    return document([], null, 0)
  }
  if (dryRun) return document(planned, null, 0)
  if (!(await deps.confirm(document(planned, null, 0))))
    return document(
      planned.map((one) => ({ ...one, status: 'declined' })),
      null,
      1,
    )
  const world = await deps.openWorld(known)
  const journal = await earlier.resume()
  const repairs = await undoSteps({ world, journal, signal: deps.signal, tell: deps.tell }, earlier.steps)
  const isWhole = repairs.every(({ status }) => status !== 'failed' && status !== 'not-reached')
  await journal.end(isWhole ? 'undone' : 'failed')
  const changed = repairs.flatMap(({ steps }) => steps.flatMap(({ step, status }) => (status === 'undone' ? [step as DoneStep] : [])))
  // What did not run before will not run now.
  const ran = new Set(
    earlier.steps.filter(({ before: was }) => (was as { status?: string } | null)?.status !== 'exited').map(({ step }) => step),
  )
  const restarted = changed.filter((step) => (step.op === 'container.restart' || step.op === 'container.recreate') && ran.has(step))
  await settle(world, restarted, deps.signal, undoneMs)
  const isAllGone = isWhole && repairs.every(({ status }) => status !== 'kept')
  return document(repairs, (await deps.examine(false)).report, isAllGone ? 0 : 1)
}

/** What would be taken back, in the order in which it is. */
function plannedUndo(steps: readonly JournaledStep[]): Repair[] {
  const open = steps.filter(isOpen).toReversed()
  return [...new Set(open.map(({ title }) => title))].map((title) => ({
    title,
    risk: 'safe',
    status: 'planned',
    steps: open.filter((one) => one.title === title).map((one): FixStep => ({ step: one.step, show: showUndo(one), status: 'planned' })),
  }))
}
