import type { NodePullPlan } from '../../model/pull-plan.ts'

/** Plans of an image that say the same of several nodes. */
export interface PlanGroup {
  readonly first: NodePullPlan
  readonly all: readonly NodePullPlan[]
}

/** Plans that agree, in the order of their first ones: all but where they are, and how long answers took, is the same. */
export function groupPlans(plans: readonly NodePullPlan[]): PlanGroup[] {
  const groups = new Map<string, [NodePullPlan, ...NodePullPlan[]]>()
  for (const plan of plans) {
    const { cluster: _cluster, node: _node, attempts, ...same } = plan
    const key = anyPort(JSON.stringify([same, attempts.map(({ ms: _ms, ...attempt }) => attempt)]))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [plan])
    else group.push(plan)
  }
  return [...groups.values()].map((all) => ({ first: all[0], all }))
}

/** The address and port from which a node asked are its own. */
const anyPort = (text: string): string => text.replace(/\b(read|write) (tcp|udp) [^\s>]+->/g, '$1 $2 ->')

/** `3ms`, or `2–5ms` of several nodes; empty where no time is known. */
export function times({ all }: PlanGroup, attempt: number, dash: string): string {
  const ms = all.flatMap((plan) => plan.attempts[attempt]?.ms ?? [])
  const [least, most] = [Math.min(...ms), Math.max(...ms)]
  if (ms.length === 0) return ''
  if (most === 0) return '<1ms'
  return least === most ? `${least}ms` : `${least}${dash}${most}ms`
}
