import { parseImageReference } from '../../containerd/image-reference.ts'
import { isLoopback } from '../../containerd/registry-host.ts'
import { asks, looksLocal, meantEndpoint, type MeantEndpoint } from '../containerd/endpoint-faults.ts'
import { entriesOf, valueAt } from '../known-keys.ts'
import { withReplaced, type Problem } from '../problem.ts'
import type { RegistriesContext } from './context.ts'

/** Mirrors that lead no image to where they are meant to. */
export function mirrorProblems(context: RegistriesContext): Problem[] {
  return Object.entries(context.registries.mirrors).flatMap(([key, { endpoints }]) => {
    // What k3d adds of its own is right.
    if (valueAt(context.source.value, ['mirrors', key]) === undefined) return []
    const mismatch = keyProblem(context, key)
    return mismatch
      ? [mismatch]
      : endpointProblems(
          context,
          key,
          endpoints.map((one) => one.value),
        )
  })
}

/** A key that is the registry host of no image. */
function keyProblem({ source, registries }: RegistriesContext, key: string): Problem | null {
  const why = keyFault(key)
  if (why === null) return null
  const place = source.place(['mirrors', key])
  const right = why.right ?? ''
  const served = right !== '' && Object.hasOwn(registries.mirrors, right)
  const message = `no image has the registry host "${key}": ${why.reason}. The mirror is never used${served ? `; that for "${right}" is` : ''}`
  const correction = right === '' ? {} : { correction: withReplaced(source.file, place, key, right) }
  return { code: 'registries-yaml-key-mismatch', severity: served ? 'warning' : 'error', ...place, message, ...correction }
}

/** Why a key is the registry host of no image, and what it most likely means; null where it can be one. */
export function keyFault(key: string): { readonly reason: string; readonly right?: string } | null {
  if (key === '*') return null
  const bare = key.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/\/.*$/s, '')
  const right = bare !== '' && bare !== key && hostOf(bare) === bare ? { right: bare } : {}
  if (key.includes('://')) return { reason: 'images have no scheme', ...right }
  if (key.includes('/')) return { reason: 'a path is no part of it', ...right }
  const host = hostOf(key)
  if (host === key) return null
  if (host === null) return { reason: 'it is no host with or without a port' }
  return host === 'docker.io' && !/[.:]/.test(key)
    ? { reason: `${key}/app is an image of docker.io, as a name without a dot or a port is no registry` }
    : { reason: `images of it are those of ${host}`, right: host }
}

function hostOf(key: string): string | null {
  const reference = parseImageReference(`${key}/image:tag`)
  return 'error' in reference ? null : reference.registryHost
}

function endpointProblems(context: RegistriesContext, key: string, endpoints: readonly string[]): Problem[] {
  const { source } = context
  if (endpoints.length === 0) return withoutEndpoints(context, key)
  const plan = context.plan(key)
  const meant = endpoints.map((one) => meantBy(context, one))
  const asked = meant.filter((one) => asks(plan, one))
  if (asked.length === 0) return [unasked(context, key, meant)]
  if (!context.throughK3d || !asked.every((one) => isLoopback(one.host))) return []
  const message = `"${asked[0]!.written}" is the node itself: images of ${key} can only be pulled where a registry listens inside the node`
  return [{ code: 'hosts-toml-wrong-endpoint', severity: 'warning', ...source.place(['mirrors', key, 'endpoint', 0]), message }]
}

/** A registry of k3d speaks HTTP; one whose certificate is named speaks HTTPS. */
function meantBy({ k3dRegistries, registries }: RegistriesContext, written: string): MeantEndpoint {
  const meant = meantEndpoint(written)
  if (k3dRegistries.includes(meant.host)) return { ...meant, scheme: 'http' }
  const { tls } = Object.hasOwn(registries.configs, meant.host) ? registries.configs[meant.host]! : {}
  return meant.scheme === undefined && tls && (tls.caFile || tls.certFile) ? { ...meant, scheme: 'https' } : meant
}

/** Such a mirror is right with the embedded registry alone. */
function withoutEndpoints({ source, registries, k3dRegistries }: RegistriesContext, key: string): Problem[] {
  // They stand under another name, of which is told.
  if (entriesOf(valueAt(source.value, ['mirrors', key])).some(([name]) => /^endpoint./i.test(name))) return []
  const hasConfig = Object.hasOwn(registries.configs, key)
  const local = looksLocal(key) && !hasConfig && !k3dRegistries.includes(key)
  const message = `the mirror "${key}" has no endpoint, so it does nothing without k3s' embedded registry${local ? `: ${key} is asked over HTTPS` : ''}`
  return [{ code: 'setting-without-effect', severity: 'warning', ...source.place(['mirrors', key]), message }]
}

function unasked({ source, plan }: RegistriesContext, key: string, meant: readonly MeantEndpoint[]): Problem {
  const [first] = meant as [MeantEndpoint]
  const https = meant.findIndex(
    ({ written, host, scheme }) => !/^http:/i.test(written) && (scheme === 'http' || (scheme === undefined && looksLocal(host))),
  )
  if (https >= 0) {
    const { written, host } = meant[https]!
    const place = source.place(['mirrors', key, 'endpoint', https])
    const why = written.startsWith('https:')
      ? 'is a registry of k3d, which speaks HTTP'
      : 'has no scheme, so k3s makes it HTTPS, and a local registry speaks HTTP'
    const message = `the endpoint "${written}" ${why}: pulls fail with "http: server gave HTTP response to HTTPS client"`
    const correction = withReplaced(source.file, place, written, `http://${host}`)
    return { code: 'http-registry-asked-over-https', severity: 'error', ...place, message, correction }
  }
  const found = plan(key)
  const why =
    found.kind !== 'endpoints'
      ? 'the node asks nobody'
      : found.rejected
        ? `containerd rejects the hosts.toml that k3s makes of it (${found.rejected.message})`
        : `it asks ${found.endpoints.map((one) => one.url).join(', ')}`
  const message = `a node does not ask "${first.written}" for images of ${key}: ${why}`
  return { code: 'hosts-toml-wrong-endpoint', severity: 'error', ...source.place(['mirrors', key]), message }
}
