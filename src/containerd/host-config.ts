import { parseDuration } from './go/duration.ts'
import { lower } from './go/lower.ts'
import { absolute, clean } from './go/path.ts'
import { parseGoUrl } from './go/url.ts'
import type { HostFields } from './hosts-fields.ts'
import type { Any } from './toml/any.ts'
import { Rejected, type Place } from './toml/rejected.ts'

export type Capability = 'pull' | 'resolve' | 'push' | 'referrers'

/** What a hosts.toml says of one endpoint, before the registry host that is asked for is known. */
export interface HostConfig {
  /** Lower case; empty together with an empty host, where the file names none. */
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly capabilities: readonly Capability[]
  /** Files of trusted authorities. An empty list is a TLS setting like any other. */
  readonly ca?: readonly string[]
  /** Pairs of a certificate and its key; without a key the certificate's file must hold it. */
  readonly client?: readonly (readonly [string, string])[]
  readonly skipVerify?: boolean
  /** Names only: values may be secrets. */
  readonly headers: readonly string[]
  readonly dialTimeout?: string
  /** Where it stands in the file. */
  readonly place?: Place
}

export interface HostConfigRules {
  readonly referrers: boolean
  readonly strictColons: boolean
}

/**
 * One entry of a hosts.toml as containerd understands it.
 * Source: containerd v1.7.34 and v2.2.7, core/remotes/docker/config/hosts.go (parseHostConfig).
 * @param server the key of the entry, or the value of `server`
 * @throws Rejected any such error makes containerd ignore the whole file
 */
export function hostConfig(server: string, fields: HostFields, directory: string, rules: HostConfigRules, place?: Place): HostConfig {
  const at = place ?? { line: 1, column: 1 }
  const client = clientPairs(fields.client, directory, at)
  if (fields.dialTimeout !== '' && parseDuration(fields.dialTimeout) === null)
    throw new Rejected(`invalid duration ${JSON.stringify(fields.dialTimeout)} for "dial_timeout"`, at)
  return {
    ...address(server, fields.overridePath, rules.strictColons, at),
    capabilities: capabilities(fields.capabilities, rules, at),
    ...(fields.ca !== undefined && { ca: authorities(fields.ca, directory, at) }),
    ...(client && { client }),
    ...(fields.skipVerify !== undefined && { skipVerify: fields.skipVerify }),
    headers: [...fields.header].map(([name, value]) => headerName(name, value, at)),
    ...(fields.dialTimeout !== '' && { dialTimeout: fields.dialTimeout }),
    ...(place && { place }),
  }
}

function address(server: string, overridePath: boolean, strictColons: boolean, at: Place): Pick<HostConfig, 'scheme' | 'host' | 'path'> {
  if (server === '') return { scheme: '', host: '', path: '' }
  // Whatever begins with "http" is taken for a URL, also `httpreg:5000`; whatever does not is HTTPS, also `HTTP://`.
  const url = parseGoUrl(server.startsWith('http') ? server : `https://${server}`, strictColons)
  if ('error' in url) throw new Rejected(`unable to parse server ${server}: ${url.error}`, at)
  return { scheme: url.scheme, host: url.host, path: pathOf(url.path, overridePath) }
}

function pathOf(path: string, overridePath: boolean): string {
  if (path === '') return overridePath ? '' : '/v2'
  const cleaned = clean(path)
  return cleaned.endsWith('/v2') || overridePath ? cleaned : `${cleaned}/v2`
}

function capabilities(names: readonly string[], { referrers }: HostConfigRules, at: Place): Capability[] {
  const known: Capability[] = ['pull', 'resolve', 'push', ...(referrers ? ['referrers' as const] : [])]
  if (names.length === 0) return known
  const given = names.map(lower)
  const unknown = given.findIndex((name) => !known.some((one) => one === name))
  if (unknown >= 0) throw new Rejected(`unknown capability ${names[unknown]}`, at)
  return known.filter((one) => given.includes(one))
}

function authorities(value: Any, directory: string, at: Place): string[] {
  if (typeof value === 'string') return [absolute(value, directory)]
  if ('other' in value) throw new Rejected(`invalid type ${value.other} for "ca"`, at)
  return strings(value, at).map((path) => absolute(path, directory))
}

function clientPairs(value: Any | undefined, directory: string, at: Place): [string, string][] | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string') return [[absolute(value, directory), '']]
  if ('other' in value) throw new Rejected(`invalid type ${value.other} for "client"`, at)
  const pairs = value.map((one): [string, string] => {
    if (typeof one === 'string') return [absolute(one, directory), '']
    if ('other' in one) throw new Rejected(`invalid type ${one.other} for "client"`, at)
    const [certificate, key, ...more] = strings(one, at)
    if (certificate === undefined || key === undefined || more.length > 0) throw new Rejected('invalid pair for "client"', at)
    return [absolute(certificate, directory), absolute(key, directory)]
  })
  // An empty list is no TLS setting, unlike an empty list of authorities.
  return pairs.length > 0 ? pairs : undefined
}

function headerName(name: string, value: Any, at: Place): string {
  if (typeof value === 'string') return name
  if ('other' in value) throw new Rejected(`invalid type ${value.other} for header ${JSON.stringify(name)}`, at)
  strings(value, at)
  return name
}

function strings(values: readonly Any[], at: Place): string[] {
  return values.map((value) => {
    if (typeof value === 'string') return value
    throw new Rejected('unable to cast a value to string', at)
  })
}
