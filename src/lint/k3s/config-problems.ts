import type { RegistryConfig } from '../../k3s/registries-yaml.ts'
import { askedOverHttps, looksLocal, meantEndpoint } from '../containerd/endpoint-faults.ts'
import { linesOfText, type Problem } from '../problem.ts'
import type { YamlPath } from '../yaml-source.ts'
import { endpointsAt, isPlainHttp, type RegistriesContext } from './context.ts'
import { keyFault } from './mirror-problems.ts'

/** Entries of `configs` that do nothing, or something else than they are meant to. */
export function configProblems(context: RegistriesContext): Problem[] {
  const { configs, auths } = context.registries
  const unused = Object.keys(auths).map((key) => {
    const message = `k3s reads auths "${key}" and never uses it: credentials belong into configs "${key}", under auth`
    return problem(context, ['auths', key], 'setting-without-effect', 'warning', message)
  })
  const ineffective = Object.entries(configs).flatMap(([key, config]) => {
    if (key === '*') return wildcard(context, config)
    const fault = keyFault(key)
    if (fault) return [mismatch(context, key, fault.reason, config)]
    return [...notTheEndpoint(context, key, config), ...overHttp(context, key, config), ...flagDefeated(context, key, config)]
  })
  return [...unused, ...ineffective]
}

export const removed = ({ source }: RegistriesContext, path: YamlPath): Problem['correction'] => {
  const { from, to } = source.lines(path)
  return to < from ? undefined : { remove: linesOfText(source.file, from, to) }
}

const problem = (
  { source }: RegistriesContext,
  path: YamlPath,
  code: Problem['code'],
  severity: Problem['severity'],
  message: string,
): Problem => ({ code, severity, ...source.place(path), message })

function mismatch(context: RegistriesContext, key: string, reason: string, config: RegistryConfig): Problem {
  const auth = hasCredentials(config)
  const lost = auth ? 'its credentials are never sent' : 'it is never used'
  return problem(
    context,
    ['configs', key],
    'registries-yaml-key-mismatch',
    auth ? 'error' : 'warning',
    `configs "${key}" is the host of no endpoint: ${reason}; ${lost}`,
  )
}

const hasCredentials = ({ auth }: RegistryConfig): boolean =>
  auth !== null && [auth.username, auth.password, auth.auth, auth.identityToken].some((one) => one !== '')

/** k3s keeps `configs` of `*` under one name and looks for it under another. */
function wildcard(context: RegistriesContext, config: RegistryConfig): Problem[] {
  if (!Object.hasOwn(context.registries.mirrors, '*') || (!config.tls && !config.auth)) return []
  const message = 'k3s loses configs "*" where mirrors has "*" too: its TLS settings reach no endpoint. Name the hosts of the endpoints'
  return [problem(context, ['configs', '*'], 'setting-without-effect', 'warning', message)]
}

/** TLS settings under the name of what is mirrored do not reach the endpoint that mirrors it. */
function notTheEndpoint(context: RegistriesContext, key: string, config: RegistryConfig): Problem[] {
  const { mirrors, configs } = context.registries
  const [{ tls }, auth] = [config, hasCredentials(config)]
  if (!Object.hasOwn(mirrors, key) || (!tls?.caFile && !tls?.certFile && !tls?.insecureSkipVerify && !auth)) return []
  const { endpoints } = mirrors[key]!
  const others = endpoints.map(({ value }) => meantEndpoint(value)).filter((one) => one.host !== key && !Object.hasOwn(configs, one.host))
  const concerned = others.find((one) => one.scheme === 'https' || auth)
  if (!concerned || others.length < endpoints.length) return []
  const message = `configs "${key}" does not reach the endpoint "${concerned.written}": an entry of configs counts for the host of an endpoint, here "${concerned.host}". It is right where it is meant for ${key} itself, which is asked after its mirrors`
  return [problem(context, ['configs', key], 'registries-yaml-key-mismatch', 'warning', message)]
}

/** What skip_verify is written for most often: a registry without TLS. */
function overHttp(context: RegistriesContext, key: string, { tls }: RegistryConfig): Problem[] {
  if (!tls?.insecureSkipVerify) return []
  const path = ['configs', key, 'tls', 'insecure_skip_verify']
  if (isPlainHttp(context, key)) {
    const detour = endpointsAt(context, key).length > 0 ? ': containerd tries HTTPS first because of it, and falls back to HTTP' : ''
    const message = `insecure_skip_verify has no use for "${key}", whose endpoint is plain HTTP${detour}. Pulls work; an error that tells of HTTPS means something else, as a rule that the image is not in the registry`
    const correction = removed(context, removable(context, key))
    return [{ ...problem(context, path, 'setting-without-effect', 'warning', message), ...(correction && { correction }) }]
  }
  const hasMirror = Object.hasOwn(context.registries.mirrors, key) || endpointsAt(context, key).length > 0
  if (hasMirror || tls.caFile !== '' || !looksLocal(key)) return []
  const message = `"${key}" has no mirror, so it is asked over HTTPS alone: insecure_skip_verify accepts any certificate and does not change the protocol. Of a registry that speaks HTTP every pull fails`
  const insert = `mirrors:\n  "${key}":\n    endpoint:\n      - "http://${key}"`
  return [{ ...problem(context, path, 'http-registry-asked-over-https', 'warning', message), correction: { insert } }]
}

/** The entry, or what of it is not credentials; all of `configs` where it has no other. */
export function removable({ registries }: RegistriesContext, key: string): YamlPath {
  if (registries.configs[key]?.auth != null) return ['configs', key, 'tls']
  return Object.keys(registries.configs).length === 1 ? ['configs'] : ['configs', key]
}

/** With an entry of `configs`, even an empty one, k3s writes the default endpoint whatever the flag says. */
function flagDefeated(context: RegistriesContext, key: string, config: RegistryConfig): Problem[] {
  if (!context.flag || !Object.hasOwn(context.registries.mirrors, key) || !askedOverHttps(context.plan(key), { host: key })) return []
  const message = `--disable-default-registry-endpoint has no effect on "${key}" because of this entry of configs: https://${key} is still asked last, and with containerd 1.x hides a 404 of the mirror`
  const correction = config.auth === null ? removed(context, removable(context, key)) : undefined
  const found = problem(context, ['configs', key], 'default-endpoint-flag-ineffective', 'warning', message)
  return [{ ...found, ...(correction && { correction }) }]
}
