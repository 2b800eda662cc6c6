import type { Look } from '../../model/observation.ts'
import { SetupRefusal, type Machine } from './options.ts'

/** The port of kind's documentation; 5000 is taken by AirPlay on macOS. */
export const usualPort = 5001
/** So many ports are tried where none is wanted. */
const tries = 20

/**
 * The port of this machine on which to publish a registry: the wanted one, else the first from `first` on that nobody holds.
 * @throws SetupRefusal `port-in-use` where the wanted one is held, with the name of who holds it
 */
export async function freePort(look: Look, machine: Machine, wanted: number | undefined, first = usualPort): Promise<number> {
  const holderOf = await holders(look, machine)
  if (wanted !== undefined) {
    const holder = await holderOf(wanted)
    if (holder === null) return wanted
    throw new SetupRefusal('port-in-use', `port ${wanted} of this machine is held by ${holder}: give another one, or end that first`)
  }
  const ports = [first, ...Array.from({ length: tries }, (_, index) => usualPort + index)]
  for (const port of ports) if ((await holderOf(port)) === null) return port
  const last = ports.at(-1)!
  throw new SetupRefusal('port-in-use', `all ports from ${usualPort} to ${last} are in use: give one that is free`)
}

/** Who holds a port: a container of the engine, else a program, where engine and this process are on one machine. */
async function holders(look: Look, { host }: Machine): Promise<(port: number) => Promise<string | null>> {
  const [containers, { endpoint }] = await Promise.all([look('docker.containers', {}), look('docker.engine', {})])
  return async (port) => {
    const container = containers.find((one) => one.ports.some(({ hostPort }) => hostPort === port))
    if (container) return `container ${container.name}`
    return isLocal(endpoint) ? host.portHolder(port) : null
  }
}

/** Whether an engine is on this machine: the ports that it publishes are then those of this machine. */
export const isLocal = (endpoint: string): boolean => /^(?:unix|npipe):/.test(endpoint)
