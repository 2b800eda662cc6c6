import { codes, isCode } from '../../model/codes.ts'
import type { Remedy, ReportedFinding, Risk } from '../../model/finding.ts'
import { commandColumn, entry, indented, labelColumns, labelled, type Style } from './style.ts'

const riskMeanings: Readonly<Record<Exclude<Risk, 'safe'>, string>> = {
  disruptive: 'a restart that running pods survive',
  destructive: 'something is lost',
}

/** A risk in its word, and what it means where it is one. */
export const riskText = (risk: Risk): string =>
  risk === 'safe' || !Object.hasOwn(riskMeanings, risk) ? risk : `${risk}: ${riskMeanings[risk]}`

const riskNote = (risk: Risk): string => (risk === 'safe' ? '' : ` (${riskText(risk)})`)

/** What makes findings of one kind go away: commands that can be pasted, or what their code advises. */
export function repairs(findings: readonly ReportedFinding[], style: Style, label = 'repair'): string[] {
  const first = findings[0]
  if (first === undefined) return []
  if (findings.every(({ remedies }) => remedies.length === 0)) {
    return labelled(style, label, isCode(first.code) ? style.prose(codes[first.code].repair, style.columns - labelColumns) : [])
  }
  const seen = new Set<string>()
  return findings.flatMap(({ remedies }, nth) =>
    remedies.flatMap((remedy, choice) => {
      const key = JSON.stringify([remedy.title, remedy.show])
      if (seen.has(key)) return []
      seen.add(key)
      return remedyLines(remedy, choice > 0 ? 'or' : nth > 0 ? 'and' : label, style)
    }),
  )
}

function remedyLines(remedy: Remedy, label: string, style: Style): string[] {
  const room = style.columns - labelColumns
  const sentences = new Set(remedy.steps.map((step) => (step.op === 'manual' && step.command === undefined ? step.text : undefined)))
  const lines = entry(style, label, remedy.title + riskNote(remedy.risk))
  const commands = remedy.show.filter((text) => !sentences.has(text)).map((text) => style.verbatim(text))
  const column = commandColumn(
    commands.flatMap((command) => (command.length === 1 ? command : [])),
    labelColumns,
    style,
  )
  for (const text of remedy.show) {
    const command = style.verbatim(text)
    if (sentences.has(text)) lines.push(...style.prose(text, room).map((line) => indented(line, labelColumns)))
    else if (command.length === 1) lines.push(...command.map((line) => indented(style.paint.cyan(line), column)))
    // A command of several lines is a here-document: it starts at the margin, since indented it would never end.
    else lines.push('', ...command.map(style.paint.cyan), '')
  }
  return lines
}
