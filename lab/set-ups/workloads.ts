/** Workloads that name a registry host which nobody serves, and need none: their images are on the nodes. */
import { kubectl, nodesOf, onNodes, undoAll } from '../fault.ts'
import { pushOwnImage } from '../registry-content.ts'
import { registryHost } from '../registry.ts'
import type { SetUp } from '../set-up.ts'

// An image of its own: a node that forgets another name of the same image forgets them all.
const pushed = `${registryHost}/lab/loaded:1`
const loaded = 'old-reg:5000/lab/loaded:1'

export const workloadSetUps: readonly SetUp[] = [
  {
    name: 'a Deployment on an old prefix, and its image loaded into every node',
    async make({ name }) {
      const nodes = await nodesOf(name)
      const images = 'ctr -n k8s.io images'
      await pushOwnImage({ repository: 'lab/loaded', tag: '1' })
      await onNodes(nodes, `crictl pull ${pushed} > /dev/null && ${images} tag --force ${pushed} ${loaded}`)
      await kubectl(name, 'create', 'deployment', 'loaded', `--image=${loaded}`, '--replicas=0')
      return undoAll(
        () => onNodes(nodes, `crictl rmi ${pushed}`),
        async () => void (await kubectl(name, 'delete', 'deployment', 'loaded')),
      )
    },
  },
]
