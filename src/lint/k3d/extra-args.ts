import { k3sFlags } from '../../k3s/flags.ts'
import { k3sRules, parseK3sVersion } from '../../k3s/k3s-version.ts'
import type { Correction } from '../../model/lint-report.ts'
import { nearest } from '../../model/near-name.ts'
import { itemsOf, valueAt } from '../known-keys.ts'
import { linesOfText, withReplaced, type Place, type Problem } from '../problem.ts'
import type { YamlPath, YamlSource } from '../yaml-source.ts'
import { filteredNodes, nodeNames, type K3dNodes } from './nodes.ts'

const flagName = '--disable-default-registry-endpoint'

interface ExtraArg {
  readonly path: YamlPath
  readonly arg: string
  readonly filters: readonly string[]
}

export interface ExtraArgs {
  readonly problems: readonly Problem[]
  /** The nodes whose k3s is told to leave the default endpoint out. */
  readonly withFlag: readonly string[]
}

/** Judges what k3s is told, as far as it is about registries or keeps k3d from making the cluster. */
export function extraArgs(source: YamlSource, nodes: K3dNodes, k3s: string | undefined): ExtraArgs {
  const told = argsOf(source)
  const problems: Problem[] = []
  const byNode = new Map(nodeNames(nodes).map((name): [string, string[]] => [name, []]))
  for (const one of told) {
    const chosen = filteredNodes(nodes, one.filters)
    if ('refused' in chosen) problems.push(refusedFilter(source, one, chosen.refused))
    else for (const name of chosen) byNode.get(name)?.push(one.arg)
    problems.push(...misspelled(source, one), ...tooOld(source, one, k3s))
  }
  const withFlag = [...byNode].filter(([, args]) => k3sFlags(['server', ...args]).disableDefaultRegistryEndpoint).map(([name]) => name)
  return { problems: [...problems, ...missingOn(source, told, nodes, withFlag, problems.length > 0)], withFlag }
}

/** v1alpha2 has a list for servers and one for agents; later ones have node filters. */
function argsOf({ value }: YamlSource): ExtraArg[] {
  const list = (name: string): readonly unknown[] => itemsOf(valueAt(value, ['options', 'k3s', name]))
  const old = (name: string, filter: string): ExtraArg[] =>
    list(name).map((arg, index) => ({ path: ['options', 'k3s', name, index], arg: String(arg), filters: [filter] }))
  const own = list('extraArgs').map((one, index): ExtraArg => ({
    path: ['options', 'k3s', 'extraArgs', index, 'arg'],
    arg: String(valueAt(one, ['arg'])),
    filters: itemsOf(valueAt(one, ['nodeFilters'])).map(String),
  }))
  return [...own, ...old('extraServerArgs', 'server:*'), ...old('extraAgentArgs', 'agent:*').filter(() => hasAgents(value))]
}

const hasAgents = (value: unknown): boolean => Number(valueAt(value, ['agents']) ?? 0) > 0

function refusedFilter(source: YamlSource, { path, arg }: ExtraArg, why: string): Problem {
  const place = source.place(path)
  const message = `k3d makes no cluster: ${arg}: ${why}`
  return {
    code: 'cluster-config-invalid',
    severity: 'error',
    ...place,
    message,
    ...(/lacks/.test(why) && { correction: forAll(source, place, arg) }),
  }
}

function forAll(source: YamlSource, place: Place, arg: string): Correction {
  const old = linesOfText(source.file, place.line)
  const indent = ' '.repeat(Math.max(0, old.search(/[^\s-]/)))
  return { insert: `${indent.slice(2)}- arg: ${JSON.stringify(arg)}\n${indent}nodeFilters:\n${indent}  - server:*\n${indent}  - agent:*` }
}

/** k3s does not start with a flag that it does not know. */
function misspelled(source: YamlSource, { path, arg }: ExtraArg): Problem[] {
  const name = arg.split('=')[0]!
  if (!name.includes('registr') || known.includes(name.replace(/^--?/, '--'))) return []
  const near = nearest(name, known)
  if (near === undefined) return []
  const place = source.place(path)
  const message = `k3s does not know ${name} and does not start; ${near} is meant`
  return [
    { code: 'cluster-config-invalid', severity: 'error', ...place, message, correction: withReplaced(source.file, place, name, near) },
  ]
}

const known = [flagName, '--private-registry', '--embedded-registry', '--system-default-registry', '--airgap-extra-registry']

/** The flag came together with the certs.d that k3s writes. */
function tooOld(source: YamlSource, { path, arg }: ExtraArg, k3s: string | undefined): Problem[] {
  if (k3s === undefined || arg.split('=')[0] !== flagName || k3sRules(parseK3sVersion(k3s)).mirrorsIn === 'certs.d') return []
  const message = `k3s ${k3s} does not know ${flagName} and does not start: v1.26.13, v1.27.10, v1.28.6 and v1.29.1 were the first that do`
  return [{ code: 'cluster-config-invalid', severity: 'error', ...source.place(path), message }]
}

/** The flag counts on the nodes that are given it, and on no other. */
function missingOn(
  source: YamlSource,
  told: readonly ExtraArg[],
  nodes: K3dNodes,
  withFlag: readonly string[],
  refused: boolean,
): Problem[] {
  const flag = told.find(({ arg }) => arg.split('=')[0] === flagName)
  if (!flag || refused || withFlag.length === 0) return []
  const without = nodeNames(nodes).filter((name) => !withFlag.includes(name))
  if (without.length === 0) return []
  const place = source.place(flag.path)
  const message = `${flagName} is given to ${withFlag.join(', ')} and not to ${without.join(', ')}: there the default endpoint is still asked last, and with containerd 1.x hides a 404 of the mirror`
  return [
    { code: 'default-endpoint-flag-ineffective', severity: 'warning', ...place, message, correction: forAll(source, place, flag.arg) },
  ]
}
