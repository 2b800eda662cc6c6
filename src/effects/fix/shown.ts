import { createTwoFilesPatch } from 'diff'
import type { Step } from '../../model/finding.ts'
import type { FixStep, Repair } from '../../model/fix-report.ts'
import { isAbsent, type Look } from '../../model/observation.ts'
import { showStep } from '../../remedies/show.ts'
import type { PlannedRepair } from './repair.ts'

/** A repair as it is shown before it is done: each step with what it changes in a file. Only looks; secrets are replaced by then. */
export async function shownRepair(look: Look, repair: PlannedRepair): Promise<Repair> {
  const { steps, ...rest } = repair
  return { ...rest, status: 'planned', steps: await Promise.all(steps.map((step) => shownStep(look, step))) }
}

async function shownStep(look: Look, step: Step): Promise<FixStep> {
  const diff = await diffOf(look, step)
  return { step, show: showStep(step), status: 'planned', ...(diff !== null && { diff }) }
}

async function diffOf(look: Look, step: Step): Promise<string | null> {
  if (step.op === 'host.file.put') return patch(step.path, step.expect === null ? null : '', step.content)
  if (step.op !== 'file.put' && step.op !== 'file.splice') return null
  const before = await textOf(look, step.node, step.path)
  if (step.op === 'file.put') return patch(step.path, before, step.content)
  if (before === null) return null
  const lines = before.split('\n')
  lines.splice(step.line - 1, step.remove, ...step.insert)
  return patch(step.path, before, lines.join('\n'))
}

/** The text of a file as it was looked at; null where there is none, or it is no text. */
async function textOf(look: Look, node: string, path: string): Promise<string | null> {
  const seen = await look.try('node.files', { node, path })
  if (!seen.ok || isAbsent(seen.answer)) return null
  const entry = seen.answer.entries[path]
  return entry?.type === 'file' ? (entry.text ?? null) : null
}

function patch(path: string, before: string | null, after: string): string {
  const text = createTwoFilesPatch(before === null ? '/dev/null' : path, path, before ?? '', after, '', '', { context: 2 })
  // Its first line is a rule.
  return text.replace(/^=+\n/, '').replaceAll('\t\n', '\n')
}
