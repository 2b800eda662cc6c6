import { directoryOfMirror } from '../containerd/host-directory.ts'
import { setConfigPath } from '../containerd/set-config-path.ts'
import { parseContainerdVersion } from '../containerd/versions.ts'
import type { Finding, Remedy, Step } from '../model/finding.ts'
import { factsOf, forEachNode, isOfK3s, showEdit, where, type NodeFacts } from './node-files.ts'
import { quote, showStep } from './show.ts'

const restartContainerd = (node: string, daemonReload = false): Step => ({
  op: 'service.restart',
  node,
  service: 'containerd',
  ...(daemonReload && { daemonReload }),
})

const sentence = (title: string, risk: Remedy['risk'], ...lines: string[]): Remedy => ({
  title,
  risk,
  steps: lines.map((line): Step => (line.startsWith('# ') ? { op: 'manual', text: line.slice(2) } : { op: 'manual', command: line })),
  show: lines.map((line) => line.replace(/^# /, '')),
})

interface MirrorFacts extends NodeFacts {
  readonly mirrors: { readonly [registryHost: string]: readonly string[] }
  readonly root: string
}

/** Legacy mirrors as hosts.toml files, config.toml without them, and containerd restarted. */
export function mirrorsRemedy(finding: Finding): Remedy {
  const all = factsOf(finding) as unknown as MirrorFacts[]
  const title = `write the mirrors of ${where(all)} as hosts.toml files and take them out of config.toml`
  const edits = all.map((facts) => {
    const before = facts.files[facts.configFile]
    const version = parseContainerdVersion(facts.containerd)
    const text = before?.text?.includes('[redacted:') ? null : (before?.text ?? null)
    return { facts, before, after: text !== null && version ? setConfigPath(text, version, facts.root, true) : null }
  })
  if (edits.some((one) => one.after === null)) {
    const text = `remove registry.mirrors and registry.configs.*.tls from ${all[0]!.configFile}, write a hosts.toml for each mirror, then: systemctl restart containerd`
    return sentence(title, 'disruptive', `# ${text}`)
  }
  const files = (facts: MirrorFacts, node: string): Step[] =>
    Object.entries(facts.mirrors).flatMap(([host, endpoints]) => {
      const path = `${facts.root}/${directoryOfMirror(host)}/hosts.toml`
      const content = endpoints.map((url) => `[host."${url}"]\n`).join('')
      return content === '' || facts.files[path] ? [] : [{ op: 'file.put', node, path, content, expect: null }]
    })
  const steps = edits.flatMap(({ facts, before, after }): Step[] => {
    const node = facts.nodes[0]!
    return [
      ...files(facts, node),
      { op: 'file.put', node, path: facts.configFile, content: after!, expect: before!.sha256 },
      restartContainerd(node),
    ]
  })
  const editOf = new Map(edits.map((one) => [one.facts, one]))
  const show = forEachNode(all, (facts, node) => {
    const { before, after } = editOf.get(facts)!
    const puts = files(facts, node).map(showStep)
    return [...puts, showEdit(before!.text!, after!, node, facts.configFile), showStep(restartContainerd(node))].join(' && ')
  })
  return { title, risk: 'disruptive', steps, show }
}

/** The authority's certificate on every node, and a hosts.toml that names it. */
export function certificateRemedy(finding: Finding): Remedy {
  const all = factsOf(finding)
  const { container } = finding.data
  const inContainer = finding.data['certificate']
  // Go trusts a certificate that is itself among the authorities, whoever signed it.
  const source =
    typeof container === 'string' && typeof inContainer === 'string'
      ? `docker cp ${quote(`${container}:${inContainer}`)} ca.crt`
      : '# save the certificate of the registry, or of its authority, as ca.crt'
  const put = forEachNode(all, (facts, node) => {
    const directory = facts.hostsToml.slice(0, facts.hostsToml.lastIndexOf('/'))
    const content = `[host."${facts.endpoint}"]\n  ca = "ca.crt"\n`
    const copy = `docker exec ${quote(node)} mkdir -p ${quote(directory)} && docker cp ca.crt ${node === '$node' ? '"$node"' : node}:${directory}/ca.crt`
    return `${copy} && ${showStep({ op: 'file.put', node, path: facts.hostsToml, content, expect: facts.files[facts.hostsToml]?.sha256 ?? null })}`
  })
  return sentence(`let ${where(all)} trust the registry's authority`, 'safe', source, ...put)
}

interface ProxyFacts {
  readonly nodes: readonly string[]
  readonly noProxy: string
}

/** The registry's name in containerd's NO_PROXY, as a drop-in of its unit: what the cluster was created with stays. */
export function proxyRemedy(finding: Finding): Remedy {
  const all = factsOf(finding) as unknown as ProxyFacts[]
  // The environment of a container is that which it was created with.
  if (isOfK3s(finding))
    return sentence(
      `let containerd on ${where(all)} ask the registry directly`,
      'destructive',
      '# a k3d node keeps the environment that it was created with: create the cluster again with',
      `k3d cluster create --env ${quote(`NO_PROXY=${all[0]!.noProxy}@all:*`)}`,
    )
  const put = (facts: ProxyFacts, node: string): Step => ({
    op: 'file.put',
    node,
    // Of several files that set a variable, systemd takes the one whose name sorts last.
    path: '/etc/systemd/system/containerd.service.d/zz-registry-no-proxy.conf',
    content: `[Service]\nEnvironment="NO_PROXY=${facts.noProxy}"\n`,
    expect: null,
  })
  return {
    title: `let containerd on ${where(all)} ask the registry directly`,
    risk: 'disruptive',
    steps: all.flatMap((facts) => [put(facts, facts.nodes[0]!), restartContainerd(facts.nodes[0]!, true)]),
    show: forEachNode(all, (facts, node) => `${showStep(put(facts, node))} && ${showStep(restartContainerd(node, true))}`),
  }
}

/** The name server of another node, or of the network. */
export function dnsRemedy(finding: Finding): Remedy {
  const { resolvConf } = finding.data
  const network = finding.data['network'] as string
  const nodes = finding.data['nodes'] as string[]
  const title = `give ${nodes.join(', ')} the name server of network ${network}`
  if (typeof resolvConf !== 'string')
    return sentence(
      title,
      'safe',
      `# write it into /etc/resolv.conf of the node; it is the gateway of the network:`,
      `docker network inspect -f '{{range .IPAM.Config}}{{.Gateway}} {{end}}' ${quote(network)}`,
    )
  const steps = nodes.map((node): Step => ({ op: 'file.put', node, path: '/etc/resolv.conf', content: resolvConf, expect: null }))
  return { title, risk: 'safe', steps, show: steps.map(showStep) }
}
