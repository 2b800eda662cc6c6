import { setConfigPath } from '../containerd/set-config-path.ts'
import { parseContainerdVersion } from '../containerd/versions.ts'
import type { Finding, Remedy, Step } from '../model/finding.ts'
import { spliceBesideSecrets } from '../model/splice.ts'
import { quote } from './quote.ts'
import { manual } from './remedy.ts'
import { printed, showStep } from './show.ts'

/** What a finding about a node's configuration tells of one node. */
export interface NodeFacts {
  readonly provider?: string
  readonly nodes: readonly string[]
  readonly registryHost: string
  readonly endpoint: string
  readonly hostsToml: string
  readonly configFile: string
  readonly containerd: string
  readonly files: { readonly [path: string]: { readonly sha256: string; readonly text: string | null } }
}

/** The facts of each node, also where the findings of all nodes became one. */
export const factsOf = (finding: Finding): NodeFacts[] => (finding.data['each'] ?? [finding.data]) as unknown as NodeFacts[]

/** Whether k3s, which writes containerd's files itself, runs on the nodes that a finding is about. */
export const isOfK3s = (finding: Finding): boolean => factsOf(finding).every((one) => one.provider === 'k3d')

const hostsTomlOf = (facts: NodeFacts): string => `[host."${facts.endpoint}"]\n`

const hostsTomlStep = (facts: NodeFacts): Step => ({
  op: 'file.put',
  node: facts.nodes[0]!,
  path: facts.hostsToml,
  content: hostsTomlOf(facts),
  expect: facts.files[facts.hostsToml]?.sha256 ?? null,
})

export const where = (all: readonly Pick<NodeFacts, 'nodes'>[]): string => (all.length === 1 ? all[0]!.nodes[0]! : `${all.length} nodes`)

/** What a hosts.toml says beside where to ask, and a new file would lose. */
export const morePattern = /^\s*(?:\[.*\bheader\b|header\b|client\b|override_path\b)/m
const authorityPattern = /^\s*(?:ca|skip_verify)\b/m

/** Whether a hosts.toml leads to other places too. */
export const hasSeveralHosts = (text: string): boolean => (text.match(/^\s*\[\s*host\s*\./gm)?.length ?? 0) > 1

/** The text of the hosts.toml that is there; empty where there is none. */
export const hostsTomlNow = ({ files, hostsToml }: NodeFacts): string => files[hostsToml]?.text ?? ''

/** Writes the hosts.toml that leads to the registry. */
export function hostsTomlRemedy(finding: Finding): Remedy {
  const all = factsOf(finding)
  const title = `write hosts.toml on ${where(all)}`
  // Where it cannot be used, what it says beside is what is wrong.
  const isUsable = finding.code !== 'hosts-toml-unusable'
  const saysMore = (one: NodeFacts): boolean =>
    one.endpoint.startsWith('https:') || morePattern.test(hostsTomlNow(one)) || authorityPattern.test(hostsTomlNow(one))
  const rich = all.find((one) => hasSeveralHosts(hostsTomlNow(one)) || (isUsable && saysMore(one)))
  if (rich) return rewriteRemedy(all, rich, `[host."${rich.endpoint}"]`)
  return { title, risk: 'safe', steps: all.map(hostsTomlStep), show: forEachNode(all, putHostsToml) }
}

/** A hosts.toml that says more than where the registry is: it is for its author to correct. */
export function rewriteRemedy(all: readonly NodeFacts[], { nodes: [node], hostsToml }: NodeFacts, what: string): Remedy {
  return manual(
    `correct hosts.toml on ${where(all)}`,
    `docker cp ${quote(`${node}:${hostsToml}`)} hosts.toml`,
    `# in between let it say ${what}, and keep what else it says`,
    `docker cp hosts.toml ${quote(`${node}:${hostsToml}`)}`,
  )
}

/** Moves what is in the way to a name under which containerd looks for nothing, and writes what belongs there. */
export function moveAwayRemedy(finding: Finding, what: 'taken' | 'blocking'): Remedy {
  const all = factsOf(finding) as (NodeFacts & { readonly taken: string; readonly blocking: string })[]
  const move = (facts: (typeof all)[number], node: string): Step => ({ op: 'path.move', node, from: facts[what], to: `${facts[what]}.off` })
  const put = what === 'blocking'
  return {
    title: `move ${all[0]![what]} out of the way on ${where(all)}`,
    risk: 'safe',
    steps: all.flatMap((facts) => [move(facts, facts.nodes[0]!), ...(put ? [{ ...hostsTomlStep(facts), expect: null } as Step] : [])]),
    show: forEachNode(all, (facts, node) => [showStep(move(facts, node)), ...(put ? [putHostsToml(facts, node)] : [])].join(' && ')),
  }
}

const putHostsToml = (facts: NodeFacts, node: string): string => showStep({ ...hostsTomlStep(facts), node } as Step)

/** Sets config_path and restarts containerd on each node; running pods go on. */
export function configPathRemedy(finding: Finding): Remedy {
  const all = factsOf(finding)
  if (isOfK3s(finding)) return k3sTemplateRemedy(all)
  const title = `set config_path on ${where(all)} and restart containerd there`
  const edits = all.map((facts) => {
    const before = facts.files[facts.configFile]
    const version = parseContainerdVersion(facts.containerd)
    const root = facts.hostsToml.slice(0, -`/${facts.registryHost}/hosts.toml`.length)
    const after = before?.text != null && version ? setConfigPath(before.text, version, root) : null
    return { facts, edit: before && after !== null ? editOf(facts, before, after) : null }
  })
  if (edits.some((one) => one.edit === null)) {
    const text = `set config_path = "/etc/containerd/certs.d" for the CRI plugin in ${all[0]!.configFile} (and remove registry.mirrors, which excludes it), then: systemctl restart containerd`
    return { title, risk: 'disruptive', steps: [{ op: 'manual', text }], show: [text] }
  }
  const steps = edits.flatMap(({ facts, edit }): Step[] => {
    const node = facts.nodes[0]!
    const missing = facts.files[facts.hostsToml] === undefined ? [hostsTomlStep(facts)] : []
    return [...missing, edit!.step(node), { op: 'service.restart', node, service: 'containerd' }]
  })
  const withoutFile = all.filter((one) => one.files[one.hostsToml] === undefined)
  const change = (facts: NodeFacts, node: string): string => {
    const { edit } = edits.find((one) => one.facts === facts)!
    return `${edit!.show(node)} && docker exec ${node} systemctl restart containerd`
  }
  return { title, risk: 'disruptive', steps, show: [...forEachNode(withoutFile, putHostsToml), ...forEachNode(all, change)] }
}

/** How a file of a node is changed, as a step and as a command. */
export interface FileEdit {
  step(node: string): Step
  show(node: string): string
}

/**
 * The change of a node's config.toml.
 * @param before as the record has it: secrets are replaced
 * @returns null where only who knows the secrets can make it
 */
export function editOf({ configFile: path }: NodeFacts, before: { sha256: string; text: string | null }, after: string): FileEdit | null {
  const { sha256: expect, text } = before
  if (text === null) return null
  if (!text.includes('[redacted:'))
    return {
      step: (node) => ({ op: 'file.put', node, path, content: after, expect }),
      show: (node) => showEdit(text, after, node, path),
    }
  const splice = spliceBesideSecrets(text, after)
  if (splice === null) return null
  const step = (node: string): Step => ({ op: 'file.splice', node, path, ...splice, expect })
  return { step, show: (node) => showStep(step(node)) }
}

/** k3s writes config_path into config.toml by itself: where it is not there, a template of the user's own leaves it out. */
export function k3sTemplateRemedy(all: readonly NodeFacts[]): Remedy {
  const directory = all[0]!.configFile.slice(0, all[0]!.configFile.lastIndexOf('/'))
  const text = `let the config.toml.tmpl there begin with {{ template "base" . }}, or remove it; k3s reads it when the node is started again`
  const command = `docker exec ${all[0]!.nodes[0]} ls ${directory}`
  const steps: Step[] = [
    { op: 'manual', text },
    { op: 'manual', command },
  ]
  return { title: `let k3s write config_path on ${where(all)}`, risk: 'destructive', steps, show: [text, command] }
}

/** A change of a file as one command: appended lines, lines taken out, one line put in or replaced where it stands, else the whole file. */
export function showEdit(before: string, after: string, node: string, file: string): string {
  const end = before.trimEnd()
  if (after.startsWith(end)) return `${printed(after.slice(end.length))} | docker exec -i ${node} sh -c ${quote(`cat >> ${quote(file)}`)}`
  const [old, now] = [before.split('\n'), after.split('\n')]
  const cut = old.length - now.length
  const from = cut > 0 ? old.findIndex((text, index) => text !== now[index]) : -1
  if (from >= 0 && old.slice(from + cut).join('\n') === now.slice(from).join('\n'))
    return `docker exec ${node} sed -i ${quote(`${from + 1},${from + cut}d`)} ${quote(file)}`
  const line = now.findIndex((text, index) => text !== old[index])
  const [more, text] = [now.length - old.length, now[line] ?? '']
  const rest = old.slice(more === 1 ? line : line + 1).join('\n')
  // oxlint-disable-next-line no-control-regex
  if ((more !== 0 && more !== 1) || rest !== now.slice(line + 1).join('\n') || /[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    return showStep({ op: 'file.put', node, path: file, content: after, expect: null })
  return `docker exec ${node} sed -i ${quote(`${line + 1}${more === 1 ? 'i' : 'c'}\\${text.replaceAll('\\', '\\\\')}`)} ${quote(file)}`
}

/** One command for one node, a shell loop for several that need the same, one after the other where they do not. */
export function forEachNode<F extends Pick<NodeFacts, 'nodes'>>(all: readonly F[], command: (facts: F, node: string) => string): string[] {
  const groups = new Map<string, F[]>()
  for (const facts of all) {
    const key = command(facts, '$node')
    groups.set(key, [...(groups.get(key) ?? []), facts])
  }
  return [...groups].map(([inLoop, members]) => {
    const nodes = members.map((one) => one.nodes[0]!)
    return nodes.length === 1 ? command(members[0]!, nodes[0]!) : `for node in ${nodes.map(quote).join(' ')}; do ${inLoop}; done`
  })
}
