import type { NodePullPlan, PullPlanDocument } from '../model/pull-plan.ts'
import type { Reporter } from '../model/reporter.ts'
import { joined } from './terminal/cause.ts'
import { endpointLines } from './terminal/plan-endpoints.ts'
import { groupPlans, type PlanGroup } from './terminal/plan-groups.ts'
import { outcomeLines } from './terminal/plan-outcome.ts'
import { sourceLines } from './terminal/plan-source.ts'
import { planVerdict } from './terminal/plan-verdict.ts'
import { problem } from './terminal/problem.ts'
import { entry, marked, styleFor, type Style } from './terminal/style.ts'

/** For people: of each image what it is, and for nodes that agree once the endpoints in order, their answers and the outcome. */
export const pullPlan: Reporter<PullPlanDocument> = (document, options) => {
  const { plans } = document
  const clusters = [...new Set(plans.map((one) => one.cluster))]
  const style = styleFor({ clusters }, options)
  const last = planVerdict(document, style)
  if (options.quiet) return [{ sink: 'out', text: `${last}\n` }]

  const images = [...new Set(plans.map((one) => one.image))]
  const lines = joined([
    runLines(document, style),
    ...images.flatMap((image) => {
      const own = plans.filter((one) => one.image === image)
      return [imageLines(own[0]!, style), ...groupPlans(own).flatMap((group) => groupBlocks(group, style))]
    }),
    plans.length === 0 ? problem(document, style) : [],
    notAsked(document, style),
    [last],
  ])
  return [{ sink: 'out', text: `${lines.map((line) => line.trimEnd()).join('\n')}\n` }]
}

function runLines({ mode, pod }: PullPlanDocument, style: Style): string[] {
  return [
    ...(mode === 'bundle' ? entry(style, 'replay', 'of a recorded bundle: nothing on this machine was asked') : []),
    ...(mode === 'files' ? entry(style, 'files', 'judged from files alone: nothing was asked') : []),
    ...(pod
      ? entry(
          style,
          'pod',
          `${pod.namespace}/${pod.name} of cluster ${pod.cluster}, ${pod.node === undefined ? 'on no node yet' : `on ${pod.node}`}`,
        )
      : []),
  ]
}

function imageLines({ image, reference, containers }: NodePullPlan, style: Style): string[] {
  const names = (containers ?? []).map(
    ({ name, kind, pullPolicy }) =>
      `${name}${kind === 'container' ? '' : ` (${kind})`}${pullPolicy === 'Never' ? ', which never pulls' : ''}`,
  )
  const object = reference?.digest === undefined ? `tag ${reference?.tag}` : `digest ${reference.digest}`
  return [
    ...entry(style, 'image', reference === undefined || reference.canonical === image ? image : `${reference.canonical} (named ${image})`),
    ...(reference ? entry(style, '', `registry ${reference.registryHost}, repository ${reference.repository}, ${object}`) : []),
    ...(names.length > 0 ? entry(style, 'used by', names.join('; ')) : []),
  ]
}

function groupBlocks(group: PlanGroup, style: Style): string[][] {
  const { first } = group
  return [[...nodeLines(group, style), ...sourceLines(first, style)], endpointLines(group, style), outcomeLines(first, style)]
}

function nodeLines({ all }: PlanGroup, style: Style): string[] {
  const names = all.flatMap(({ node, cluster }) => (node === undefined ? [] : [style.severalClusters ? `${node} (${cluster})` : node]))
  return names.length === 0 ? [] : entry(style, names.length === 1 ? 'node' : 'nodes', names.join(', '))
}

function notAsked(document: PullPlanDocument, style: Style): string[] {
  const reasons = [...new Set(document.notAsked.map((one) => one.why))]
  return reasons.flatMap((why) => {
    const nodes = document.notAsked.filter((one) => one.why === why).map((one) => one.node)
    return marked(style, 'skip', `not asked: ${nodes.join(', ')}: ${why}`, (line) => line)
  })
}
