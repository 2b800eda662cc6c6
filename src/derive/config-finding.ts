import { join } from '../containerd/go/path.ts'
import type { Endpoint } from '../containerd/endpoints.ts'
import { isLoopback } from '../containerd/registry-host.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster, Node, Registry } from '../model/topology.ts'
import { protocolFrom } from './ask.ts'
import { k3sFinding } from './k3s-finding.ts'
import type { ConfigFault } from './lead.ts'
import { blockingOf, placeOf, type Place } from './hosts-toml-place.ts'
import { fileFacts, textOf } from './node-files.ts'
import type { NodePull } from './node-pull.ts'
import { registryDetail } from './registry-detail.ts'
import { usableEndpoints, type RegistryPull } from './registry-pulls.ts'

/** A fault of a node's configuration as a finding; on k3s as one of what the configuration is written from. */
export async function configFindingOf(
  look: Look,
  cluster: Cluster,
  node: Node,
  registry: Registry,
  pull: RegistryPull,
  fault: ConfigFault,
): Promise<Finding> {
  const finding = await ofFiles(look, cluster, node, registry, pull, fault)
  return cluster.provider === 'k3d' ? k3sFinding(look, cluster, registry, pull, finding) : finding
}

/** What it says, what shows it, and what a repair has to know. */
async function ofFiles(
  look: Look,
  cluster: Cluster,
  node: Node,
  registry: Registry,
  { pull, registryHost }: RegistryPull,
  fault: ConfigFault,
): Promise<Finding> {
  const { version, configFile, config } = pull.containerd
  const [protocol, detail] = await Promise.all([protocolFrom(look, node.name, registry), registryDetail(look, registry)])
  const place = placeOf(pull, registryHost)
  const endpoint = `${protocol.scheme}://${registry.address}`
  const facts: Facts = { node: node.name, registryHost, registry, pull, fault, ...(protocol.proven && { endpoint }), ...place }
  return {
    code: fault.code,
    subject: { kind: 'node', cluster: cluster.name, name: node.name },
    qualifier: registryHost,
    hop: 'resolve',
    message: messageOf(facts),
    data: {
      nodes: [node.name],
      registryHost,
      registry: registry.name,
      container: registry.container ?? null,
      endpoint,
      hostsToml: place.target,
      taken: place.directory ?? null,
      blocking: blockingOf(pull, place),
      certificate: detail?.env['REGISTRY_HTTP_TLS_CERTIFICATE'] ?? null,
      problem: pull.error?.text ?? null,
      provider: cluster.provider,
      configFile,
      containerd: version.text,
      files: fileFacts(pull.containerd.files, configFile, place.target, join(place.target, '../ca.crt')),
    },
    evidence: [
      configEvidence(facts, config.files),
      { vantage: 'node', asked: `HEAD of an image of ${registryHost}, as containerd asks`, saw: sawOf(pull) },
      ...(fault.code === 'http-registry-asked-over-https' ? protocol.evidence : []),
      ...(fault.code === 'hosts-toml-wrong-endpoint' ? protocol.evidence.filter((one) => one.asked.startsWith(`${protocol.scheme}:`)) : []),
    ],
  }
}

interface Facts extends Place {
  readonly node: string
  readonly registryHost: string
  readonly registry: Registry
  readonly pull: NodePull
  readonly fault: ConfigFault
  /** Where the registry answers the node. */
  readonly endpoint?: string
}

const urlOf = ({ scheme, host }: Pick<Endpoint, 'scheme' | 'host'>): string => `${scheme}://${host}`

function messageOf({ node, registryHost, registry, pull, fault, target, directory, endpoint: right }: Facts): string {
  const containerd = `containerd ${pull.containerd.version.text} on ${node}`
  const asked = [...new Set(usableEndpoints(pull).map(urlOf))].join(', then ') || 'nothing'
  const itself = isLoopback(registryHost) && asked.endsWith(`//${registryHost}`) ? ', which is the node itself' : ''
  const endpoint = fault.endpoint ? urlOf(fault.endpoint) : ''
  const own = `the hosts.toml of ${node} for ${registryHost}`
  const problem = problemOf(pull)
  switch (fault.code) {
    case 'config-path-missing':
      return `${containerd} has no config_path, so it reads no hosts.toml and asks ${asked}${itself}`
    case 'config-path-list-ignored':
      return `${containerd} takes the list ${pull.containerd.path.path === 'none' ? '' : pull.containerd.path.roots.join(':')} for the name of one directory, reads no hosts.toml, and asks ${asked}${itself}`
    case 'hosts-toml-invalid':
      return `containerd ${pull.containerd.version.text} ${problem?.crash ? 'crashes on' : 'rejects'} ${own}${problem ? ` (line ${problem.line}: ${problem.message})` : ''}${problem?.crash ? '' : `, and asks ${asked}${itself}`}`
    case 'hosts-toml-unusable':
      return `no image of ${registryHost} can be pulled on ${node}: ${pull.error?.text ?? pull.text}`
    case 'hosts-toml-shadowed':
      return `${containerd} takes ${directory}, so ${fault.hidden}, which leads to ${registry.name}, is not read`
    case 'hosts-toml-no-capability':
      return `${own} names ${endpoint} with capabilities ${fault.endpoint!.capabilities.join(', ')} only, so containerd does not pull from it and asks ${asked}`
    case 'hosts-toml-wrong-endpoint':
      return `${own} does not lead to ${registry.name}${right === undefined ? '' : `, which is at ${right}`}: containerd asks ${asked}`
    case 'http-registry-asked-over-https':
      return `${containerd} asks ${endpoint}, but ${registry.name} speaks plain HTTP there`
    case 'registry-certificate-untrusted':
    case 'registry-certificate-wrong-name':
    case 'registry-certificate-expired':
      return `${containerd} does not accept the certificate of ${endpoint}: ${certificateProblem(pull, fault.endpoint!)}`
    case 'hosts-toml-missing':
      return `${node} has no ${target}, so containerd asks ${asked}${itself}`
  }
}

function certificateProblem({ attempts }: NodePull, endpoint: Endpoint): string {
  const failed = attempts.find(({ request, outcome }) => request.endpoint.url === endpoint.url && 'error' in outcome)
  return failed && 'error' in failed.outcome ? failed.outcome.error.replace(/^.*?x509: /s, '') : ''
}

const problemOf = ({ plan }: NodePull) => {
  if (plan.kind !== 'plan') return undefined
  if (plan.endpoints.kind === 'crash') return plan.endpoints.problem
  return plan.endpoints.kind === 'endpoints' ? plan.endpoints.rejected : undefined
}

function configEvidence({ node, registryHost, pull, fault, target, directory }: Facts, files: readonly string[]): Evidence {
  const { containerd } = pull
  const inConfig = fault.code === 'config-path-missing' || fault.code === 'config-path-list-ignored'
  if (inConfig) {
    const { configPath, mirrors } = containerd.config.settings
    const set = [
      ...(configPath === undefined ? [] : [`config_path = "${configPath}"`]),
      ...(mirrors && Object.keys(mirrors).length > 0 ? [`mirrors of ${Object.keys(mirrors).join(', ')}`] : []),
    ]
    return {
      vantage: 'node',
      asked: `config_path in ${files.join(', ') || containerd.configFile}`,
      saw: set.join(', ') || 'none (the default before containerd 2.2 is none)',
      command: `docker exec ${node} grep -nE 'config_path|mirrors' ${containerd.configFile}`,
    }
  }
  const roots = containerd.path.path === 'none' ? [] : containerd.path.roots
  const text = textOf(containerd.files, target)?.trim()
  return {
    vantage: 'node',
    asked: `directory of ${registryHost} in ${roots.join(', ')}`,
    saw: directory === undefined ? 'none' : `${directory}: ${text === undefined || text === '' ? 'no hosts.toml' : text}`,
    command: text === undefined ? `docker exec ${node} ls -la ${directory ?? roots[0]!}` : `docker exec ${node} cat ${target}`,
  }
}

/** What came of the requests: the error that each of them ended with. */
function sawOf(pull: NodePull): string {
  const failed = pull.attempts.map(({ request, outcome }) =>
    'error' in outcome
      ? `${urlOf({ ...request.endpoint, scheme: request.scheme })}: ${outcome.error}`
      : `${urlOf(request.endpoint)}: HTTP ${outcome.status}`,
  )
  return failed.join('; ') || pull.why || pull.error?.text || pull.text || 'no request was made'
}
