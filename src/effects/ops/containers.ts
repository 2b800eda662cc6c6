import { StepRefused, type Op, type RepairWorld, type StepOf } from './op.ts'
import { containerOf } from './networks.ts'

/** State and time of the last start. */
type StateBefore = { readonly status: string; readonly startedAt: string }

const stateOf = async (world: RepairWorld, name: string): Promise<StateBefore> => {
  const { State } = await containerOf(world, name)
  return { status: State.Status, startedAt: State.StartedAt }
}

/** Starts a container. */
export const containerStart: Op<StepOf<'container.start'>, StateBefore> = {
  capture: (world, { container }) => stateOf(world, container),
  async present(world, { container }, before) {
    const { status } = await stateOf(world, container)
    if (status === 'running') return { is: 'after' }
    return status === before.status ? { is: 'before' } : { is: 'other', what: `${container} is ${status}` }
  },
  apply: ({ ports: { docker } }, { container }) => docker.start(container),
  async invert({ ports: { docker } }, { container }, { status }) {
    if (status !== 'running') await docker.stop(container)
    return null
  },
}

/** Lets a container go on that was paused. */
export const containerUnpause: Op<StepOf<'container.unpause'>, StateBefore> = {
  capture: (world, { container }) => stateOf(world, container),
  async present(world, { container }) {
    const { status } = await stateOf(world, container)
    if (status === 'running') return { is: 'after' }
    return status === 'paused' ? { is: 'before' } : { is: 'other', what: `${container} is ${status}` }
  },
  apply: ({ ports: { docker } }, { container }) => docker.unpause(container),
  async invert({ ports: { docker } }, { container }, { status }) {
    if (status === 'paused') await docker.pause(container)
    return null
  },
}

/** Restarts a container: a registry that hangs, or a node of k3d, whose k3s reads its settings then. */
export const containerRestart: Op<StepOf<'container.restart'>, StateBefore> = {
  capture: (world, { container }) => stateOf(world, container),
  async present(world, { container }, before) {
    const { status, startedAt } = await stateOf(world, container)
    if (startedAt === before.startedAt && status === before.status) return { is: 'before' }
    if (startedAt !== before.startedAt && status === 'running') return { is: 'after' }
    return { is: 'partial', what: `${container} is ${status}` }
  },
  apply: ({ ports: { docker } }, { container }) => docker.restart(container),
  async invert({ ports: { docker }, topology }, { container }) {
    // A node reads what was put back; a registry has nothing that a second restart would take back.
    if (topology.clusters.some(({ nodes }) => nodes.some((one) => one.name === container))) await docker.restart(container)
    return null
  },
}

/** The label by which a container that was made here is known. */
const madeHere = 'registry-doctor/made'

/** Makes a registry. */
export const containerRun: Op<StepOf<'container.run'>, { readonly image: string | null }> = {
  async capture({ ports: { docker } }, { container, image }) {
    if (await docker.inspect(container)) throw new StepRefused(`there is a container ${container} already`)
    return { image: await docker.imageId(image) }
  },
  async present({ ports: { docker } }, { container }) {
    const found = await docker.inspect(container)
    if (found === null) return { is: 'before' }
    if (found.Config.Labels?.[madeHere] === undefined) return { is: 'other', what: `there is another container ${container}` }
    return found.State.Status === 'running' ? { is: 'after' } : { is: 'partial', what: `${container} is ${found.State.Status}` }
  },
  async apply({ ports: { docker, host } }, step, { image }) {
    const { container, files = [] } = step
    const there = await docker.inspect(container)
    if (there && there.Config.Labels?.[madeHere] === undefined) throw new StepRefused(`there is another container ${container} by now`)
    if (image === null && (await docker.imageId(step.image)) === null) await docker.pullImage(step.image)
    // One that was made and not started may lack its files.
    if (there && there.State.Status !== 'running') await docker.remove(container)
    if (there?.State.Status === 'running') return
    await docker.create(container, settingsOf(step))
    const copies = await Promise.all(
      files.map(async ({ from, path, mode }) => {
        const text = await host.read(from)
        if (text === null) throw new StepRefused(`there is no file ${from}`)
        return { path, mode, uid: 0, gid: 0, bytes: Buffer.from(text) }
      }),
    )
    if (copies.length > 0) await docker.putFiles(container, copies)
    await docker.start(container)
  },
  // Its volume stays: what was pushed since is the user's.
  async invert({ ports: { docker } }, { container }) {
    if ((await docker.inspect(container)) === null) return null
    await docker.stop(container)
    await docker.remove(container)
    return null
  },
}

/** Source: Docker Engine API v1.41, POST /containers/create. */
function settingsOf({ image, publish, restart, volume, env = {} }: StepOf<'container.run'>): object {
  const [port = '', hostPort = '', hostIp = ''] = publish.split(':').toReversed()
  return {
    Image: image,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: { [madeHere]: 'yes' },
    ExposedPorts: { [`${port}/tcp`]: {} },
    HostConfig: {
      PortBindings: { [`${port}/tcp`]: [{ HostIp: hostIp, HostPort: hostPort }] },
      RestartPolicy: { Name: restart },
      ...(volume !== undefined && { Binds: [`${volume}:/var/lib/registry`] }),
    },
  }
}
