import { StepRefused, type DoneStep, type RepairWorld } from '../ops/op.ts'

/**
 * Refuses what is not of the clusters and registries that were examined: a step is data, and data can be wrong.
 * @throws StepRefused
 */
export function guard(
  { topology: { clusters, registries } }: Pick<RepairWorld, 'topology'>,
  step: DoneStep,
  made: ReadonlySet<string>,
): void {
  const nodes = new Set(clusters.flatMap((cluster) => cluster.nodes.map((one) => one.name)))
  const known = new Set([...nodes, ...registries.flatMap((one) => one.container ?? []), ...made])
  if ('node' in step && !nodes.has(step.node)) throw new StepRefused(`${step.node} is no node of a cluster that was examined`)
  if ('cluster' in step && step.op !== 'cluster.create' && !clusters.some((one) => one.name === step.cluster))
    throw new StepRefused(`${step.cluster} is no cluster that was examined`)
  if ('container' in step && step.op !== 'container.run' && !known.has(step.container))
    throw new StepRefused(`${step.container} is neither a node nor a registry that was examined`)
  if ('network' in step && !clusters.some((one) => one.network === step.network))
    throw new StepRefused(`${step.network} is no network of a cluster that was examined`)
}
