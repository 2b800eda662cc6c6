import type { ContainerInspect } from '../../ports/write/docker.ts'
import { containerOf } from './networks.ts'
import { StepRefused, type Op, type Present, type RepairWorld, type StepOf } from './op.ts'

type RecreateStep = StepOf<'container.recreate'>

/** The container as it was, as the engine tells it. */
type RecreateBefore = { readonly container: string }

type Ports = RecreateStep['publish']

/** Where the old container waits until the new one runs. */
const asideOf = (container: string): string => `${container}-before-repair`

/** Makes a container anew with other published ports; what it holds is in its volumes, which the new one gets. */
export const containerRecreate: Op<RecreateStep, RecreateBefore> = {
  async capture(world, { container }) {
    const found = await containerOf(world, container)
    if (await world.ports.docker.inspect(asideOf(container)))
      throw new StepRefused(
        `there is a container ${asideOf(container)} beside it: see what it holds, then remove it or give it another name`,
      )
    refuseLoss(found)
    return { container: JSON.stringify(found) }
  },
  present: (world, { container, publish }, before) => presentAs(world, container, publish, read(before)),
  async apply(world, { container, publish }, before) {
    try {
      await replace(world, container, publish, read(before))
    } catch (error) {
      // A registry that cannot be had anew goes on as it was.
      await moveBack(world, container, read(before)).catch(() => undefined)
      throw error
    }
  },
  async invert(world, { container }, before) {
    const old = read(before)
    if (!(await moveBack(world, container, old))) await replace(world, container, publishedOf(old), old, old.State.Status === 'running')
    return null
  },
}

/**
 * What a container holds beside its volumes goes with it.
 * @throws StepRefused
 */
function refuseLoss({ Name, Config, HostConfig, Mounts = [] }: ContainerInspect): void {
  const name = Name.replace(/^\//, '')
  if (HostConfig['AutoRemove'] === true) throw new StepRefused(`${name} was made with --rm: what it holds would go with it`)
  if (Mounts.length === 0) throw new StepRefused(`${name} has no volume: what it holds would go with it`)
  const env = (Config['Env'] as string[] | null | undefined) ?? []
  const files = env.flatMap((one) => /^REGISTRY_HTTP_TLS_(?:CERTIFICATE|KEY)=(.+)$/.exec(one)?.[1] ?? [])
  const lost = files.find((file) => !Mounts.some(({ Destination }) => file === Destination || file.startsWith(`${Destination}/`)))
  if (lost !== undefined) throw new StepRefused(`${name} has ${lost} in no volume: it would go with it`)
}

const read = ({ container }: RecreateBefore): ContainerInspect => JSON.parse(container) as ContainerInspect

async function presentAs({ ports: { docker } }: RepairWorld, name: string, publish: Ports, before: ContainerInspect): Promise<Present> {
  const [now, aside] = [await docker.inspect(name), await docker.inspect(asideOf(name))]
  if (now?.Id === before.Id && aside === null && now.State.Status === before.State.Status) return { is: 'before' }
  if (aside !== null) return { is: 'partial', what: `there is ${asideOf(name)}: ${name} is not all made yet` }
  if (now === null) return { is: 'other', what: `there is no container ${name}` }
  if (now.Id === before.Id) return { is: 'partial', what: `${name} is ${now.State.Status}` }
  // Made anew as it was, where an earlier one could not take its place again.
  if (samePorts(publishedOf(now), publishedOf(before))) return { is: 'before' }
  if (!samePorts(publishedOf(now), publish)) return { is: 'other', what: `${name} publishes other ports than were given to it` }
  return now.State.Status === 'running' ? { is: 'after' } : { is: 'other', what: `${name} is ${now.State.Status}` }
}

/** Each part is left out that a killed run has done. */
async function replace(
  { ports: { docker } }: RepairWorld,
  name: string,
  publish: Ports,
  before: ContainerInspect,
  start = true,
): Promise<void> {
  const aside = asideOf(name)
  const now = await docker.inspect(name)
  if (now && !samePorts(publishedOf(now), publish)) {
    if (await docker.inspect(aside)) throw new StepRefused(`there are ${name} and ${aside}; remove one of them`)
    await docker.stop(name)
    await docker.rename(name, aside)
  }
  if ((await docker.inspect(name)) === null) {
    // The name of its image may mean another one by now.
    const isSame = (await docker.imageId(before.Config.Image)) === before.Image
    await docker.create(name, { ...settingsOf(before, publish), ...(!isSame && { Image: before.Image }) })
  }
  const has = (await docker.inspect(name))?.NetworkSettings.Networks ?? {}
  for (const [network, endpoint] of Object.entries(before.NetworkSettings.Networks))
    if (!has[network] && network !== 'bridge') await docker.connect(network, name, endpointOf(before, endpoint))
  if (start) await docker.start(name)
  const old = await docker.inspect(aside)
  if (old) await docker.remove(aside)
}

/** Where the old container is still there, it takes its place again. */
async function moveBack({ ports: { docker } }: RepairWorld, name: string, before: ContainerInspect): Promise<boolean> {
  const aside = asideOf(name)
  if ((await docker.inspect(aside))?.Id !== before.Id) return false
  if (await docker.inspect(name)) {
    await docker.stop(name)
    await docker.remove(name)
  }
  await docker.rename(aside, name)
  if (before.State.Status === 'running') await docker.start(name)
  return true
}

type Endpoint = ContainerInspect['NetworkSettings']['Networks'][string]

function endpointOf({ Id }: ContainerInspect, { Aliases, IPAMConfig }: Endpoint): { aliases: string[]; ipv4?: string } {
  const ipv4 = IPAMConfig?.IPv4Address
  return { aliases: (Aliases ?? []).filter((one) => one !== Id.slice(0, 12)), ...(ipv4 && { ipv4 }) }
}

function publishedOf({ HostConfig }: ContainerInspect): Ports {
  return Object.entries(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
    (bindings ?? []).map(({ HostIp = '', HostPort = '' }) => ({
      hostIp: HostIp,
      hostPort: Number(HostPort),
      port: Number.parseInt(port, 10),
    })),
  )
}

const samePorts = (a: Ports, b: Ports): boolean => sorted(a) === sorted(b)
const sorted = (ports: Ports): string =>
  ports
    .map(({ hostIp, hostPort, port }) => `${hostIp}:${hostPort}:${port}`)
    .toSorted()
    .join()

/**
 * The container anew. A volume without a name of the user's is known by the one that the engine gave it.
 * Source: Docker Engine API v1.41, ContainerInspect and POST /containers/create.
 */
function settingsOf({ Id, Config, HostConfig, Mounts = [], NetworkSettings }: ContainerInspect, publish: Ports): object {
  const { Hostname, MacAddress: _address, ...config } = Config as ContainerInspect['Config'] & { Hostname?: string; MacAddress?: string }
  const binds = (HostConfig['Binds'] as string[] | null | undefined) ?? []
  const mounts = (HostConfig['Mounts'] as { Target?: string; Source?: string }[] | null | undefined) ?? []
  const isNamed = (destination: string): boolean =>
    binds.some((one) => one.split(':')[1] === destination) || mounts.some((one) => one.Target === destination && one.Source)
  const volumes = Mounts.filter(({ Type, Destination }) => Type === 'volume' && !isNamed(Destination)).map(
    ({ Name, Destination, RW }) => `${Name}:${Destination}${RW === false ? ':ro' : ''}`,
  )
  const bindings = Object.fromEntries(
    [...new Set(publish.map((one) => one.port))].map((port) => [
      `${port}/tcp`,
      publish.filter((one) => one.port === port).map(({ hostIp, hostPort }) => ({ HostIp: hostIp, HostPort: String(hostPort) })),
    ]),
  )
  const primary = HostConfig['NetworkMode'] as string | undefined
  const endpoint = primary === undefined ? undefined : NetworkSettings.Networks[primary]
  const { aliases = [], ipv4 } = endpoint ? endpointOf({ Id } as ContainerInspect, endpoint) : {}
  return {
    ...config,
    // Without one of its own a container is called by its id.
    ...(Hostname !== undefined && !Id.startsWith(Hostname) && { Hostname }),
    ExposedPorts: {
      ...(config['ExposedPorts'] as object | undefined),
      ...Object.fromEntries(Object.keys(bindings).map((port) => [port, {}])),
    },
    HostConfig: {
      ...HostConfig,
      PortBindings: bindings,
      Binds: [...binds, ...volumes],
      // One without a source would be a new volume.
      Mounts: mounts.filter((one) => one.Source),
    },
    ...(endpoint && {
      NetworkingConfig: {
        EndpointsConfig: { [primary!]: { Aliases: aliases, ...(ipv4 !== undefined && { IPAMConfig: { IPv4Address: ipv4 } }) } },
      },
    }),
  }
}
