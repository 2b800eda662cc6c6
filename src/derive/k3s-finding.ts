import type { Files } from '../containerd/files.ts'
import { splitHostPort } from '../containerd/registry-host.ts'
import { withListedEndpoints, withMirror } from '../k3s/with-mirror.ts'
import { renderRegistriesYaml, type Rendered } from '../k3s/render.ts'
import { readRegistriesYaml, type UnknownKey } from '../k3s/registries-yaml.ts'
import type { Code } from '../model/codes.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import type { Json } from '../model/json.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster, Node, Registry } from '../model/topology.ts'
import { fileFacts, textOf } from './node-files.ts'
import { nodeK3s, type NodeK3s } from './node-k3s.ts'
import type { RegistryPull } from './registry-pulls.ts'
import { renderedPull } from './rendered-pull.ts'

/** Faults of a node's files for which registries.yaml has to answer, since k3s writes those files from it. */
const writtenByK3s: readonly Code[] = [
  'hosts-toml-missing',
  'hosts-toml-wrong-endpoint',
  'http-registry-asked-over-https',
  'registry-certificate-untrusted',
]

/** What can be at fault in it. */
export const causesInRegistriesYaml = [
  'registries-yaml-missing',
  'registries-yaml-invalid',
  'registries-yaml-unknown-key',
  'registries-yaml-key-mismatch',
  'registries-yaml-not-applied',
] as const

/** What a finding says of the cause, where that is in registries.yaml. */
interface Cause {
  readonly code: (typeof causesInRegistriesYaml)[number]
  readonly qualifier?: string
  readonly message: string
}

/** What is wrong with the file as such is one fault, whatever the registry host. */
const refusedCause = (node: string, path: string, reason: string): Cause => ({
  code: 'registries-yaml-invalid',
  qualifier: 'k3s',
  message: `k3s does not start with ${path} of ${node}: ${reason}`,
})

/**
 * A fault of the files that containerd goes by, as a fault of what k3s makes them from. Where a hosts.toml itself is at
 * fault the finding stays, with a repair that k3s does not undo.
 * @param finding as it would stand on a node whose files nobody writes anew
 */
export async function k3sFinding(look: Look, cluster: Cluster, registry: Registry, pull: RegistryPull, finding: Finding): Promise<Finding> {
  const node = pull.pull.node
  const k3s = await nodeK3s(look, cluster, node)
  const cause = writtenByK3s.includes(finding.code) ? await causeOf(look, cluster, registry, pull, k3s, finding.code) : null
  const endpoint = typeof finding.data['endpoint'] === 'string' ? finding.data['endpoint'] : `${registry.scheme}://${registry.address}`
  return {
    ...finding,
    ...cause,
    data: { ...finding.data, registriesYaml: k3s.registriesYaml, ...repairOf(k3s, pull, endpoint) },
    evidence: cause ? [registriesEvidence(node, k3s), ...finding.evidence] : [...finding.evidence, registriesEvidence(node, k3s)],
  }
}

async function causeOf(
  look: Look,
  cluster: Cluster,
  registry: Registry,
  pull: RegistryPull,
  k3s: NodeK3s,
  code: Code,
): Promise<Cause | null> {
  const { registryHost } = pull
  const { node } = pull.pull
  const { registriesYaml: path, rendered, text, yaml } = k3s
  const effect = `so images of ${registryHost} are not led to ${registry.name}`
  if (text === null)
    return {
      code: 'registries-yaml-missing',
      message: `${node} has no ${path}${misnamed(k3s)}, ${effect}`,
    }
  if (rendered.kind === 'refused') return refusedCause(node, path, rendered.reason)
  if (rendered.kind === 'certs.d' && (await renderedPull(look, cluster, registry, rendered.files, pull)).reaches)
    return {
      code: 'registries-yaml-not-applied',
      message: `${path} of ${node} leads ${registryHost} to ${registry.name}, but what k3s wrote when it started does not`,
    }
  const read = readRegistriesYaml(yaml)
  if (read.kind === 'refused') return null
  const unknown = read.unknownKeys.find((one) => matters(one, registryHost, code))
  if (unknown)
    return {
      code: 'registries-yaml-unknown-key',
      message: `k3s ignores ${unknown.path.join('.')} (${path} of ${node}, line ${unknown.line})${unknown.near === undefined ? '' : `; it knows "${unknown.near}"`}, ${effect}`,
    }
  const keys = Object.keys(read.mirrors)
  if (keys.includes(registryHost) || keys.includes('*')) return null
  return {
    code: 'registries-yaml-key-mismatch',
    message: `${path} of ${node} has ${keys.length === 0 ? 'no mirrors' : `mirrors for ${keys.join(', ')}`} and none for ${registryHost}${hint(keys, registryHost)}, ${effect}`,
  }
}

/** Whether what stands under a key that k3s does not know would have been for this registry host, and of this kind. */
function matters({ path }: UnknownKey, registryHost: string, code: Code): boolean {
  const [top, host] = path
  if (code === 'registry-certificate-untrusted') return path.length === 1 ? /config/i.test(top ?? '') : top === 'configs'
  if (path.length === 1) return !/config|auth/i.test(top ?? '')
  return top === 'mirrors' && host === registryHost
}

/** Users name the file in other ways, and k3s does not look for it. */
function misnamed({ registriesYaml, files }: NodeK3s): string {
  const directory = registriesYaml.slice(0, registriesYaml.lastIndexOf('/'))
  const other = files.list(directory).find(({ name }) => /^registr(?:y|ies)\.ya?ml$/.test(name))
  return other ? ` (there is ${other.name}, which k3s does not read)` : ''
}

function hint(keys: readonly string[], registryHost: string): string {
  const { host } = splitHostPort(registryHost)
  if (keys.some((key) => /^https?:\/\//.test(key))) return '; a key has no scheme'
  return keys.includes(host) ? '; a key has the port of the images' : ''
}

/**
 * A registries.yaml that k3s will refuse at its next start, or has refused.
 * @param hasStarted whether the node's containerd runs, which k3s starts after it has read the file
 */
export function refusedFinding(cluster: Cluster, node: Node, k3s: NodeK3s, reason: string, hasStarted: boolean): Finding {
  const { registriesYaml, text, files, settings } = k3s
  const listed = withListedEndpoints(text ?? '')
  const isMended = listed !== null && !hasSecrets(text) && renderRegistriesYaml(listed, settings).kind !== 'refused'
  const put: Put[] = isMended ? [{ path: registriesYaml, content: listed, expect: hashOf(files, registriesYaml) }] : []
  return {
    ...refusedCause(node.name, registriesYaml, reason),
    subject: { kind: 'node', cluster: cluster.name, name: node.name },
    hop: 'resolve',
    data: { nodes: [node.name], running: node.running, registriesYaml, put, snippet: reason, needsRestart: !hasStarted },
    evidence: [registriesEvidence(node.name, k3s)],
  }
}

/** A pull that works, and will not once k3s has written its files again. */
export function overwrittenFinding(cluster: Cluster, registry: Registry, pull: RegistryPull, k3s: NodeK3s): Finding {
  const { registryHost } = pull
  const { node, containerd, plan } = pull.pull
  const taken = plan.kind === 'plan' && 'directory' in plan.endpoints ? plan.endpoints.directory : undefined
  const endpoint = `${registry.scheme}://${registry.address}`
  const { put, ...repair } = repairOf(k3s, pull, endpoint)
  const path = taken === undefined ? undefined : `${taken}/hosts.toml`
  return {
    code: 'hosts-toml-will-be-overwritten',
    subject: { kind: 'node', cluster: cluster.name, name: node },
    qualifier: registryHost,
    hop: 'resolve',
    message: `${path ?? 'what containerd goes by'} on ${node} leads to ${registry.name}; at its next start k3s writes from ${k3s.registriesYaml} what does not`,
    data: {
      nodes: [node],
      registryHost,
      registry: registry.name,
      registriesYaml: k3s.registriesYaml,
      ...repair,
      // What works stays as it is.
      ...(Array.isArray(put) && { put: put.filter((one) => (one as unknown as Put).path === k3s.registriesYaml) }),
    },
    evidence: [
      ...(path === undefined
        ? []
        : [
            {
              vantage: 'node' as const,
              asked: `${path} of ${node}`,
              saw: textOf(containerd.files, path)?.trim() ?? 'not there',
              command: `docker exec ${node} cat ${path}`,
            },
          ]),
      registriesEvidence(node, k3s),
    ],
  }
}

type Put = { readonly path: string; readonly content: string; readonly expect: string | null }

/** The registries.yaml that leads to the registry, and the hosts.toml that k3s makes of it. */
function repairOf(k3s: NodeK3s, { registryHost, pull }: RegistryPull, endpoint: string): { readonly [key: string]: Json } {
  const { registriesYaml, text, settings, files } = k3s
  const snippet = `let it have, beside what it says: mirrors: {"${registryHost}": {endpoint: ["${endpoint}"]}}`
  const corrected = leadsTo(k3s.rendered, registryHost, endpoint) ? text : withMirror(text, registryHost, endpoint)
  // Where a secret of the file was replaced, the file cannot be written again.
  if (corrected === null || (corrected !== text && hasSecrets(text))) return { snippet }
  const rendered = renderRegistriesYaml(corrected, settings)
  const yaml: Put[] = corrected === text ? [] : [{ path: registriesYaml, content: corrected, expect: hashOf(files, registriesYaml) }]
  if (rendered.kind === 'config.toml') return { put: yaml, needsRestart: true }
  const root = pull.containerd.path.path === 'none' ? undefined : pull.containerd.path.roots[0]
  if (rendered.kind !== 'certs.d' || root === undefined || !leadsTo(rendered, registryHost, endpoint)) return { snippet }
  const path = `${root.replace(/\/+$/, '')}/${registryHost}/hosts.toml`
  const content = rendered.files[`${registryHost}/hosts.toml`]!
  const tree: Put[] =
    textOf(pull.containerd.files, path) === content ? [] : [{ path, content, expect: hashOf(pull.containerd.files, path) }]
  return { put: [...yaml, ...tree] }
}

const hashOf = (files: Files, path: string): string | null => fileFacts(files, path)[path]?.sha256 ?? null

const hasSecrets = (text: string | null): boolean => text?.includes('[redacted:') === true

const leadsTo = (rendered: Rendered, registryHost: string, endpoint: string): boolean =>
  rendered.kind === 'certs.d' && (rendered.files[`${registryHost}/hosts.toml`] ?? '').includes(`[host."${endpoint}/v2"]`)

function registriesEvidence(node: string, { registriesYaml, text }: NodeK3s): Evidence {
  return {
    vantage: 'node',
    asked: `${registriesYaml} of ${node}`,
    saw: text === null ? 'not there' : text.trim() || 'empty',
    command: `docker exec ${node} cat ${registriesYaml}`,
  }
}
