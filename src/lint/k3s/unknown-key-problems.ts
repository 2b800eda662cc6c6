import { entriesOf, isMapping, valueAt, type UnknownKey } from '../known-keys.ts'
import { asks, looksLocal, meantEndpoint } from '../containerd/endpoint-faults.ts'
import { withRenamed, type Place, type Problem } from '../problem.ts'
import type { Severity } from '../../model/words.ts'
import { removable, removed } from './config-problems.ts'
import { isPlainHttp, type RegistriesContext } from './context.ts'

/** Keys that are passed over in silence: an error where pulls fail for it, a warning where they work without. */
export function unknownKeyProblems(context: RegistriesContext, unknown: readonly UnknownKey[]): Problem[] {
  const { source, throughK3d } = context
  return unknown.map((one) => {
    const place = source.place(one.path)
    const who = throughK3d ? 'k3d drops' : 'k3s passes over'
    const meant = one.near === undefined ? '' : `; "${one.near}" is meant`
    const severity = severityOf(context, one)
    const message = `${who} the key "${one.key}" in silence${meant}. ${comesOfIt(context, one, severity)}`
    const correction = correctionOf(context, one, place)
    return { code: 'registries-yaml-unknown-key', severity, ...place, message, ...(correction && { correction }) }
  })
}

/** A TLS setting of what is plain HTTP is better taken out than put right. */
function correctionOf(context: RegistriesContext, { path, key, near }: UnknownKey, place: Place): Problem['correction'] {
  const [area, host] = [path[0], String(path[1])]
  if (area === 'configs' && path.includes('tls') && isPlainHttp(context, host)) return removed(context, removable(context, host))
  return near === undefined ? undefined : withRenamed(context.source.file, place, key, near)
}

function severityOf(context: RegistriesContext, { path, near, key }: UnknownKey): Severity {
  const { value } = context.source
  const [area, host] = [path[0], String(path[1])]
  if (path.length === 1) return near === 'mirrors' && someFails(context, valueAt(value, path)) ? 'error' : 'warning'
  if (area === 'mirrors') return near === 'endpoint' && !hasEndpoints(context, host) && looksLocal(host) ? 'error' : 'warning'
  // Without its credentials a pull from a registry that wants some fails, and for such a one they are written.
  if (path.includes('auth') || area === 'auths')
    return /token|user|pass/i.test(key) && !hasOtherCredentials(valueAt(value, path.slice(0, -1)), key) ? 'error' : 'warning'
  return trustsAll(key, valueAt(value, path)) && !isPlainHttp(context, host) ? 'error' : 'warning'
}

const trustsAll = (key: string, value: unknown): boolean => /^(?:ca|cert|key)/i.test(key) || value === true

/** A mirror under a key that is not read: whether its hosts are served by another one. */
const someFails = (context: RegistriesContext, lost: unknown): boolean =>
  entriesOf(lost).some(([host, one]) => {
    const endpoints = isMapping(one) ? one['endpoint'] : undefined
    const meant = (Array.isArray(endpoints) ? endpoints : []).map((each) => meantEndpoint(String(each)))
    return meant.length === 0 ? false : !meant.some((each) => asks(context.plan(host), each))
  })

const hasEndpoints = ({ registries }: RegistriesContext, host: string): boolean =>
  Object.hasOwn(registries.mirrors, host) && registries.mirrors[host]!.endpoints.length > 0

const hasOtherCredentials = (auth: unknown, except: string): boolean => {
  const names = entriesOf(auth)
    .filter(([key, value]) => key !== except && value !== null && value !== '')
    .map(([key]) => key)
  return names.includes('auth') || (names.includes('username') && names.includes('password'))
}

function comesOfIt(context: RegistriesContext, one: UnknownKey, severity: Severity): string {
  const host = String(one.path[1])
  if (one.path.includes('tls') && severity === 'warning' && isPlainHttp(context, host))
    return `Pulls work without it: the endpoint of ${host} is plain HTTP, and the entry can go`
  if (one.path[0] === 'mirrors' && one.near === 'endpoint' && severity === 'warning')
    return `The mirror does nothing, and ${host} itself is asked`
  if (severity === 'warning') return 'Pulls work without it'
  if (one.path.includes('tls')) return `The certificate of ${host} is verified as ever`
  if (one.path.includes('auth') || one.path[0] === 'auths') return 'The credentials are never sent'
  return 'What stands under it has no effect, and the registry is asked over HTTPS: "http: server gave HTTP response to HTTPS client"'
}
