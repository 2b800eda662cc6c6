import type { Finding, Remedy, Step } from '../model/finding.ts'
import { factsOf, forEachNode, where, type NodeFacts } from './node-files.ts'
import type { Splice } from '../model/splice.ts'
import { manual } from './remedy.ts'
import { quote } from './quote.ts'
import { printed, showStep } from './show.ts'

/** What a finding about a node of k3d tells of its repair. */
export interface K3sFacts extends NodeFacts {
  /** Path of its registries.yaml. */
  readonly registriesYaml: string
  /** The files to write; absent where they cannot be made without losing what is there. */
  readonly put?: readonly (
    | { readonly path: string; readonly content: string; readonly expect: string | null }
    | { readonly path: string; readonly splice: Splice; readonly expect: string }
  )[]
  /** Where the certificate of the registry has to be, and where it comes from, where nodes do not trust it. */
  readonly authority?: {
    readonly path: string
    readonly from: { readonly container: string; readonly path: string }
    readonly expect: string | null
  }
  /** What stands where hosts.toml or its directory should. */
  readonly blocking?: string | null
  /** What has to be done with registries.yaml, where it cannot be written as a whole: a sentence. */
  readonly snippet?: string
  /** k3s writes config.toml of it, which containerd reads at its start only. */
  readonly needsRestart?: boolean
}

/**
 * Writes registries.yaml, which is for the next start of k3s, and the hosts.toml that k3s makes of it, which containerd reads
 * at the next pull.
 */
export function registriesYamlRemedy(finding: Finding): Remedy {
  const all = factsOf(finding) as K3sFacts[]
  const names = [...new Set(all.flatMap((one) => one.put ?? []).map(({ path }) => path.slice(path.lastIndexOf('/') + 1)))]
  if (finding.data['running'] === false) return stoppedRemedy(all)
  if (all.some(({ put, authority }) => put === undefined || (put.length === 0 && !authority))) {
    const { registriesYaml, snippet = '' } = all[0]!
    return manual(
      `correct ${registriesYaml} on ${where(all)}`,
      `# ${snippet}`,
      ...all.map((one) => `docker exec ${one.nodes[0]} cat ${one.registriesYaml}`),
    )
  }
  const needsRestart = all.some((one) => one.needsRestart === true)
  return {
    title: `write ${names.join(' and ')} on ${where(all)}${needsRestart ? ' and restart k3s there' : ''}`,
    risk: needsRestart ? 'destructive' : 'safe',
    steps: all.flatMap((facts) => steps(facts, facts.nodes[0]!)),
    show: forEachNode(all, (facts, node) => steps(facts, node).map(showStep).join(' && ')),
  }
}

/** What is in the way goes first, then come the files from what others name on, then the restart. */
function steps({ put = [], authority, blocking, needsRestart }: K3sFacts, node: string): Step[] {
  return [
    ...(typeof blocking === 'string' ? [{ op: 'path.move', node, from: blocking, to: `${blocking}.off` } as const] : []),
    ...(authority ? [{ op: 'file.copy', node, ...authority } as const] : []),
    ...put.map((one): Step =>
      'splice' in one
        ? { op: 'file.splice', node, path: one.path, ...one.splice, expect: one.expect }
        : { op: 'file.put', node, path: one.path, content: one.content, expect: one.expect },
    ),
    ...(needsRestart === true ? [{ op: 'container.restart', container: node } as const] : []),
  ]
}

/** In a container that does not run nothing can be executed, and nothing is lost by a restart; its files can be copied all the same. */
function stoppedRemedy(all: readonly K3sFacts[]): Remedy {
  const [{ registriesYaml, snippet = '' }] = all as [K3sFacts]
  if (all.every(({ put = [] }) => put.length > 0 && put.every((one) => 'content' in one)))
    return {
      title: `write ${registriesYaml} on ${where(all)}, then start it`,
      risk: 'safe',
      steps: all.flatMap((facts) => steps({ ...facts, needsRestart: true }, facts.nodes[0]!)),
      show: forEachNode(all, ({ put = [] }, node) =>
        [
          ...put.flatMap((one) =>
            'content' in one
              ? [`${printed(one.content)} > registries.yaml && docker cp registries.yaml ${quote(node)}:${quote(one.path)}`]
              : [],
          ),
          showStep({ op: 'container.restart', container: node }),
        ].join(' && '),
      ),
    }
  return manual(
    `correct ${registriesYaml} on ${where(all)}, then start it`,
    ...all.flatMap(({ nodes: [node] }) => [
      `docker cp ${node}:${registriesYaml} registries.yaml`,
      `# in between correct it: ${snippet}`,
      `docker cp registries.yaml ${node}:${registriesYaml}`,
      `docker restart ${node}`,
    ]),
  )
}

/** The authority's certificate on every node, and registries.yaml that names it: a hosts.toml of one's own would not last. */
export function k3sAuthorityRemedy(finding: Finding): Remedy {
  const all = factsOf(finding) as K3sFacts[]
  if (all.every(({ authority, put }) => authority !== undefined && put !== undefined)) {
    const title = `let ${where(all)} trust the certificate of the registry`
    return { ...registriesYamlRemedy(finding), title }
  }
  const file = '/etc/rancher/k3s/registry-ca.crt'
  const host = all[0]!.endpoint.replace(/^https?:\/\//, '')
  return {
    ...manual(
      `let ${where(all)} trust the registry's authority`,
      '# save the certificate of the registry, or of its authority, as ca.crt',
      ...all.map((one) => `docker cp ca.crt ${one.nodes[0]}:${file}`),
      `# let ${all[0]!.registriesYaml} have, beside what it says: configs: {"${host}": {tls: {ca_file: "${file}"}}}`,
      ...all.map((one) => `docker restart ${one.nodes[0]}`),
    ),
    risk: 'destructive',
  }
}
