import type { Risk } from '../../model/finding.ts'
import type { FixReport, RepairStatus, StepStatus } from '../../model/fix-report.ts'
import { width } from '../layout.ts'
import { count, oneLine } from '../text.ts'
import { outcomes, type Outcome } from './fix-after.ts'
import { doneTo } from './fix-groups.ts'
import { undoCommand } from './fix-how.ts'
import { labelled, type Style } from './style.ts'

/** The verdict of a run that changes something, in its parts. */
export interface FixVerdict {
  /** Whether things are as they were asked for. */
  readonly head: string
  readonly facts: readonly string[]
}

/**
 * The last line: whether things are as they were asked for, the counts, and what takes it back. Where not all fits, the lesser
 * counts go first; the command, which must not be broken, then stands before it.
 * @param room columns of the terminal
 */
export function verdictBlocks(document: FixReport, style: Style, room: number): string[][] {
  const { head, facts } = fixVerdict(document)
  const said = facts.map(style.line)
  const tails = said.map((_, nth) => `: ${said.slice(0, said.length - nth).join(', ')}`)
  const color = { healthy: style.paint.green, unhealthy: style.paint.red, incomplete: style.paint.magenta }[document.status]
  const painted = style.paint.bold(color(head))
  const undo = undoCommand(document)
  const whole = (tails[0] ?? '') + (undo === null ? '' : ` ${style.dot} undo: ${undo}`)
  if (width(head + whole) <= room) return [[painted + whole]]
  const fits = tails.find((tail) => width(head + tail) <= style.columns) ?? tails.at(-1) ?? ''
  return [undo === null ? [] : labelled(style, 'undo', [style.paint.cyan(undo)]), [painted + fits]]
}

/** What is said of a run in the end. */
export function fixVerdict(document: FixReport): FixVerdict {
  const { error, exitCode, command } = document
  const all = factsOf(document)
  const facts = [...(error === undefined ? [] : [oneLine(error.code)]), ...all.facts]
  // Whoever ended it knows why.
  if (exitCode >= 128) return { head: 'interrupted', facts: all.facts }
  if (command === 'undo') return { head: undoHead(document, all), facts }
  return command === 'setup' ? setupVerdict(document, all, facts) : fixed(document, all, facts)
}

interface Counts {
  readonly facts: readonly string[]
  readonly made: number
  readonly became: (what: Outcome['became']) => number
  readonly repairs: (status: RepairStatus) => number
  readonly steps: (status: StepStatus) => number
}

function fixed(
  { repairs, before, after, error, exitCode, status }: FixReport,
  { made, became, repairs: of }: Counts,
  facts: string[],
): FixVerdict {
  if (made > 0) {
    if (after === null || after.status === 'incomplete')
      return { head: 'changed', facts: after === null ? [...facts, 'not judged afterwards'] : facts }
    return { head: exitCode === 0 ? 'repaired' : became('gone') > 0 ? 'repaired in part' : 'not repaired', facts }
  }
  if (of('failed') > 0 || error !== undefined) return { head: 'not repaired', facts }
  if (repairs.length === 0) return { head: 'nothing to repair', facts: [before?.status ?? status, ...facts] }
  if (of('unchanged') === repairs.length) return { head: 'nothing to change', facts: ['all is as the repairs would make it'] }
  return { head: 'not changed', facts }
}

function setupVerdict({ error, exitCode, after }: FixReport, { made, repairs: of }: Counts, facts: string[]): FixVerdict {
  if (of('planned') > 0) return { head: 'not changed', facts }
  if (of('failed') > 0 || error !== undefined || exitCode !== 0) return { head: 'not set up', facts }
  const proven = after?.checks.find((one) => one.id === 'probe/run')?.results.filter((one) => one.status === 'pass').length ?? 0
  const proof = proven > 0 ? [`proven on ${count(proven, 'node')}`] : []
  return made > 0
    ? { head: 'set up', facts: [...facts, ...proof] }
    : { head: 'set up already', facts: ['nothing to change', ...facts, ...proof] }
}

function undoHead({ error }: FixReport, { repairs: of, steps }: Counts): string {
  if (of('planned') > 0) return 'not changed'
  if (steps('kept') > 0 || steps('failed') > 0) return steps('undone') > 0 ? 'undone in part' : 'not undone'
  if (error !== undefined) return 'not undone'
  return steps('undone') > 0 ? 'undone' : 'nothing to undo'
}

function factsOf(document: FixReport): Counts {
  const { command, repairs } = document
  const all = outcomes(document)
  const steps = repairs.flatMap((one) => one.steps)
  const became = (what: Outcome['became']): number => all.filter((one) => one.became === what).length
  const of = (status: RepairStatus): number => repairs.filter((one) => one.status === status).length
  const stepsOf = (status: StepStatus): number => steps.filter((one) => one.status === status).length
  const some = (n: number, text: string): string[] => (n > 0 ? [text] : [])
  const [made, undone, kept] = [stepsOf('applied'), stepsOf('undone'), stepsOf('kept')]
  const facts = [
    ...causeFacts(command === 'fix' ? all : all.filter((one) => one.became !== 'gone')),
    ...repairFacts(document, of, stepsOf('planned')),
    // What stays is told before what does not, as it is what there is to do something about.
    ...some(kept, `${count(kept, 'change')} kept`),
    ...some(made, `${count(made, 'change')}${onNodes(document, 'applied')}`),
    ...some(undone, `${count(undone, 'change')} taken back${onNodes(document, 'undone')}`),
  ]
  return { facts, made, became, repairs: of, steps: stepsOf }
}

/** `1 root cause gone`, `1 still there`; a warning is counted for itself, as in every report. */
function causeFacts(all: readonly Outcome[]): string[] {
  return (['error', 'warning'] as const).flatMap((severity) => {
    const own = all.filter((one) => one.finding.severity === severity)
    return counted(
      severity === 'error' ? 'root cause' : 'warning',
      (['gone', 'still there', 'new'] as const).map((became) => [own.filter((one) => one.became === became).length, became]),
    )
  })
}

/** What became of repairs that were not made. */
function repairFacts({ command, repairs }: FixReport, of: (status: RepairStatus) => number, steps: number): string[] {
  const barred = (risk: Risk): number => repairs.filter((one) => one.status === 'not-allowed' && one.risk === risk).length
  const risks = (['safe', 'disruptive', 'destructive'] as const).map((risk): [number, string] => [
    barred(risk),
    `${barred(risk) === 1 ? 'needs' : 'need'} --allow ${risk}`,
  ])
  // What a set-up has to do is not told in repairs.
  const plan = command === 'fix' ? '' : `${count(steps, 'change')} ${command === 'undo' ? 'can be taken back' : 'to be made'}`
  return [
    ...(plan === '' || steps === 0 || of('planned') === 0 ? [] : [plan]),
    ...counted(command === 'setup' ? 'part' : 'repair', [
      [command === 'fix' ? of('planned') : 0, `${of('planned') === 1 ? 'is' : 'are'} possible`],
      [of('failed'), 'failed'],
      ...risks,
      [of('manual'), 'to be made by hand'],
      [of('declined'), 'declined'],
      [of('not-reached'), 'not reached'],
    ]),
  ]
}

/** `2 repairs failed`, `1 declined`: what is counted is named once. */
const counted = (noun: string, counts: readonly (readonly [number, string])[]): string[] =>
  counts.filter(([n]) => n > 0).map(([n, what], nth) => `${nth === 0 ? count(n, noun) : n} ${what}`)

/** ` on 3 nodes`, where every one of these steps is of a node. */
function onNodes({ repairs }: FixReport, status: StepStatus): string {
  const steps = repairs.flatMap((one) => one.steps).filter((one) => one.status === status)
  const nodes = steps.map(({ step }) => (step.op === 'pod.delete' ? '' : doneTo(step)))
  return nodes.includes('') ? '' : ` on ${count(new Set(nodes).size, 'node')}`
}
