import type { Endpoint, Endpoints } from '../../containerd/endpoints.ts'
import { isLoopback } from '../../containerd/registry-host.ts'
import type { ContainerdVersion } from '../../containerd/versions.ts'
import type { LintCode } from '../../model/lint-codes.ts'
import type { Severity } from '../../model/words.ts'
import type { Place } from '../problem.ts'
import type { TomlKey } from '../toml-source.ts'
import { askedOverHttps, asks, looksLocal, meantEndpoint, type MeantEndpoint } from './endpoint-faults.ts'
import { anyHost, nodeFiles, planOfFiles } from './plan-of-files.ts'

export interface HostsTomlFault {
  readonly code: LintCode
  readonly severity: Severity
  readonly message: string
  /** What comes of it on this version. */
  readonly effect: string
  /** The key that it is about. */
  readonly about: string
  readonly place?: Place
  /** In the line of the key: what has to be replaced by what; with nothing to replace, what to write. */
  readonly correct?: readonly [before: string, after: string]
}

/** What keeps containerd of this version from asking the endpoints that a hosts.toml names. */
export function hostsTomlFaults(
  registryHost: string | null,
  text: string,
  keys: readonly TomlKey[],
  version: ContainerdVersion,
): HostsTomlFault[] {
  const host = registryHost ?? anyHost
  const plan = planOfFiles(host, nodeFiles({ [`${host}/hosts.toml`]: text }), version)
  const instead = registryHost === null ? 'the registry host itself' : `${registryHost} itself`
  if (plan.kind === 'crash') return [rejected(plan.problem, 'reading it ends the containerd process')]
  if (plan.kind === 'endpoints' && plan.rejected)
    return [rejected(withMark(text, plan.rejected), `ignores the whole file and asks ${instead}`)]
  if (plan.kind !== 'endpoints') return []
  const meant = [...new Set(keys.flatMap(endpointIn))].map(meantEndpoint)
  if (meant.length === 0) return plan.endpoints.some((one) => one.source === 'hosts.toml') ? [] : nameless(host, keys, instead)
  const asked = meant.filter((one) => asks(plan, one))
  if (asked.length === 0) return [unasked(plan, meant[0]!, meant, instead)]
  return [...loopback(host, asked, plan), ...needless(asked, keys)]
}

const endpointIn = ({ path, value }: TomlKey): string[] =>
  path[0] === 'host' && path.length >= 2
    ? [path[1]!]
    : path.length === 1 && path[0] === 'server' && typeof value === 'string' && value !== ''
      ? [value]
      : []

/** The mark cannot be seen, neither in the file nor in containerd's words. */
const withMark = <Fault extends { message: string }>(text: string, fault: Fault): Fault =>
  text.startsWith('\uFEFF') ? { ...fault, message: 'it begins with a byte order mark; save it as UTF-8 without one' } : fault

function rejected({ message, line, column }: { message: string } & Place, effect: string): HostsTomlFault {
  const told = `containerd rejects the file: ${message}. It ${effect}`
  return { code: 'hosts-toml-invalid', severity: 'error', message: told, effect, about: '', place: { line, column } }
}

/** A file without an endpoint is right where it only says how the registry host itself is asked. */
function nameless(host: string, keys: readonly TomlKey[], instead: string): HostsTomlFault[] {
  const saysHow = keys.some(({ path }) => path.length === 1 && ['ca', 'client', 'skip_verify', 'header', 'server'].includes(path[0]!))
  if (saysHow && !isLoopback(host)) return []
  const message = `the file names no endpoint, so containerd asks ${instead}${isLoopback(host) ? ', which in a node is the node' : ''}`
  const severity = looksLocal(host) ? 'error' : 'warning'
  return [
    {
      code: 'hosts-toml-wrong-endpoint',
      severity,
      message,
      effect: `asks ${instead}`,
      about: '',
      correct: ['', '[host."http://kind-registry:5000"]'],
    },
  ]
}

function unasked(
  plan: Endpoints & { kind: 'endpoints' },
  first: MeantEndpoint,
  meant: readonly MeantEndpoint[],
  instead: string,
): HostsTomlFault {
  const https = meant.find((one) => one.scheme === undefined && askedOverHttps(plan, one))
  if (https) {
    const message = `"${https.written}" has no scheme, so it is asked over HTTPS; a local registry speaks HTTP: "http: server gave HTTP response to HTTPS client"`
    const correct = [https.written, `http://${https.written}`] as const
    return { code: 'http-registry-asked-over-https', severity: 'error', message, effect: 'asks over HTTPS', about: https.written, correct }
  }
  const present = plan.endpoints.find((one) => meant.some(({ host }) => one.host === host))
  if (present && lacks(present).length > 0) {
    const message = `the capabilities of "${first.written}" lack ${lacks(present).join(' and ')}, so containerd passes over it when it pulls an image by its tag and asks ${instead}`
    return {
      code: 'hosts-toml-no-capability',
      severity: 'error',
      message,
      effect: `passes over it and asks ${instead}`,
      about: first.written,
      correct: ['', 'capabilities = ["pull", "resolve"]'],
    }
  }
  const message = `containerd does not ask "${first.written}", but ${plan.endpoints.map((one) => one.url).join(', ')}`
  return { code: 'hosts-toml-wrong-endpoint', severity: 'error', message, effect: `does not ask "${first.written}"`, about: first.written }
}

const lacks = ({ capabilities }: Endpoint): string[] => (['pull', 'resolve'] as const).filter((one) => !capabilities.includes(one))

/** In a node localhost is the node. That can be right: a registry may be published there. */
function loopback(host: string, asked: readonly MeantEndpoint[], plan: Endpoints & { kind: 'endpoints' }): HostsTomlFault[] {
  const [first] = asked
  if (!first || !asked.every((one) => isLoopback(one.host)) || !plan.endpoints.every((one) => isLoopback(one.host))) return []
  const message = `"${first.written}" is the node itself: images of ${host} can only be pulled where a registry listens inside the node`
  return [{ code: 'hosts-toml-wrong-endpoint', severity: 'warning', message, effect: 'asks the node itself', about: first.written }]
}

/** skip_verify on a mirror of plain HTTP: a detour through HTTPS, and nothing else. */
function needless(asked: readonly MeantEndpoint[], keys: readonly TomlKey[]): HostsTomlFault[] {
  const found = asked.find(
    (one) =>
      one.scheme === 'http' && keys.some(({ path, value }) => path[1] === one.written && path[2] === 'skip_verify' && value === true),
  )
  if (!found) return []
  const message = `skip_verify has no use for "${found.written}", which is plain HTTP: containerd tries HTTPS first because of it, and falls back to HTTP. Pulls work`
  const place = keys.find(({ path }) => path[1] === found.written && path[2] === 'skip_verify')!.place
  return [
    { code: 'setting-without-effect', severity: 'warning', message, effect: 'tries HTTPS first, then HTTP', about: found.written, place },
  ]
}
