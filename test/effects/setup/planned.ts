import { discover } from '../../../src/discover/discover.ts'
import type { Refused, SetupOptions, SetupPlan } from '../../../src/effects/setup/options.ts'
import { planSetup } from '../../../src/effects/setup/plan-setup.ts'
import type { TlsFiles } from '../../../src/effects/setup/tls/files.ts'
import type { Step } from '../../../src/model/finding.ts'
import { showStep } from '../../../src/remedies/show.ts'
import { everything } from '../../checks/check-table.ts'
import { kind, type KindOptions } from '../../sessions/kind.ts'
import { fake, machine, type Fake, type MachineOptions } from './machine.ts'

export const stepsOf = ({ repairs }: SetupPlan): Step[] => repairs.flatMap((one) => one.steps)

export function planned(plan: SetupPlan | Refused): SetupPlan {
  if ('refused' in plan) throw new Error(`refused: ${plan.refused.message}`)
  return plan
}

export const planOn = async (world: Fake, options: SetupOptions = {}, on: MachineOptions = {}): Promise<SetupPlan> =>
  planned(await planSetup(world.session().look, await world.topology(), options, machine(on)))

/** What is done on a made-up kind cluster, step by step. */
export async function shown(world: KindOptions, options: SetupOptions = {}, on: MachineOptions = {}): Promise<string[]> {
  const { look } = kind(world)
  const plan = await planSetup(look, await discover(look, everything), options, machine(on))
  if ('refused' in plan) return [`refused ${plan.refused.code}: ${plan.refused.message}`]
  return plan.repairs.flatMap(({ risk, steps }) => steps.map((step) => `${risk} ${showStep(step)}`))
}

export const tls: TlsFiles = {
  authority: { path: '/state/ca.crt', text: '-----BEGIN CERTIFICATE-----\nauthority\n-----END CERTIFICATE-----\n' },
  certificate: { path: '/state/server.crt', text: '-----BEGIN CERTIFICATE-----\nserver\n-----END CERTIFICATE-----\n' },
  keyPath: '/state/server.key',
  made: 'nothing',
}

/** Neither registry, nor anything that tells of one. */
export const emptyKind = (): Fake => fake('nothing-set-up', { without: ['kind-registry'], configMap: null })
export const emptyK3d = (): Fake => fake('k3d-registries-yaml-missing', { without: ['k3d-dev-reg', 'kind-registry'], configMap: null })
