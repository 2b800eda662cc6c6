import type { Json } from '../../model/json.ts'
import { showStep } from '../../remedies/show.ts'
import type { JournaledStep } from '../journal/journal.ts'

/** What was there before a step, as far as it tells how it is taken back. */
interface Before {
  readonly was?: string
  readonly there?: { readonly was?: string }
  readonly text?: string | null
  readonly object?: Json
  readonly status?: string
}

/** How a step is taken back, as a command or in words. What was there can be secret: of it nothing is told. */
export function showUndo({ step, before }: Pick<JournaledStep, 'step' | 'before'>): string {
  const { was, there, text, object, status } = (before ?? {}) as Before
  switch (step.op) {
    case 'file.put':
    case 'file.splice':
    case 'file.copy':
      return (was ?? there?.was) === 'absent'
        ? `docker exec ${step.node} rm ${step.path}`
        : `put back ${step.path} on ${step.node} as it was`
    case 'host.file.put':
      return text === null ? `rm ${step.path}` : `put back ${step.path} as it was`
    case 'path.move':
      return showStep({ ...step, from: step.to, to: step.from })
    case 'network.connect':
      return showStep({ op: 'network.disconnect', network: step.network, container: step.container })
    case 'network.disconnect':
      return showStep({ op: 'network.connect', network: step.network, container: step.container, aliases: [] })
    case 'container.start':
      return `docker stop ${step.container}`
    case 'container.unpause':
      return status === 'paused' ? `docker pause ${step.container}` : `leave ${step.container} as it is`
    case 'container.run':
      return step.volume === undefined
        ? `docker rm -f ${step.container}`
        : `remove the container ${step.container}; its volume ${step.volume} stays`
    case 'container.recreate':
      return `make ${step.container} anew with the ports that it published before`
    case 'configmap.put':
      return object === null
        ? `${step.kubectl} -n ${step.namespace} delete configmap ${step.name}`
        : `put back ConfigMap ${step.namespace}/${step.name} as it was`
    case 'image.push':
      return `remove ${step.target} from the registry, where it lets go of it`
    case 'pod.delete':
      return `nothing: pod ${step.namespace}/${step.pod} was made anew by its owner`
    case 'cluster.create':
      return `nothing: cluster ${step.cluster} stays`
    case 'container.restart':
    case 'service.restart':
      return showStep(step)
  }
}
