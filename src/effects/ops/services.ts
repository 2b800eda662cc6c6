import { restartUnit, stopUnit, unitState } from '../commands.ts'
import { argv, done } from './node-file.ts'
import type { Op, RepairWorld, StepOf } from './op.ts'

/** When the unit last became active, as systemd tells it; a restart changes it. */
type UnitBefore = { readonly since: string; readonly state: string }

/** Restarts a service of a node; running pods go on. */
export const serviceRestart: Op<StepOf<'service.restart'>, UnitBefore> = {
  capture: (world, step) => unitOf(world, step),
  async present(world, step, before) {
    const now = await unitOf(world, step)
    if (now.since === before.since && now.state === before.state) return { is: 'before' }
    if (now.since !== before.since && now.state === 'active') return { is: 'after' }
    // A restart that failed, or has not ended yet.
    return { is: 'partial', what: `${step.service} on ${step.node} is ${now.state}` }
  },
  apply: (world, step) => restart(world, step, true),
  async invert(world, step, { state }) {
    if (state === 'active') await restart(world, step, false)
    else await done(world.ports.docker.run(step.node, ...argv(stopUnit(step.service))), `stop ${step.service} on ${step.node}`)
    return null
  },
}

async function restart(
  { ports: { docker } }: RepairWorld,
  { node, service, daemonReload }: StepOf<'service.restart'>,
  mustServe: boolean,
): Promise<void> {
  await done(docker.run(node, ...argv(restartUnit(service, daemonReload ?? false, mustServe))), `restart ${service} on ${node}`)
}

async function unitOf({ ports: { docker } }: RepairWorld, { node, service }: StepOf<'service.restart'>): Promise<UnitBefore> {
  const { stdout } = await done(docker.run(node, ...argv(unitState(service))), `look at ${service} on ${node}`)
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? ''
  return { since: value('ActiveEnterTimestampMonotonic'), state: value('ActiveState') }
}
