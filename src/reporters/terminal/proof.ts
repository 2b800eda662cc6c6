import type { Evidence, ReportedFinding } from '../../model/finding.ts'
import { padded } from '../layout.ts'
import { commandColumn, indented, labelColumns, labelled, type Style } from './style.ts'

const vantageColumns = 8
const answerColumn = labelColumns + vantageColumns
const mostEvidence = 4
const mostLines = 6

/** The proof of findings: of each piece who asked what, what came back, and the command to see it oneself. */
export function proofs(findings: readonly ReportedFinding[], style: Style): string[] {
  const all = findings.flatMap(({ evidence }) => evidence)
  const shown = style.verbose || all.length <= mostEvidence ? all : all.slice(0, mostEvidence - 1)
  const lines = shown.flatMap((evidence, nth) => proof(evidence, nth === 0 ? 'proof' : '', style))
  if (shown.length === all.length) return lines
  return [...lines, indented(style.paint.dim(`${all.length - shown.length} more with --verbose`), labelColumns)]
}

function proof(evidence: Evidence, label: string, style: Style): string[] {
  const { paint } = style
  const room = style.columns - answerColumn
  const command = evidence.command === undefined ? [] : style.verbatim(evidence.command)
  // `docker exec dev-worker ls X` says all that `ls X` says.
  const saysAll = evidence.asked !== '' && evidence.command?.includes(evidence.asked) === true
  const asked = saysAll ? command : style.prose(evidence.asked, room)
  const column = commandColumn(command, answerColumn, style)
  return [
    ...labelled(
      style,
      label,
      asked.map((line, nth) => (nth === 0 ? paint.dim(padded(evidence.vantage, vantageColumns)) + line : indented(line, vantageColumns))),
    ),
    ...answer(evidence.saw, room - 2, style).map((line, nth) =>
      indented(`${nth === 0 ? paint.dim(style.arrow) : ' '} ${line}`, answerColumn),
    ),
    ...(saysAll ? [] : command.map((line) => indented(paint.dim(line), column))),
  ]
}

function answer(saw: string, room: number, style: Style): string[] {
  const all = style.prose(saw, room)
  const shown = style.verbose || all.length <= mostLines ? all : all.slice(0, mostLines - 1)
  return shown.length === all.length ? shown : [...shown, style.paint.dim(`${all.length - shown.length} more lines with --verbose`)]
}
