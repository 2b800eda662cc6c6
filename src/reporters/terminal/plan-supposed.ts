import type { NodePullPlan, SupposedPull } from '../../model/pull-plan.ts'
import { indented, labelColumns, labelled, type Style } from './style.ts'

/** What one endpoint, or several, would answer. */
const answers: { readonly [answer: string]: readonly [one: string, several: string] } = {
  serves: ['has it', 'have it'],
  'not-found': ['answers HTTP 404', 'answer HTTP 404'],
  'connection-refused': ['refuses the connection', 'refuse the connection'],
}

/** What would come of which answers, where nobody was asked; what gives the same is told once. */
export function supposedLines(plan: NodePullPlan, style: Style): string[] {
  const groups = new Map<string, [SupposedPull, ...SupposedPull[]]>()
  for (const one of plan.supposed ?? []) {
    const key = JSON.stringify([one.servedBy, one.error])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  const tried = plan.endpoints.flatMap((one, index) => (one.skipped === undefined ? [index + 1] : []))
  const room = style.columns - labelColumns
  return [...groups.values()].flatMap((group, nth) => {
    const [{ servedBy, error }] = group
    const conditions = group.map((one) => condition(one, tried)).join(', or ')
    const then = servedBy === undefined ? '' : `: served by ${plan.endpoints[servedBy]?.url}`
    const text = error === undefined ? [] : style.prose(error.text, room - 2).map((line) => indented(style.paint.dim(line), 2))
    return labelled(style, nth === 0 ? 'if' : '', [...style.prose(conditions + then, room), ...text])
  })
}

function condition({ answers: given }: SupposedPull, tried: readonly number[]): string {
  const [first, second] = given
  if (second === undefined) return told(tried.slice(0, 1), first)
  return first === second ? told(tried, first) : `${told(tried.slice(0, 1), first)} and ${told(tried.slice(1), second)}`
}

function told(endpoints: readonly number[], answer = ''): string {
  const [one, several] = answers[answer] ?? [answer, answer]
  const last = endpoints.at(-1) ?? ''
  return endpoints.length < 2 ? `${last} ${one}` : `${endpoints.slice(0, -1).join(', ')} and ${last} ${several}`
}
