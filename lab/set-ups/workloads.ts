/** Workloads that name a registry host which nobody serves, and need none: their images are on the nodes. */
import { kubectl, nodesOf, onNodes, undoAll } from '../fault.ts'
import { helloImage } from '../registry.ts'
import type { SetUp } from '../set-up.ts'

const loaded = 'old-reg:5000/lab/hello:1'

export const workloadSetUps: readonly SetUp[] = [
  {
    name: 'a Deployment on an old prefix, and its image loaded into every node',
    async make({ name }) {
      const nodes = await nodesOf(name)
      const images = 'ctr -n k8s.io images'
      await onNodes(nodes, `crictl pull ${helloImage} > /dev/null && ${images} tag --force ${helloImage} ${loaded}`)
      await kubectl(name, 'create', 'deployment', 'loaded', `--image=${loaded}`, '--replicas=0')
      return undoAll(
        () => onNodes(nodes, `${images} rm ${loaded}`),
        async () => void (await kubectl(name, 'delete', 'deployment', 'loaded')),
      )
    },
  },
]
