import { renderedFiles } from './rendered-files.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { askEndpoints } from './ask-endpoints.ts'
import { imageToAsk } from './image-to-ask.ts'
import { planWith } from './node-plan.ts'
import { judgedPull, type RegistryPull } from './registry-pulls.ts'

/**
 * What a pull will come to once k3s has written its files for containerd anew: the plan is made from what k3s would write,
 * and its endpoints are asked from the node one by one. Nothing is written.
 * @param files path below certs.d → text, as k3s would write it
 * @param now the same pull as it goes today; where nothing changes for it, it is the answer
 * @throws ObservationFailure where the node cannot be asked
 */
export async function renderedPull(
  look: Look,
  cluster: Cluster,
  registry: Registry,
  files: { readonly [path: string]: string },
  now: RegistryPull,
): Promise<RegistryPull> {
  const { registryHost, pull } = now
  const { node, containerd } = pull
  const root = containerd.path.path === 'none' ? undefined : containerd.path.roots[0]
  if (root === undefined) return now
  const image = `${registryHost}/${await imageToAsk(look, registry)}`
  const planned = await planWith(look, node, image, (found) => renderedFiles(found, root, files))
  if (endpointsOf(planned) === endpointsOf(pull)) return now
  const { kind } = planned.plan
  if (kind === 'plan' && planned.plan.endpoints.kind === 'crash') return judged({ attempts: [], outcome: 'fails' })
  return judged(await askEndpoints(look, node, planned))

  function judged(outcome: Awaited<ReturnType<typeof askEndpoints>>): Promise<RegistryPull> {
    return judgedPull(look, cluster.name, registry, registryHost, { ...planned, node, image, ...outcome })
  }
}

/** What is asked in which order, as a text that can be compared. */
function endpointsOf({ plan }: Pick<RegistryPull['pull'], 'plan'>): string {
  if (plan.kind !== 'plan') return plan.kind
  const { endpoints } = plan
  if (endpoints.kind !== 'endpoints') return JSON.stringify(endpoints)
  return JSON.stringify(endpoints.endpoints.map(({ line: _line, column: _column, ...rest }) => rest))
}
