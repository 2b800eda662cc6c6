import type { Bundle } from '../bundle/bundle.ts'
import type { Selection } from '../discover/options.ts'
import type { SharedOptions } from './options.ts'

/**
 * What the user selected.
 * @param registryUrl where this machine reaches the registry, for commands that ask it from here
 */
export const selectionOf = (
  { provider, cluster, registry, context }: Pick<SharedOptions, 'provider' | 'cluster' | 'registry' | 'context'>,
  registryUrl?: string,
): Selection => ({
  clusters: cluster,
  ...(provider !== undefined && { provider }),
  ...(registry !== undefined && { registry }),
  ...(context !== undefined && { context }),
  ...(registryUrl !== undefined && { registryUrl }),
})

/** What a bundle is asked about: what the user selects replaces what it was made with. */
export const bundleSelection = ({ selection }: Bundle, { cluster, registry }: Pick<SharedOptions, 'cluster' | 'registry'>): Selection => ({
  ...selection,
  ...(cluster.length > 0 && { clusters: cluster }),
  ...(registry !== undefined && { registry }),
})
