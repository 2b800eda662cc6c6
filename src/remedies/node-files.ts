import { setConfigPath } from '../containerd/set-config-path.ts'
import { parseContainerdVersion } from '../containerd/versions.ts'
import type { Finding, Remedy, Step } from '../model/finding.ts'
import { printed, quote, showStep } from './show.ts'

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

/** What a hosts.toml can hold beside endpoints, and a new file would lose. */
const morePattern = /^\s*(?:\[.*\bheader\b|header\b|ca\b|client\b|skip_verify\b|override_path\b)/m

/** Writes the hosts.toml that leads to the registry. */
export function hostsTomlRemedy(finding: Finding): Remedy {
  const all = factsOf(finding)
  const title = `write hosts.toml on ${where(all)}`
  const rich =
    finding.code === 'hosts-toml-unusable'
      ? undefined
      : all.find((one) => one.endpoint.startsWith('https:') || morePattern.test(one.files[one.hostsToml]?.text ?? ''))
  if (rich) {
    const node = rich.nodes[0]!
    const lines = [
      `docker cp ${quote(`${node}:${rich.hostsToml}`)} hosts.toml`,
      `docker cp hosts.toml ${quote(`${node}:${rich.hostsToml}`)}`,
    ]
    const text = `in between let it say [host."${rich.endpoint}"], and keep what else it says`
    const steps: Step[] = [
      { op: 'manual', command: lines[0] },
      { op: 'manual', text },
      { op: 'manual', command: lines[1] },
    ]
    return { title: `correct hosts.toml on ${where(all)}`, risk: 'safe', steps, show: [lines[0]!, text, lines[1]!] }
  }
  return { title, risk: 'safe', steps: all.map(hostsTomlStep), show: forEachNode(all, putHostsToml) }
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
    return { facts, before: before?.text ?? null, sha256: before?.sha256 ?? null, after }
  })
  if (edits.some((one) => one.after === null)) {
    const text = `set config_path = "/etc/containerd/certs.d" for the CRI plugin in ${all[0]!.configFile} (and remove registry.mirrors, which excludes it), then: systemctl restart containerd`
    return { title, risk: 'disruptive', steps: [{ op: 'manual', text }], show: [text] }
  }
  const steps = edits.flatMap(({ facts, before, sha256, after }): Step[] => {
    const node = facts.nodes[0]!
    const missing = facts.files[facts.hostsToml] === undefined ? [hostsTomlStep(facts)] : []
    // Where a secret of the file was replaced, its text is known only in part: the edit alone is, and can be shown.
    const edit: Step[] = before!.includes('[redacted:')
      ? [{ op: 'manual', command: showEdit(before!, after!, node, facts.configFile) }]
      : [{ op: 'file.put', node, path: facts.configFile, content: after!, expect: sha256 }]
    return [...missing, ...edit, { op: 'service.restart', node, service: 'containerd' }]
  })
  const withoutFile = all.filter((one) => one.files[one.hostsToml] === undefined)
  const editOf = new Map(edits.map((edit) => [edit.facts, edit]))
  const change = (facts: NodeFacts, node: string): string => {
    const { before, after } = editOf.get(facts)!
    return `${showEdit(before!, after!, node, facts.configFile)} && docker exec ${node} systemctl restart containerd`
  }
  return { title, risk: 'disruptive', steps, show: [...forEachNode(withoutFile, putHostsToml), ...forEachNode(all, change)] }
}

/** k3s writes config_path into config.toml by itself: where it is not there, a template of the user's own leaves it out. */
function k3sTemplateRemedy(all: readonly NodeFacts[]): Remedy {
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
