import { registryHostsOf } from '../../derive/registry-pulls.ts'
import { probeRepository } from '../../model/probe.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import { probeImage, type ProbeImage } from '../probe-image/probe-image.ts'
import type { ProbedImage } from './pod.ts'

/** A registry as a cluster uses it, with an image for each registry host by which its pods may pull. */
export interface ProbeTarget {
  readonly registry: Registry
  readonly images: readonly (ProbedImage & { readonly image: ProbeImage })[]
}

/** The reference under which an image of a probe is pulled. */
export const referenceOf = (registryHost: string, { digest }: ProbeImage): string => `${registryHost}/${probeRepository}@${digest}`

/** The images of a probe in a slot: one per registry host, as an image that is there already proves nothing of a second way to it. */
export const imagesOf = (cluster: string, registryHosts: readonly string[], slot: number): Promise<ProbeTarget['images']> =>
  Promise.all(
    registryHosts.map(async (registryHost) => {
      const image = await probeImage({ cluster, registryHost, slot })
      return { registryHost, image, reference: referenceOf(registryHost, image) }
    }),
  )

/** Why a registry is not probed in a cluster; null where it is. */
export function whyNotProbed(registry: Registry, { name }: Cluster): string | null {
  if (registry.role === 'pull-through-cache') return `${registry.name} is a pull-through cache, to which nothing is pushed`
  return registryHostsOf(registry, name).length === 0 ? `nothing in ${name} leads to ${registry.name}` : null
}

/** A registry with what was pushed to it, and how many milliseconds that took. */
export interface PushedTarget extends ProbeTarget {
  readonly pushMs: number
}
