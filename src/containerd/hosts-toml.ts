import { hostConfig, type HostConfig } from './host-config.ts'
import { noFields, type HostsFields } from './hosts-fields.ts'
import { decodeV1 } from './hosts-toml-v1.ts'
import { decodeV2 } from './hosts-toml-v2.ts'
import { Rejected, type Place } from './toml/rejected.ts'
import type { VersionRules } from './version-rules.ts'

/** Why containerd does not use a hosts.toml; what it uses instead is in endpoints.ts. */
export interface HostsTomlProblem extends Place {
  readonly message: string
  /** Reading the file ends the containerd process. */
  readonly crash: boolean
}

export type HostsToml =
  | {
      readonly accepted: true
      /** In the order in which they are tried, the root of the file last. The last one without a host is the default endpoint. */
      readonly hosts: readonly HostConfig[]
      /** containerd tries them in an order that differs from pull to pull. */
      readonly unordered: boolean
    }
  | { readonly accepted: false; readonly problem: HostsTomlProblem }

/**
 * A hosts.toml as this version of containerd reads it.
 * Source: containerd v1.7.34, v2.2.7 and k3s-io/containerd v2.1.5-k3s1, core/remotes/docker/config/hosts.go (parseHostsFile).
 * @param directory in which it lies: paths in it are relative to that
 * @param bytes the size of the file: it tells replacement characters that stand for bytes that are no UTF-8
 */
export function parseHostsToml(text: string, directory: string, rules: VersionRules, bytes?: number): HostsToml {
  try {
    const fields = decode(text, rules, bytes)
    const hosts = fields.order.map(({ key, place }) => hostConfig(key, fields.hosts.get(key) ?? noFields, directory, rules, place))
    if (!rules.defaultNeedsServer || fields.hasServer || hosts.length === 0)
      hosts.push(hostConfig(fields.server, fields.root, directory, rules, fields.serverPlace))
    return { accepted: true, hosts, unordered: fields.unordered }
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    return { accepted: false, problem: { message: error.message, ...error.place, crash: error.crash } }
  }
}

function decode(text: string, rules: VersionRules, bytes: number | undefined): HostsFields {
  if (rules.toml === '1.9') return decodeV1(text, rules)
  // Text from which secrets were taken has another length too, and no such characters.
  if (bytes !== undefined && text.includes('\uFFFD') && new TextEncoder().encode(text).length !== bytes)
    throw new Rejected('invalid UTF-8', { line: 1, column: 1 })
  return decodeV2(text, { dialTimeout: rules.dialTimeout !== 'unknown', rewrite: rules.rewrite, library: rules.toml })
}

/**
 * The URL bases that a hosts.toml is about, in its order: what it means, also where this version rejects the file.
 * An endpoint without a scheme is HTTPS.
 */
export function urlsOfHostsToml(text: string, rules: VersionRules): string[] {
  const parsed = parseHostsToml(text, '/', rules)
  const named = parsed.accepted
    ? parsed.hosts.filter(({ host }) => host !== '').map(({ scheme, host }) => `${scheme}://${host}`)
    : [...text.matchAll(/^[ \t]*(?:\[[ \t]*host[ \t]*\.|server[ \t]*=)[ \t]*["']([^"'\n]+)["']/gm)].map(([, url]) => url!)
  return [...new Set(named.map((url) => (url.startsWith('http') ? url.replace(/\/+$/, '') : `https://${url}`)))]
}
