import type { PullPlanDocument } from '../../model/pull-plan.ts'
import { width } from '../layout.ts'
import { count } from '../text.ts'
import type { Style } from './style.ts'

/** The last line: whether every node gets it, and how many do not. */
export function planVerdict(document: PullPlanDocument, style: Style): string {
  const { status, mode, error } = document
  const color = { healthy: style.paint.green, unhealthy: style.paint.red, incomplete: style.paint.magenta }[status]
  const word = mode === 'files' && status === 'healthy' ? 'plan' : status
  const said = mode === 'files' ? fromFiles(document) : counted(document)
  const facts = [...(error === undefined ? [] : [style.line(error.code)]), ...said]
  const tails = facts.map((_, index) => `: ${facts.slice(0, facts.length - index).join(` ${style.dot} `)}`)
  // Where not all fits, the last facts go first.
  const fits = tails.find((tail) => width(word + tail) <= style.columns) ?? tails.at(-1) ?? ''
  return style.paint.bold(color(word)) + fits
}

function fromFiles({ plans }: PullPlanDocument): string[] {
  return plans.map(({ outcome, endpoints }) => {
    if (outcome === 'fails') return 'the pull fails before any request'
    return endpoints.length === 0 ? 'there is none' : count(endpoints.filter((one) => one.skipped === undefined).length, 'endpoint')
  })
}

/** What is counted, and how it is said of one and of several. */
const units = {
  node: { ok: ['gets it', 'get it'], fails: ['cannot get it', 'cannot get it'] },
  image: { ok: ['can be had', 'can be had'], fails: ['cannot be had', 'cannot be had'] },
  pull: { ok: ['succeeds', 'succeed'], fails: ['fails', 'fail'] },
} as const

function counted({ plans, pod }: PullPlanDocument): string[] {
  const nodes = new Set(plans.map(({ cluster, node }) => `${cluster}/${node}`)).size
  const unit = pod === undefined ? 'node' : nodes === 1 ? 'image' : 'pull'
  const { ok, fails } = units[unit]
  const told = (outcome: string, [one, several]: readonly [string, string]): string[] => {
    const n = plans.filter((plan) => plan.outcome === outcome).length
    if (n === 0) return []
    if (outcome === 'fails' && n === plans.length && n > 1) return [`none of ${n} ${unit}s ${ok[0]}`]
    const who = n < plans.length ? `${n} of ${count(plans.length, unit)}` : n === 1 ? `the ${unit}` : `all ${n} ${unit}s`
    return [`${who} ${n === 1 ? one : several}`]
  }
  return [...told('fails', fails), ...told('ok', ok), ...told('unknown', ['could not be judged', 'could not be judged'])]
}
