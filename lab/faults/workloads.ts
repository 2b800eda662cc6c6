/** Faults of workloads: what they name is of a registry that the nodes do not know. */
import { kubectl, type Fault, type Undo } from '../fault.ts'

const oldImage = 'old-reg:5000/lab/hello:1'

/** A chart that nobody has changed since the registry got another name. It has no pods, so nothing fails yet. */
async function deploymentOnOldPrefix(cluster: string): Promise<Undo> {
  await kubectl(cluster, 'create', 'deployment', 'old-prefix', `--image=${oldImage}`, '--replicas=0')
  return async () => void (await kubectl(cluster, 'delete', 'deployment', 'old-prefix'))
}

export const workloadFaults: readonly Fault[] = [
  {
    name: 'workload-on-old-prefix',
    title: 'a Deployment without pods still named the host of an earlier registry',
    causes: [{ code: 'image-host-not-served' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    byHand: true,
    make: ({ name }) => deploymentOnOldPrefix(name),
  },
  {
    name: 'pod-on-old-prefix',
    title: 'a pod named the host of an earlier registry',
    causes: [{ code: 'image-host-not-served' }],
    explains: [],
    exitCode: 1,
    repairable: false,
    pull: { node: 'worker', image: oldImage },
    make: async () => async () => {},
  },
]
