import type { NodePullPlan } from '../../model/pull-plan.ts'
import { entry, marked, type Style } from './style.ts'

/** Which containerd pulls, how, and where its endpoints come from. */
export function sourceLines(plan: NodePullPlan, style: Style): string[] {
  return [
    ...entry(style, 'pulls', pulls(plan)),
    ...(plan.path === undefined || plan.path === 'none' || plan.rejected ? [] : entry(style, 'reads', reads(plan))),
    ...(plan.rejected ? rejected(plan, plan.rejected, style) : []),
    ...(plan.unordered
      ? marked(style, 'warning', 'containerd tries these in an order that differs from pull to pull', (line) => line)
      : []),
  ]
}

function pulls({ containerd, path, transferNotUsed, rulesOf }: NodePullPlan): string {
  const how =
    path === 'transfer'
      ? ', through its transfer service'
      : path === 'none'
        ? ', whose CRI plugin does not load: it pulls nothing'
        : transferNotUsed === undefined
          ? ''
          : `, not through its transfer service, because of ${transferNotUsed}`
  const rules = rulesOf === undefined ? '' : `; newer than all that is known: judged by the rules of ${rulesOf}`
  return `containerd ${containerd}${how}${rules}`
}

function reads(plan: NodePullPlan): string {
  const { roots = [], rootsFrom, directory, endpoints, reference, listIgnored } = plan
  const setBy = rootsFrom === undefined ? '' : ` (config_path of ${rootsFrom})`
  if (listIgnored) return `nothing: config_path "${roots.join(':')}" is a list, which the transfer service takes for one name${setBy}`
  const file = endpoints.find((one) => one.file !== undefined)?.file
  if (file !== undefined) return file
  if (directory !== undefined) return endpoints.length === 0 ? directory : `${directory}, where no hosts.toml names an endpoint`
  if (roots.length > 0) return `no directory for ${reference?.registryHost ?? 'this registry'} in ${roots.join(', ')}${setBy}`
  if (endpoints.some((one) => one.source === 'mirrors')) return 'registry.mirrors of its configuration; there is no config_path'
  return 'no hosts.toml, as there is no config_path'
}

function rejected({ outcome, endpoints, directory }: NodePullPlan, problem: NonNullable<NodePullPlan['rejected']>, style: Style): string[] {
  const ends = outcome === 'fails' && endpoints.length === 0
  const then = ends
    ? 'containerd ends when it reads this file'
    : `containerd ignores the whole file and goes by what else is in ${directory}: nothing tells of it but its log`
  return [
    ...marked(
      style,
      ends ? 'fail' : 'warning',
      `${problem.file}, line ${problem.line}, column ${problem.column}: ${problem.message}`,
      style.paint.bold,
    ),
    ...style.prose(then, style.columns - 2).map((line) => `  ${line}`),
  ]
}
