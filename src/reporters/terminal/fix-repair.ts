import type { FixReport, Repair, RepairStatus } from '../../model/fix-report.ts'
import { count } from '../text.ts'
import type { RepairGroup } from './fix-groups.ts'
import { stepLines } from './fix-steps.ts'
import { repairs as remedies, riskText } from './repair.ts'
import { entry, labelColumns, labelled, marked, type Mark, type Style } from './style.ts'

const marks: { readonly [S in RepairStatus]: Mark } = {
  planned: 'skip',
  applied: 'pass',
  unchanged: 'pass',
  failed: 'fail',
  'not-reached': 'skip',
  manual: 'skip',
  'not-allowed': 'skip',
  declined: 'skip',
  undone: 'pass',
  kept: 'warning',
}

/** Of a root cause, or of a part of a set-up: what it is, what is done about it, and what came of that. */
export function repairBlock(group: RepairGroup, command: FixReport['command'], style: Style): string[] {
  const { first, all, causes, same } = group
  const cause = causes[0]
  const room = style.columns - 2
  const headline = cause === undefined ? `${first.title}${statusWord(first)}` : `${cause.code}: ${cause.message || cause.title}`
  const lines = [
    ...marked(style, marks[first.status] ?? 'blocked', headline, style.paint.bold),
    ...(same === '' ? [] : style.prose(same, room).map((line) => `  ${line}`)),
    ...(style.severalClusters && first.cluster !== undefined ? entry(style, 'cluster', first.cluster) : []),
    ...(first.status === 'manual' ? byHand(group, command, style) : done(group, command, style)),
    ...stays(all, command, style),
    ...docs(group, style),
  ]
  // A command of several lines has an empty one after it.
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** In one word, where no root cause stands before the title. */
const statusWord = ({ status }: Repair): string => ({ unchanged: ': so already', undone: ': taken back' })[status as string] ?? ''

/** What was done or would be, and why no more. */
function done({ first, all, causes }: RepairGroup, command: FixReport['command'], style: Style): string[] {
  const steps = all.flatMap((one) => one.steps)
  const isTold = first.reason === undefined || steps.some((one) => one.reason === first.reason)
  // Where all is as it should be, its steps are of no use to anybody.
  const shown = first.status === 'unchanged' && !style.verbose ? [] : steps
  return [
    ...(causes.length > 0 ? entry(style, 'repair', `${first.title} (${riskText(first.risk)})`) : riskEntry(first, style)),
    ...stepLines(shown, command, style),
    ...outcome(first, isTold ? undefined : first.reason, style),
  ]
}

const riskEntry = ({ risk, status }: Repair, style: Style): string[] =>
  risk === 'safe' || status === 'not-allowed' || status === 'unchanged' ? [] : entry(style, 'risk', riskText(risk))

/** By what label its reason stands, and what it is where none is given. */
const told: { readonly [S in RepairStatus]?: readonly [label: string, reason?: string] } = {
  declined: ['not done', 'you said no'],
  'not-reached': ['not done', 'a repair before it failed'],
  failed: ['failed'],
  kept: ['stays'],
}

/** What has to be said of it beside its steps. */
function outcome({ status, risk }: Repair, reason: string | undefined, style: Style): string[] {
  const [label, usual] = told[status] ?? ['note']
  const text = reason ?? usual
  return [
    ...(status === 'not-allowed' ? entry(style, 'needs', `--allow ${riskText(risk)}`) : []),
    ...(text === undefined ? [] : entry(style, label, text)),
  ]
}

/** What only a person can do, as the check shows it. */
function byHand({ first, all, causes }: RepairGroup, command: FixReport['command'], style: Style): string[] {
  const why = first.reason === undefined ? [] : entry(style, 'why', first.reason)
  const isKnown = causes.length > 0 && causes.every(({ remedies: known }) => known.some((one) => one.title === first.title))
  if (isKnown) return [...remedies(causes, style, 'by hand'), ...why]
  const steps = all.flatMap((one) => one.steps)
  return [...(causes.length > 0 ? entry(style, 'by hand', first.title) : []), ...stepLines(steps, command, style), ...why]
}

/** Where to read on, for whoever has to. */
function docs({ first: { status }, causes }: RepairGroup, style: Style): string[] {
  if (causes[0] === undefined || (status !== 'manual' && status !== 'failed')) return []
  return labelled(style, 'docs', style.prose(causes[0].docs, style.columns - labelColumns).map(style.paint.dim))
}

/** What a repair that failed has changed before it did. */
function stays(repairs: readonly Repair[], command: FixReport['command'], style: Style): string[] {
  if (repairs[0]?.status !== 'failed' || command === 'undo') return []
  const made = repairs.flatMap(({ steps }) => steps.filter((one) => one.status === 'applied')).length
  // Whether the step that failed has left something is not known.
  if (made === 0) return []
  return entry(style, 'stays', `what was done before it (${count(made, 'change')}); fix --undo takes ${made === 1 ? 'it' : 'them'} back`)
}
