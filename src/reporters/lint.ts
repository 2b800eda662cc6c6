import type { LintedFile, LintReport } from '../model/lint-report.ts'
import type { Reporter } from '../model/reporter.ts'
import { joined } from './terminal/cause.ts'
import { lintProblem } from './terminal/lint-problem.ts'
import { lintVerdict } from './terminal/lint-verdict.ts'
import { problem } from './terminal/problem.ts'
import { entry, marked, styleFor, type Style } from './terminal/style.ts'

/** For people: a line of each file that is right; else each problem with its place, what will come of it, and the correction. */
export const lint: Reporter<LintReport> = (document, options) => {
  const style = styleFor({ clusters: [] }, options)
  const last = lintVerdict(document, style)
  if (options.quiet) return [{ sink: 'out', text: `${last}\n` }]
  const lines = joined([...document.files.flatMap((file) => fileBlocks(file, style)), problem(document, style), [last]])
  return [{ sink: 'out', text: `${lines.map((line) => line.trimEnd()).join('\n')}\n` }]
}

function fileBlocks(file: LintedFile, style: Style): string[][] {
  const { path, fileKind, problems, notes = [], judgedFor } = file
  const versions = judgedFor.length === 0 ? '' : `, ${judgedFor.join(', ')}`
  const fine = problems.length > 0 ? [] : marked(style, 'pass', `${path}: ok (${fileKind}${versions})`, (line) => line)
  const entries = [
    ...(style.verbose && problems.length > 0 ? [['judged for', `${fileKind}${versions}`] as const] : []),
    ...notes.map((note) => ['note', note] as const),
  ]
  const more = entries.flatMap(([label, text]) => entry(style, label, text))
  return [...problems.map((one) => lintProblem(path, one, style)), [...fine, ...more]]
}
