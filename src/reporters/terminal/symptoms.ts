import type { Symptom } from '../overview.ts'
import { explained, podCount, podGroups, podText, unexplainedKinds, type PodGroup } from '../pods.ts'
import { count } from '../text.ts'
import { entry, indented, marked, type Mark, type Style } from './style.ts'

const mostCaused = 5
const mostUnexplained = 3
const mostCommands = 3
const commandColumn = 4

const plain = (line: string): string => line

/** The pods that a cause keeps from their image: a line per group, and how many more there are. */
export function podLines(symptoms: readonly Symptom[], mark: Mark, style: Style): string[] {
  const { shown, hidden } = cut(podGroups(symptoms), mostCaused, style)
  return [...shown.flatMap((group) => heading(group, mark, style)), ...more(hidden, style)]
}

/**
 * The pods that no root cause explains: first those of which it could not be found out why, with what the kubelet says;
 * then, calmly, those that only wait for their next try, with how to hurry them, and those that are no matter of a local
 * registry.
 */
export function unexplained(symptoms: readonly Symptom[], style: Style): string[][] {
  const { unasked, stale, elsewhere } = unexplainedKinds(symptoms)
  const unclear = cut(podGroups(unasked), mostUnexplained, style)
  const waiting = cut(podGroups(stale), mostUnexplained, style)
  const others = cut(podGroups(elsewhere), mostUnexplained - waiting.shown.length, style)
  return [
    ...unclear.shown.map((group) => [...heading(group, 'blocked', style), ...prose(explained(group).told, style), ...words(group, style)]),
    more(unclear.hidden, style),
    ...waiting.shown.map((group) => [...heading(group, 'skip', style), ...hurryLines(group, style)]),
    ...alike(others.shown).map((groups) => elsewhereLines(groups, style)),
    more([...waiting.hidden, ...others.hidden], style),
  ]
}

const heading = (group: PodGroup, mark: Mark, style: Style): string[] => marked(style, mark, podText(group, style.severalClusters), plain)

const prose = (text: string, style: Style): string[] =>
  text === '' ? [] : style.prose(text, style.columns - 2).map((line) => indented(line, 2))

/** What the kubelet says. */
const words = ({ first }: PodGroup, style: Style): string[] => entry(style, 'kubelet', first.message)

/** When the kubelet tries again, and what makes it try at once: each command on a line of its own, to be pasted. */
function hurryLines(group: PodGroup, style: Style): string[] {
  const { told, commands } = explained(group)
  if (commands.length === 0) return prose(told, style)
  const { shown, hidden } = cut(commands, mostCommands, style)
  const lines = shown.flatMap((command) => style.verbatim(command)).map((line) => indented(style.paint.cyan(line), commandColumn))
  const rest = hidden.length > 0 ? [indented(style.paint.dim(`${hidden.length} more with --verbose`), commandColumn)] : []
  return [...prose(told, style), '  at once with:', ...lines, ...rest]
}

/** Pods of which the same is to be said: said once. */
function elsewhereLines(groups: readonly PodGroup[], style: Style): string[] {
  return [
    ...groups.flatMap((group) => heading(group, 'skip', style)),
    ...prose(explained(groups[0]!).told, style).map((line) => style.paint.dim(line)),
    ...(style.verbose ? groups.flatMap((group) => words(group, style)) : []),
  ]
}

function alike(groups: readonly PodGroup[]): PodGroup[][] {
  const byText = new Map<string, PodGroup[]>()
  for (const group of groups) {
    const { told } = explained(group)
    byText.set(told, [...(byText.get(told) ?? []), group])
  }
  return [...byText.values()]
}

/** The first so many, or all if verbose. */
function cut<T>(items: readonly T[], most: number, { verbose }: Style): { shown: readonly T[]; hidden: readonly T[] } {
  const at = verbose ? items.length : most
  return { shown: items.slice(0, at), hidden: items.slice(at) }
}

function more(hidden: readonly PodGroup[], style: Style): string[] {
  if (hidden.length === 0) return []
  const pods = podCount(hidden.flatMap(({ all }) => all))
  return [`  ${style.paint.dim(`${style.ellipsis} and ${count(pods, 'more pod')} with --verbose`)}`]
}
