import type { Reporter } from '../model/reporter.ts'
import { groupAlike, overviewOf } from './overview.ts'
import { causeBlock, joined, warningBlock } from './terminal/cause.ts'
import { fixHint } from './terminal/fix-hint.ts'
import { choices, header } from './terminal/header.ts'
import { probeTable } from './terminal/probe.ts'
import { problem } from './terminal/problem.ts'
import { allResults, notes, unjudged } from './terminal/results.ts'
import { styleFor } from './terminal/style.ts'
import { unexplained } from './terminal/symptoms.ts'
import { verdict } from './terminal/verdict.ts'

/** For people: a few calm lines where all is well; where it is not, of each root cause its pods, the picture, the proof and the repair. */
export const terminal: Reporter = (report, options) => {
  const style = styleFor(report, options)
  const overview = overviewOf(report)
  const last = verdict(report, overview, style)
  if (options.quiet) return [{ sink: 'out', text: `${last}\n` }]

  const lines = joined([
    header(report, style),
    ...(options.verbose ? [choices(report, style), allResults(report, style)] : []),
    ...groupAlike(overview.causes, ({ finding }) => finding).map((cause) => causeBlock(cause, style)),
    ...groupAlike(overview.warnings, ({ finding }) => finding).map((cause) => warningBlock(cause, style)),
    fixHint(report, style),
    ...unexplained(overview.otherSymptoms, style),
    probeTable(report, style),
    problem(report, style),
    notes(report, style),
    ...unjudged(report, style),
    [last],
  ])
  return [{ sink: 'out', text: `${lines.map((line) => line.trimEnd()).join('\n')}\n` }]
}
