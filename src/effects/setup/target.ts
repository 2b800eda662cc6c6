import type { Endpoint } from '../../containerd/endpoints.ts'
import type { Files } from '../../containerd/files.ts'
import type { HostConfig } from '../../containerd/host-config.ts'
import { lacking } from '../../containerd/resolve.ts'
import type { NodePlan } from '../../derive/node-plan.ts'
import { sha256 } from './registry-tls.ts'

/** Where nodes are to be led. */
export interface Target {
  /** `kind-registry:5000` */
  readonly address: string
  readonly scheme: 'http' | 'https'
  /** Every `host:port` that is this registry to the nodes of the cluster, `address` among them. */
  readonly addresses: ReadonlySet<string>
  /** The certificate of its authority, where nodes are to trust it. */
  readonly authority?: string
}

export const endpointOf = ({ scheme, address }: Pick<Target, 'scheme' | 'address'>): string => `${scheme}://${address}`

type Asked = Pick<HostConfig, 'scheme' | 'host' | 'ca' | 'skipVerify'> & Partial<Pick<Endpoint, 'httpFallback'>>

/** Whether an endpoint is the registry, in the protocol that it speaks, and trusted. */
export function isTarget({ scheme, host, ca = [], skipVerify, httpFallback }: Asked, target: Target, files: Files): boolean {
  if (!target.addresses.has(host)) return false
  if (target.scheme === 'http') return scheme === 'http' || httpFallback === true
  return scheme === 'https' && (skipVerify === true || ca.some((path) => trusts(path, target, files)))
}

/** Whether a file on a node is the authority's certificate; where that is not known, any counts. */
function trusts(path: string, { authority }: Target, files: Files): boolean {
  const found = files.find(path)
  if (!('entry' in found) || found.entry.type !== 'file') return false
  return authority === undefined || found.entry.sha256 === sha256(authority)
}

/** What a node does for an image of a registry host. */
export interface HostPlan extends NodePlan {
  readonly registryHost: string
  /** Whether a pull was seen to get to the registry. */
  readonly reaches: boolean
}

/** Whether a node is led to the registry: as a pull shows, else by the first endpoint that containerd will try. */
export function isLed({ plan, containerd, reaches }: HostPlan, target: Target): boolean {
  if (reaches) return true
  if (plan.kind !== 'plan' || plan.endpoints.kind !== 'endpoints') return false
  const first = plan.endpoints.endpoints.find((one) => lacking(plan.image, one).length === 0)
  return first !== undefined && isTarget(first, target, containerd.files)
}
