import type { Step } from '../../model/finding.ts'
import { ObservationFailure, type Look } from '../../model/observation.ts'
import type { Cluster, Topology } from '../../model/topology.ts'
import type { PlannedRepair } from '../fix/repair.ts'
import { engineTrust } from './engine-trust.ts'
import { hostingRepair } from './hosting.ts'
import { nextLines, tlsNotes } from './next.ts'
import { nodeRepairs } from './nodes.ts'
import { SetupRefusal, type Machine, type Refused, type SetupOptions, type SetupPlan } from './options.ts'
import { aliasesFor, plannedRegistry, type SetupRegistry } from './registry-container.ts'
import { knownRegistry, registryNameOf } from './registry-name.ts'

/**
 * What it takes until every cluster of a topology pulls from a local registry, in the order of kind's documentation: the
 * container, its networks, what leads the nodes to it, the ConfigMap. Changes nothing. What is there already has no step, so
 * that a second run has none at all.
 * @returns why nothing is to be done, where something is there that a set-up does not overwrite, or something cannot be seen
 */
export function planSetup(look: Look, topology: Topology, options: SetupOptions, machine: Machine): Promise<SetupPlan | Refused> {
  return orRefused(() => plan(look, topology, options, machine))
}

async function plan(look: Look, topology: Topology, options: SetupOptions, machine: Machine): Promise<SetupPlan> {
  const { clusters } = topology
  if (clusters.length === 0) throw new SetupRefusal('no-cluster', 'there is no kind or k3d cluster that could use a registry')
  const name = registryNameOf(topology, options)
  const { registry, repair, notes } = await plannedRegistry(look, topology, name, options, machine)
  const known = knownRegistry(topology, name)
  const { tls } = options
  const aliases = aliasesFor(topology, name)
  const [nodes, hosting, trust] = await Promise.all([
    Promise.all(clusters.map((cluster) => nodeRepairs(look, cluster, { registry, aliases, known, authority: tls?.authority.text }))),
    Promise.all(clusters.map((cluster) => hostingRepair(look, cluster, registry))),
    tls ? engineTrust(look, machine, tls, registry.port) : null,
  ])
  return {
    repairs: [repair, ...attached(clusters, registry, aliases), ...nodes.flat(), ...hosting, ...(trust ? [trust] : [])],
    next: nextLines(clusters, registry),
    notes: [...notes, ...(tls ? tlsNotes(tls, registry) : [])],
  }
}

/** The registry on the network of each cluster: nodes find it there by its name. */
function attached(clusters: readonly Cluster[], { name, detail }: SetupRegistry, aliases: string[]): PlannedRepair[] {
  const networks = [...new Set(clusters.map((one) => one.network))]
  return networks.map((network) => {
    const isThere = detail?.networks.some((one) => one.name === network) ?? false
    const steps: Step[] = isThere ? [] : [{ op: 'network.connect', network, container: name, aliases }]
    return { title: `${name} on the network ${network}`, risk: 'safe', steps }
  })
}

/** What is refused, or cannot be seen, as a value. */
export async function orRefused<T>(run: () => Promise<T>): Promise<T | Refused> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof SetupRefusal || error instanceof ObservationFailure)
      return { refused: { code: error.code, message: error.message } }
    throw error
  }
}
