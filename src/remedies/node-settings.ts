import { directoryOfMirror } from '../containerd/host-directory.ts'
import { setConfigPath } from '../containerd/set-config-path.ts'
import { parseContainerdVersion } from '../containerd/versions.ts'
import type { Finding, Remedy, Step } from '../model/finding.ts'
import { editOf, factsOf, forEachNode, isOfK3s, k3sTemplateRemedy, where, type NodeFacts } from './node-files.ts'
import { quote } from './quote.ts'
import { manual, remedy } from './remedy.ts'
import { showStep } from './show.ts'

const restartContainerd = (node: string, daemonReload = false): Step => ({
  op: 'service.restart',
  node,
  service: 'containerd',
  ...(daemonReload && { daemonReload }),
})

const manualOf = (risk: Remedy['risk'], title: string, ...lines: string[]): Remedy => ({ ...manual(title, ...lines), risk })

interface MirrorFacts extends NodeFacts {
  readonly mirrors: { readonly [registryHost: string]: readonly string[] }
  readonly root: string
}

/** Legacy mirrors as hosts.toml files, config.toml without them, and containerd restarted. */
export function mirrorsRemedy(finding: Finding): Remedy {
  const all = factsOf(finding) as unknown as MirrorFacts[]
  if (isOfK3s(finding)) return k3sTemplateRemedy(all)
  const title = `write the mirrors of ${where(all)} as hosts.toml files and take them out of config.toml`
  const edits = all.map((facts) => {
    const before = facts.files[facts.configFile]
    const version = parseContainerdVersion(facts.containerd)
    const after = before?.text != null && version ? setConfigPath(before.text, version, facts.root, true) : null
    return { facts, edit: before && after !== null ? editOf(facts, before, after) : null }
  })
  if (edits.some(({ facts, edit }) => edit === null || JSON.stringify(facts.mirrors).includes('[redacted:'))) {
    const text = `remove registry.mirrors and registry.configs.*.tls from ${all[0]!.configFile}, write a hosts.toml for each mirror, then: systemctl restart containerd`
    return manualOf('disruptive', title, `# ${text}`)
  }
  const files = (facts: MirrorFacts, node: string): Step[] =>
    Object.entries(facts.mirrors).flatMap(([host, endpoints]) => {
      const path = `${facts.root}/${directoryOfMirror(host)}/hosts.toml`
      const content = endpoints.map((url) => `[host."${url}"]\n`).join('')
      return content === '' || facts.files[path] ? [] : [{ op: 'file.put', node, path, content, expect: null }]
    })
  const steps = edits.flatMap(({ facts, edit }): Step[] => {
    const node = facts.nodes[0]!
    return [...files(facts, node), edit!.step(node), restartContainerd(node)]
  })
  const show = forEachNode(all, (facts, node) => {
    const { edit } = edits.find((one) => one.facts === facts)!
    return [...files(facts, node).map(showStep), edit!.show(node), showStep(restartContainerd(node))].join(' && ')
  })
  return { title, risk: 'disruptive', steps, show }
}

interface ProxyFacts {
  readonly nodes: readonly string[]
  readonly noProxy: string
  /** A file of containerd's unit, and its hash. */
  readonly dropIn: { readonly path: string; readonly expect: string | null }
}

/** The registry's name in containerd's NO_PROXY, as a drop-in of its unit: what the cluster was created with stays. */
export function proxyRemedy(finding: Finding): Remedy {
  const all = factsOf(finding) as unknown as ProxyFacts[]
  // The environment of a container is that which it was created with.
  if (isOfK3s(finding))
    return manualOf(
      'destructive',
      `let containerd on ${where(all)} ask the registry directly`,
      '# a k3d node keeps the environment that it was created with: create the cluster again with',
      `k3d cluster create --env ${quote(`NO_PROXY=${all[0]!.noProxy}@all:*`)}`,
    )
  const put = (facts: ProxyFacts, node: string): Step => ({
    op: 'file.put',
    node,
    path: facts.dropIn.path,
    content: `[Service]\nEnvironment="NO_PROXY=${facts.noProxy}"\n`,
    expect: facts.dropIn.expect,
  })
  return {
    title: `let containerd on ${where(all)} ask the registry directly`,
    risk: 'disruptive',
    steps: all.flatMap((facts) => [put(facts, facts.nodes[0]!), restartContainerd(facts.nodes[0]!, true)]),
    show: forEachNode(all, (facts, node) => `${showStep(put(facts, node))} && ${showStep(restartContainerd(node, true))}`),
  }
}

interface DnsFacts {
  readonly nodes: readonly string[]
  readonly network: string
  /** The resolv.conf of a node on which the name resolves. */
  readonly resolvConf: string | null
  /** The hash of the node's own. */
  readonly expect: string | null
}

/** The name server of another node, or of the network. */
export function dnsRemedy(finding: Finding): Remedy {
  const all = factsOf(finding) as unknown as DnsFacts[]
  const { network } = all[0]!
  const title = `give ${all.flatMap((one) => one.nodes).join(', ')} the name server of network ${network}`
  if (all.some((one) => one.resolvConf === null))
    return manual(
      title,
      `# write it into /etc/resolv.conf of the node; it is the gateway of the network:`,
      `docker network inspect -f '{{range .IPAM.Config}}{{.Gateway}} {{end}}' ${quote(network)}`,
    )
  const steps = all.map(({ nodes, resolvConf, expect }): Step => ({
    op: 'file.put',
    node: nodes[0]!,
    path: '/etc/resolv.conf',
    content: resolvConf!,
    expect,
  }))
  return remedy(title, 'safe', ...steps)
}
