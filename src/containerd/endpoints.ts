import { errnoText, type Files } from './files.ts'
import { isLocalhost, portOf } from './go/net.ts'
import { join } from './go/path.ts'
import { parseGoUrl } from './go/url.ts'
import type { Capability, HostConfig } from './host-config.ts'
import { hostDirectory } from './host-directory.ts'
import { parseHostsToml, type HostsTomlProblem } from './hosts-toml.ts'
import { certificateFiles, tlsFileProblem } from './tls-files.ts'
import type { VersionRules } from './version-rules.ts'

/** One URL base that containerd may try, as in the PullPlan document. */
export interface Endpoint {
  readonly url: string
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly capabilities: readonly Capability[]
  readonly skipVerify: boolean
  /** HTTPS first, then HTTP where the answer shows that the other side speaks that. */
  readonly httpFallback: boolean
  readonly ca?: readonly string[]
  readonly client?: readonly (readonly [string, string])[]
  /** Names of the headers that are sent along; their values may be secrets. */
  readonly headers?: readonly string[]
  readonly dialTimeout?: string
  readonly source: 'hosts.toml' | 'default' | 'mirrors'
  readonly file?: string
  /** Where in the file it is written. */
  readonly line?: number
  readonly column?: number
}

export type Endpoints =
  | {
      readonly kind: 'endpoints'
      readonly endpoints: readonly Endpoint[]
      /** The directory of certs.d that decides; absent where none does. */
      readonly directory?: string
      /** Why the hosts.toml of that directory is ignored. */
      readonly rejected?: HostsTomlProblem
      /** containerd tries them in an order that differs from pull to pull. */
      readonly unordered: boolean
    }
  /** No request is made: the pull fails with this text. */
  | { readonly kind: 'error'; readonly text: string; readonly directory?: string }
  /** Reading the file ends the containerd process. */
  | { readonly kind: 'crash'; readonly problem: HostsTomlProblem; readonly directory: string }
  /** A file that was not looked at decides. */
  | { readonly kind: 'unseen'; readonly path: string }

const nothing: HostConfig = { scheme: '', host: '', path: '', capabilities: [], headers: [] }

/**
 * The endpoints for a registry host in the order in which containerd tries them.
 * Source: containerd v1.7.34, v2.1.4, v2.2.7 and v2.3.4, core/remotes/docker/config/hosts.go (ConfigureHosts, loadHostDir).
 * @param roots the effective roots of config_path; with none, the default endpoint is all there is
 */
export function endpointsOf(registryHost: string, roots: readonly string[], files: Files, rules: VersionRules): Endpoints {
  const directory = hostDirectory(roots, registryHost, files, rules)
  if (directory.found === 'error') return { kind: 'error', text: directory.text }
  if (directory.found === 'unseen') return { kind: 'unseen', path: directory.path }
  if (directory.found === 'none') return finish([nothing], registryHost, files, rules, {})

  const { path } = directory
  const file = join(path, 'hosts.toml')
  const found = files.find(file)
  if ('unseen' in found) return { kind: 'unseen', path: found.unseen }
  if ('errno' in found && found.errno !== 'ENOENT')
    return { kind: 'error', text: `open ${file}: ${errnoText[found.errno]}`, directory: path }
  const entry = 'entry' in found ? found.entry : null
  if (entry?.type === 'dir') return { kind: 'error', text: `read ${file}: is a directory`, directory: path }
  const fromCertificates = (): HostConfig[] => [{ ...nothing, ...certificateFiles(path, files) }]
  if (entry === null || entry.size === 0) return finish(fromCertificates(), registryHost, files, rules, { directory: path })

  const { text, size } = entry
  if (text === undefined) return { kind: 'unseen', path: file }
  const parsed = parseHostsToml(text, path, rules, size)
  if (parsed.accepted) return finish(parsed.hosts, registryHost, files, rules, { directory: path, file, unordered: parsed.unordered })
  if (parsed.problem.crash) return { kind: 'crash', problem: parsed.problem, directory: path }
  return finish(fromCertificates(), registryHost, files, rules, { directory: path, rejected: parsed.problem })
}

interface Origin {
  readonly directory?: string
  readonly file?: string
  readonly rejected?: HostsTomlProblem
  readonly unordered?: boolean
}

function finish(hosts: readonly HostConfig[], registryHost: string, files: Files, rules: VersionRules, origin: Origin): Endpoints {
  const { directory, file, rejected, unordered = false } = origin
  const endpoints: Endpoint[] = []
  for (const [index, host] of hosts.entries()) {
    const isDefault = host.host === '' && index === hosts.length - 1
    const complete = isDefault ? defaultEndpoint(host, registryHost, rules) : host
    const problem = tlsFileProblem(complete, files)
    if (problem && 'unseen' in problem) return { kind: 'unseen', path: problem.unseen }
    if (problem) return { kind: 'error', text: problem.text, ...(directory !== undefined && { directory }) }
    endpoints.push(
      endpoint(complete, rules, isDefault ? { source: 'default' } : { source: 'hosts.toml', ...(file !== undefined && { file }) }),
    )
  }
  return { kind: 'endpoints', endpoints, ...(directory !== undefined && { directory }), ...(rejected && { rejected }), unordered }
}

/** The registry host itself, with all capabilities and what else the root of the file says. */
function defaultEndpoint(root: HostConfig, registryHost: string, rules: VersionRules): HostConfig {
  const host = registryHost === 'docker.io' ? 'registry-1.docker.io' : registryHost
  const base = { ...root, host, path: '/v2', capabilities: allCapabilities(rules) }
  if (registryHost === 'docker.io' || rules.localhost === 'https' || !isLocalhost(registryHost)) return { ...base, scheme: 'https' }
  if (rules.localhost !== 'by-port') return { ...base, scheme: 'http', skipVerify: true }
  const port = portOf(registryHost)
  const scheme = port === '' || port === '443' ? 'https' : 'http'
  return port === '80' ? { ...base, scheme } : { ...base, scheme, skipVerify: true }
}

const allCapabilities = ({ referrers }: VersionRules): Capability[] => [
  'pull',
  'resolve',
  'push',
  ...(referrers ? ['referrers' as const] : []),
]

function endpoint(host: HostConfig, rules: VersionRules, origin: Pick<Endpoint, 'source' | 'file'>): Endpoint {
  const { ca, client, skipVerify, headers, dialTimeout, place } = host
  const hasTls =
    ca !== undefined ||
    client !== undefined ||
    skipVerify !== undefined ||
    (dialTimeout !== undefined && rules.dialTimeout === 'counts-as-tls')
  const httpFallback = host.scheme === 'http' && hasTls && fallsBack(portOf(host.host), rules)
  const scheme = httpFallback ? 'https' : host.scheme
  return {
    url: `${scheme}://${host.host}${host.path}`,
    scheme,
    host: host.host,
    path: host.path,
    capabilities: host.capabilities,
    skipVerify: skipVerify ?? false,
    httpFallback,
    ...(ca && { ca }),
    ...(client && { client }),
    ...(headers.length > 0 && { headers }),
    ...(dialTimeout !== undefined && { dialTimeout }),
    ...origin,
    ...(place && { line: place.line, column: place.column }),
  }
}

function fallsBack(port: string, { fallback }: VersionRules): boolean {
  if (fallback === 'other-port') return port !== '' && port !== '80'
  return fallback === 'always' || (fallback === 'not-port-80' && port !== '80')
}

/**
 * The endpoints of the legacy `registry.mirrors`, which are used where config_path is empty: also without any mirror, when
 * a registry host that is the machine itself is asked over HTTP alone.
 * Source: containerd v1.7.34, pkg/cri/server/image_pull.go and v2.2.7, internal/cri/server/images/image_pull.go (registryEndpoints).
 */
export function mirrorEndpoints(
  registryHost: string,
  mirrors: { readonly [registryHost: string]: readonly string[] },
  rules: VersionRules,
): Endpoints {
  const own = Object.hasOwn(mirrors, registryHost) ? mirrors[registryHost] : mirrors['*']
  const defaultHost = registryHost === 'docker.io' ? 'registry-1.docker.io' : registryHost
  const defaultScheme = (host: string): string => (isLocalhost(host) ? 'http' : 'https')
  const urls: { url: ReturnType<typeof parseGoUrl>; source: Endpoint['source'] }[] = []
  for (const mirror of own ?? []) {
    const dummy = parseGoUrl(`dummy://${mirror}`, rules.strictColons)
    if (!mirror.includes('://') && 'error' in dummy)
      return { kind: 'error', text: `get registry endpoints: parse endpoint url: ${dummy.error}` }
    const text = mirror.includes('://') || 'error' in dummy ? mirror : `${defaultScheme(dummy.host)}://${mirror}`
    urls.push({ url: parseGoUrl(text, rules.strictColons), source: 'mirrors' })
  }
  if (!urls.some(({ url }) => 'host' in url && url.host === registryHost))
    urls.push({ url: { scheme: defaultScheme(defaultHost), host: defaultHost, path: '' }, source: 'default' })
  const endpoints: Endpoint[] = []
  for (const { url, source } of urls) {
    if ('error' in url) return { kind: 'error', text: `get registry endpoints: parse endpoint url: ${url.error}` }
    const capabilities = allCapabilities(rules).filter((one) => one !== 'push')
    const path = url.path === '' ? '/v2' : url.path
    const skipVerify = isLocalhost(registryHost) && url.scheme === 'http'
    endpoints.push({ url: `${url.scheme}://${url.host}${path}`, ...url, path, capabilities, skipVerify, httpFallback: false, source })
  }
  return { kind: 'endpoints', endpoints, unordered: false }
}
