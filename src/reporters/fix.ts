import type { FixReport } from '../model/fix-report.ts'
import type { Reporter } from '../model/reporter.ts'
import type { Report } from '../model/report.ts'
import { overviewOf } from './overview.ts'
import { joined } from './terminal/cause.ts'
import { afterLines, isOfRegistry } from './terminal/fix-after.ts'
import { groupRepairs } from './terminal/fix-groups.ts'
import { howToApply } from './terminal/fix-how.ts'
import { repairBlock } from './terminal/fix-repair.ts'
import { verdictBlocks } from './terminal/fix-verdict.ts'
import { header } from './terminal/header.ts'
import { probeTable } from './terminal/probe.ts'
import { problem } from './terminal/problem.ts'
import { notes, unjudged } from './terminal/results.ts'
import { entry, indented, styleFor, type Style } from './terminal/style.ts'
import { unexplained } from './terminal/symptoms.ts'

/**
 * For people: of each repair the root cause, what it changes where, and what came of it; then what is gone and what is not,
 * how to go on and how to take it back.
 */
export const fix: Reporter<FixReport> = (document, options) => {
  const { before, after } = document
  const looked = after ?? before
  const style = styleFor(looked ?? { clusters: [] }, options)
  // A line is a line there, however long.
  if (options.quiet) return [{ sink: 'out', text: `${verdictBlocks(document, style, Number.MAX_SAFE_INTEGER).flat().join('')}\n` }]

  const lines = joined([
    looked === null ? [] : header(looked, style),
    ...repairBlocks(document, style),
    afterLines(document, style),
    ...(after === null ? [] : [probeTable(after, style), ...waiting(after, style)]),
    problem(document, style),
    noteLines(document, style),
    ...(looked === null ? [] : unjudged(looked, style)),
    nextLines(document, style),
    // Whoever is asked about it has neither to be told how, nor that nothing is done yet.
    ...(isQuestion(document) ? [] : [howToApply(document, style), ...verdictBlocks(document, style, options.columns)]),
  ])
  return [{ sink: 'out', text: `${lines.map((line) => line.trimEnd()).join('\n')}\n` }]
}

const isQuestion = ({ dryRun, repairs }: FixReport): boolean => !dryRun && repairs.some(({ status }) => status === 'planned')

/** A block for each repair; parts of a set-up that are there already are a list. */
function repairBlocks(document: FixReport, style: Style): string[][] {
  const blocks: string[][] = []
  let isList = false
  for (const group of groupRepairs(document)) {
    const block = repairBlock(group, document.command, style)
    const isItem = group.first.status === 'unchanged' && group.causes.length === 0 && !style.verbose
    if (isList && isItem) blocks.at(-1)?.push(...block)
    else blocks.push(block)
    isList = isItem
  }
  return blocks
}

/** Pods that could have their image by now, with what makes the kubelet try at once, and those that nothing explains. */
function waiting(after: Report, style: Style): string[][] {
  const { otherSymptoms } = overviewOf(after)
  return unexplained(otherSymptoms.filter(isOfRegistry), style)
}

function noteLines({ notes: own, after }: FixReport, style: Style): string[] {
  return [...[...new Set(own)].flatMap((note) => entry(style, 'note', note)), ...(after === null ? [] : notes(after, style))]
}

/** The lines of a set-up have labels of their own, and commands to be pasted; those of a repair are sentences. */
const nextLines = ({ next, command }: FixReport, style: Style): string[] =>
  command === 'setup'
    ? next.flatMap((text) => style.verbatim(text)).map((line) => indented(line, 2))
    : next.flatMap((text) => entry(style, 'next', text))
