import type { Finding, Remedy, Step } from '../model/finding.ts'
import { factsOf, forEachNode, hasSeveralHosts, hostsTomlNow, morePattern, rewriteRemedy, where, type NodeFacts } from './node-files.ts'
import { quote } from './quote.ts'
import { manual } from './remedy.ts'
import { showStep } from './show.ts'

/** The registry's certificate on every node, and a hosts.toml that names it. */
export function certificateRemedy(finding: Finding): Remedy {
  const all = factsOf(finding)
  const { container, certificate: path } = finding.data
  const title = `let ${where(all)} trust the certificate of the registry`
  // Which settings beside the authority are meant, only who wrote them knows.
  const rich = all.find((one) => hasSeveralHosts(hostsTomlNow(one)) || morePattern.test(hostsTomlNow(one)))
  if (typeof container !== 'string' || typeof path !== 'string') return withoutCertificate(all, title)
  if (rich)
    return rewriteRemedy(all, rich, `[host."${rich.endpoint}"] with ca = "ca.crt", the certificate beside it (${container}:${path})`)
  const steps = (facts: NodeFacts, node: string): Step[] => [
    // Go trusts a certificate that is itself among the authorities, whoever signed it.
    {
      op: 'file.copy',
      node,
      path: besideHostsToml(facts),
      from: { container, path },
      expect: facts.files[besideHostsToml(facts)]?.sha256 ?? null,
    },
    hostsTomlWithAuthority(facts, node),
  ]
  return {
    title,
    risk: 'safe',
    steps: all.flatMap((facts) => steps(facts, facts.nodes[0]!)),
    show: forEachNode(all, (facts, node) => steps(facts, node).map(showStep).join(' && ')),
  }
}

const besideHostsToml = ({ hostsToml }: NodeFacts): string => `${hostsToml.slice(0, hostsToml.lastIndexOf('/'))}/ca.crt`

const hostsTomlWithAuthority = (facts: NodeFacts, node: string): Step => ({
  op: 'file.put',
  node,
  path: facts.hostsToml,
  content: `[host."${facts.endpoint}"]\n  ca = "ca.crt"\n`,
  expect: facts.files[facts.hostsToml]?.sha256 ?? null,
})

/** Where the certificate is to be had from is for the reader to know. */
function withoutCertificate(all: readonly NodeFacts[], title: string): Remedy {
  const put = forEachNode(all, (facts, node) => {
    const file = besideHostsToml(facts)
    const copy = `docker exec ${quote(node)} mkdir -p ${quote(file.slice(0, file.lastIndexOf('/')))} && docker cp ca.crt ${node === '$node' ? '"$node"' : node}:${file}`
    return `${copy} && ${showStep(hostsTomlWithAuthority(facts, node))}`
  })
  return manual(title, '# save the certificate of the registry, or of its authority, as ca.crt', ...put)
}
