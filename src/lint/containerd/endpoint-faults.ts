import type { Endpoint, Endpoints } from '../../containerd/endpoints.ts'
import { splitHostPort } from '../../containerd/registry-host.ts'

/** One endpoint as a file names it. */
export interface MeantEndpoint {
  /** As it is written. */
  readonly written: string
  /** Undefined where none is written. */
  readonly scheme?: 'http' | 'https'
  /** Without credentials that stand before it. */
  readonly host: string
}

export function meantEndpoint(written: string): MeantEndpoint {
  const [, scheme, host = ''] = /^(?:([a-zA-Z][\w+.-]*):\/\/)?(?:[^/?#]*@)?([^/?#]*)/.exec(written) ?? []
  return { written, host, ...((scheme === 'http' || scheme === 'https') && { scheme }) }
}

/**
 * Whether what serves at a host is most likely plain HTTP: a name that only this machine and its containers know, with a
 * port that is not HTTPS's own. What has a public name is taken for HTTPS.
 */
export function looksLocal(hostPort: string): boolean {
  const { host, port } = splitHostPort(hostPort.toLowerCase())
  if (port === undefined || port === '443' || port === '8443') return false
  const privateAddress = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)[\d.]+$|^\[(?:::1|f[cd].*)\]$/.test(host)
  return privateAddress || !host.includes('.') || /\.(?:localhost|local|internal|lan|test)$/.test(host)
}

const canPull = ({ capabilities }: Endpoint): boolean => capabilities.includes('pull') && capabilities.includes('resolve')

/** Whether a plan asks an endpoint as it is meant. Endpoints before it that fail are passed over, so its rank does not matter. */
export function asks(plan: Endpoints, { scheme, host }: MeantEndpoint): boolean {
  if (plan.kind !== 'endpoints') return false
  const wanted = scheme ?? (looksLocal(host) ? 'http' : undefined)
  return plan.endpoints.some(
    (one) =>
      one.host === host && canPull(one) && (wanted === undefined || one.scheme === wanted || (wanted === 'http' && one.httpFallback)),
  )
}

/** The endpoint of a plan that is asked over HTTPS where HTTP is most likely meant. */
export const askedOverHttps = (plan: Endpoints, { host }: Pick<MeantEndpoint, 'host'>): boolean =>
  plan.kind === 'endpoints' && plan.endpoints.some((one) => one.host === host && one.scheme === 'https' && !one.httpFallback)
