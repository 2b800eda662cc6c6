import type { ContainerInspect } from '../../ports/write/docker.ts'
import { StepRefused, type Op, type RepairWorld, type StepOf } from './op.ts'

/** How a container was in a network; null where it was not. */
type EndpointBefore = { readonly endpoint: { readonly aliases: readonly string[]; readonly ipv4?: string } | null }

/** Attaches a container to a network. */
export const networkConnect: Op<StepOf<'network.connect'>, EndpointBefore> = {
  async capture(world, { network, container, aliases }) {
    const before = endpointOf(await containerOf(world, container), network)
    if (before.endpoint && !hasAll(before.endpoint.aliases, aliases))
      throw new StepRefused(`${container} is on ${network} by now, without the name ${aliases.join(', ')}; look again`)
    return before
  },
  async present(world, { network, container, aliases }) {
    const { endpoint } = endpointOf(await containerOf(world, container), network)
    if (endpoint === null) return { is: 'before' }
    return hasAll(endpoint.aliases, aliases) ? { is: 'after' } : { is: 'other', what: `${container} is on ${network} under other names` }
  },
  apply: ({ ports: { docker } }, { network, container, aliases }) => docker.connect(network, container, { aliases }),
  async invert({ ports: { docker } }, { network, container }, before) {
    if (before.endpoint === null) await docker.disconnect(network, container)
    return null
  },
}

/** Takes a container from a network. */
export const networkDisconnect: Op<StepOf<'network.disconnect'>, EndpointBefore> = {
  capture: async (world, { network, container }) => endpointOf(await containerOf(world, container), network),
  async present(world, { network, container }) {
    return { is: endpointOf(await containerOf(world, container), network).endpoint === null ? 'after' : 'before' }
  },
  apply: ({ ports: { docker } }, { network, container }) => docker.disconnect(network, container),
  async invert({ ports: { docker } }, { network, container }, { endpoint }) {
    if (endpoint) await docker.connect(network, container, endpoint)
    return null
  },
}

const hasAll = (names: readonly string[], wanted: readonly string[]): boolean => wanted.every((one) => names.includes(one))

/** @throws StepRefused where there is no such container */
export async function containerOf({ ports: { docker } }: RepairWorld, name: string): Promise<ContainerInspect> {
  const found = await docker.inspect(name)
  if (found === null) throw new StepRefused(`there is no container ${name} any more`)
  return found
}

/** The engine adds the short id of a container to its names; it is no one's to give. */
function endpointOf({ Id, NetworkSettings }: ContainerInspect, network: string): EndpointBefore {
  const found = NetworkSettings.Networks[network]
  if (!found) return { endpoint: null }
  const ipv4 = found.IPAMConfig?.IPv4Address
  return {
    endpoint: { aliases: (found.Aliases ?? []).filter((one) => one !== Id.slice(0, 12)), ...(ipv4 && { ipv4 }) },
  }
}
