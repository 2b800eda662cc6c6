import type { TracedRequest } from '../containerd/traced-resolution.ts'
import type { Endpoint } from '../containerd/endpoints.ts'
import { join } from '../containerd/go/path.ts'
import { resolveErrorClass } from '../containerd/errors.ts'
import { directoryNames } from '../containerd/host-directory.ts'
import { parseHostsToml } from '../containerd/hosts-toml.ts'
import { isLoopback } from '../containerd/registry-host.ts'
import { rulesOf } from '../containerd/version-rules.ts'
import type { Code } from '../model/codes.ts'
import { pullErrorMeanings } from '../model/pull-error-meanings.ts'
import { textOf } from './node-files.ts'
import { usableEndpoints, type RegistryPull } from './registry-pulls.ts'

/** Codes of a node's configuration, as the plan shows them. */
export type ConfigFaultCode = Exclude<
  Extract<Code, `config-path-${string}` | `hosts-toml-${string}` | 'http-registry-asked-over-https' | `registry-certificate-${string}`>,
  'hosts-toml-will-be-overwritten'
>

/** What in a node's configuration keeps pulls from a registry. */
export interface ConfigFault {
  readonly code: ConfigFaultCode
  /** The endpoint that is wrong, where one is. */
  readonly endpoint?: Endpoint
  /** The directory further on that would lead to the registry, where another is taken before it. */
  readonly hidden?: string
}

/**
 * Judges where a pull is led, not whether files are there: a pull that reaches the registry has no fault, and neither has a
 * plan that asks the registry in its own protocol while the registry, its name or the way to it fails.
 * @param wantsMirror whether images of this registry host are meant to come by a mirror: nodes have one, or its port is
 *   that of the host, where nobody listens on the network
 * @returns null where nothing is wrong with the configuration
 */
export function configFault(registryPull: RegistryPull, wantsMirror: boolean): ConfigFault | null {
  const { pull, isOwn, reaches, registryHost } = registryPull
  if (reaches || pull.plan.kind !== 'plan') return null
  const { path, endpoints } = pull.plan
  // That the plugin is not loaded is a fault of the node, whatever the registry.
  if (path.path === 'none') return null
  if (endpoints.kind === 'crash') return { code: 'hosts-toml-invalid' }
  if (endpoints.kind !== 'endpoints') return { code: 'hosts-toml-unusable' }

  const named = endpoints.endpoints.filter((one) => one.source !== 'default' && isOwn(one))
  const usable = usableEndpoints(pull)
  const asked = named.find((one) => usable.includes(one))
  if (asked) return wrongWay(asked, pull.attempts)
  if (named[0]) return { code: 'hosts-toml-no-capability', endpoint: named[0] }

  const itself = usable.find((one) => one.source === 'default' && isOwn(one))
  const way = itself ? wrongWay(itself, pull.attempts) : null
  if (way && way.code !== 'http-registry-asked-over-https') return way
  // A host that is not the node itself may just be down; only an answer in the wrong protocol, or that other nodes are led
  // to the registry for it, shows that a mirror is wanted.
  if (!way && (itself || (!isLoopback(registryHost) && !wantsMirror))) return null
  if (path.roots.length === 0) return { code: 'config-path-missing' }
  if (path.listIgnored) return { code: 'config-path-list-ignored' }
  if (endpoints.rejected) return { code: 'hosts-toml-invalid' }
  const hidden = endpoints.directory === undefined ? null : hiddenDirectory(path.roots, endpoints.directory, registryPull)
  if (hidden !== null) return { code: 'hosts-toml-shadowed', hidden }
  const written = endpoints.directory === undefined ? null : textOf(pull.containerd.files, join(endpoints.directory, 'hosts.toml'))
  if (written?.trim()) return { code: 'hosts-toml-wrong-endpoint' }
  return way ?? { code: 'hosts-toml-missing' }
}

/** What is wrong with an endpoint that is the registry, by how it answered: null where the fault is not the configuration's. */
function wrongWay(endpoint: Endpoint, attempts: readonly TracedRequest[]): ConfigFault | null {
  for (const { request, outcome } of attempts) {
    if (request.endpoint.url !== endpoint.url) continue
    if ('status' in outcome) {
      if (outcome.status === 400 && request.scheme === 'http') return { code: 'hosts-toml-wrong-endpoint', endpoint }
      continue
    }
    const certificate = certificateCode(outcome.error)
    if (certificate) return { code: certificate, endpoint }
    if (outcome.kind === 'http-response' && !endpoint.httpFallback) return { code: 'http-registry-asked-over-https', endpoint }
  }
  return null
}

const certificateCodes = ['registry-certificate-untrusted', 'registry-certificate-wrong-name', 'registry-certificate-expired'] as const

/** Of a certificate that is no certificate is said what is said of any that is not taken. */
function certificateCode(error: string): ConfigFaultCode | null {
  const { code } = pullErrorMeanings[resolveErrorClass(error)]
  return certificateCodes.find((one) => one === code) ?? (error.includes('x509: ') ? 'registry-certificate-untrusted' : null)
}

/** A directory that containerd would take if the one that it takes were not there, and that leads to the registry. */
function hiddenDirectory(roots: readonly string[], taken: string, { pull, isOwn, registryHost }: RegistryPull): string | null {
  const { version, files } = pull.containerd
  const rules = rulesOf(version)
  const leads = (directory: string): boolean => {
    const text = textOf(files, join(directory, 'hosts.toml'))
    const parsed = text === null ? null : parseHostsToml(text, directory, rules)
    return parsed?.accepted === true && parsed.hosts.some(isOwn)
  }
  const candidates = roots.flatMap((root) => directoryNames(registryHost, rules).map((name) => join(root, name)))
  return candidates.slice(candidates.indexOf(taken) + 1).find(leads) ?? null
}
