import { isDoable, type Risk } from '../../model/finding.ts'
import type { Report } from '../../model/report.ts'
import { labelled, type Style } from './style.ts'

/** That the repairs that are shown need not be pasted, where the tool itself can make them. Of a recording nothing is repaired. */
export function fixHint({ mode, rootCauses, findings }: Report, style: Style): string[] {
  if (mode !== 'live') return []
  const risks = rootCauses.flatMap(({ finding }) => findings.find((one) => one.id === finding)?.remedies.find(isDoable)?.risk ?? [])
  if (risks.length === 0) return []
  const needed = (['destructive', 'disruptive'] as const satisfies readonly Risk[]).find((risk) => risks.includes(risk))
  return labelled(style, 'or', [style.paint.cyan(`registry-doctor fix${needed === undefined ? '' : ` --allow ${needed}`}`)])
}
