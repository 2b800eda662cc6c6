/** The one repository under which the images of probes lie in a registry. */
export const probeRepository = 'registry-doctor/probe'

/** How many probes of a cluster can run side by side: each takes one, and no two share a byte. */
export const probeSlots = 8

const namespacePrefix = 'registry-doctor-probe-'

/** The namespace of a probe: who makes it has taken the slot, as no other can have its name. */
export const probeNamespace = (slot: number): string => `${namespacePrefix}${slot}`

/** Whether a namespace is that of a probe: what its pods wait for is the probe's own matter. */
export const isProbeNamespace = (name: string): boolean => new RegExp(`^${namespacePrefix}\\d+$`).test(name)
