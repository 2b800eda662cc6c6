import type { Step } from '../../model/finding.ts'
import type { FixReport, FixStep, StepStatus } from '../../model/fix-report.ts'
import { diffLines } from './fix-diff.ts'
import { groupSteps, type StepGroup } from './fix-groups.ts'
import { indented, paintMark, type Mark, type Style } from './style.ts'

const textColumn = 4

const marks: { readonly [S in StepStatus]: Mark | null } = {
  planned: null,
  applied: 'pass',
  unchanged: 'pass',
  failed: 'fail',
  'not-reached': 'skip',
  undone: 'pass',
  kept: 'warning',
}
const words: { readonly [S in StepStatus]?: string } = {
  unchanged: 'so already: ',
  'not-reached': 'not reached: ',
  undone: 'taken back: ',
  kept: 'stays: ',
}

/**
 * The steps of repairs, in their order: what each does to a file or as a command, once for all nodes, and what came of it.
 * @param command `undo` takes them back
 */
export const stepLines = (steps: readonly FixStep[], command: FixReport['command'], style: Style): string[] =>
  groupSteps(steps).flatMap((group) => groupLines(group, command, style))

function groupLines({ first, on }: StepGroup, command: FixReport['command'], style: Style): string[] {
  const { paint } = style
  const { step, status, show, reason, diff = '' } = first
  const mark = marks[status] === null ? paint.dim(style.dot) : paintMark(style, marks[status] ?? 'blocked')
  const word = words[status] ?? ''
  const thing = thingOf(step)
  const isPlanned = status === 'planned'
  // What was not touched needs no proof of it.
  const changes = style.verbose || (status !== 'unchanged' && status !== 'not-reached') ? diffLines(diff, style) : []
  const why = reason === undefined ? [] : toldBelow(reason, style)
  if (thing !== null) {
    const isNew = 'expect' in step && step.expect === null && command !== 'undo' && status !== 'unchanged' && status !== 'not-reached'
    const where = on.length === 0 ? '' : ` on ${on.join(', ')}`
    const toPaste = isPlanned && changes.length === 0 ? [...commandLines(show, textColumn, style), ...sameLines(step, on, style)] : []
    return [...beside(mark, `${word}${thing}${isNew ? ' (new)' : ''}${where}`, style), ...changes, ...toPaste, ...why]
  }
  return [...commandBeside(first, mark, word, style), ...sameLines(step, on, style), ...changes, ...why]
}

/** For which other nodes or pods the command is to be given. */
function sameLines({ op }: Step, on: readonly string[], style: Style): string[] {
  if (on.length < 2) return []
  const text = `the same ${op === 'pod.delete' ? 'for' : 'on'} ${on.slice(1).join(', ')}`
  return style.prose(text, style.columns - textColumn).map((line) => indented(style.paint.dim(line), textColumn))
}

/** What a step writes, where that says more than a command. */
function thingOf(step: Step): string | null {
  if ('path' in step) return step.op === 'host.file.put' ? `${step.path} on this machine` : step.path
  if (step.op === 'configmap.put') return `ConfigMap ${step.namespace}/${step.name} of cluster ${step.cluster}`
  return step.op === 'cluster.create' ? `cluster ${step.cluster} of ${step.provider}` : null
}

function commandBeside({ step, status, show }: FixStep, mark: string, word: string, style: Style): string[] {
  const isSentence = step.op === 'manual' && step.command === undefined
  if (isSentence) return beside(mark, word + show, style)
  const command = style.verbatim(show)
  const paint = status === 'planned' ? style.paint.cyan : (line: string): string => line
  if (command.length === 1) return [`  ${mark} ${word}${paint(command[0]!)}`]
  return [`  ${mark} ${word}${step.op}`, ...commandLines(show, textColumn, style)]
}

/** A command to be pasted. One of several lines starts at the margin: indented, a here-document would never end. */
function commandLines(show: string, column: number, style: Style): string[] {
  const lines = style.verbatim(show)
  if (lines.length === 1) return lines.map((line) => indented(style.paint.cyan(line), column))
  return lines.length === 0 ? [] : ['', ...lines.map(style.paint.cyan), '']
}

const beside = (mark: string, text: string, style: Style): string[] =>
  style.prose(text, style.columns - textColumn).map((line, nth) => (nth === 0 ? `  ${mark} ${line}` : indented(line, textColumn)))

/** Why it is as it is, behind an arrow. */
function toldBelow(reason: string, style: Style): string[] {
  const lines = style.prose(reason, style.columns - textColumn - style.arrow.length - 1)
  const hanging = ' '.repeat(style.arrow.length)
  return lines.map((line, nth) => indented(`${nth === 0 ? style.paint.dim(style.arrow) : hanging} ${line}`, textColumn))
}
