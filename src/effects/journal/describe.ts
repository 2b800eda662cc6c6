import type { DoneStep } from '../ops/op.ts'
import type { JournalStep } from './read.ts'

/** What was done to what: `wrote /etc/hosts on dev-worker`, and the same as what can be begun or fail: `write …`. */
interface Told {
  readonly past: string
  readonly plain: string
}

/** A step as one short line. Contents and settings are not in it: they may be secret. */
export const describeStep = (step: DoneStep): string => tell(step).past

/** A step of a journal as one short line, with what became of it. */
export function describeChange({ entry, state, reason }: Pick<JournalStep, 'entry' | 'state' | 'reason'>): string {
  const { past, plain } = tell(entry.step)
  switch (state) {
    case 'intended':
      return `began to ${plain}`
    case 'done':
      return past
    case 'failed':
      return `could not ${plain}: ${reason}`
    case 'undone':
      return `${past}; taken back`
    case 'kept':
      return `${past}; not taken back: ${reason}`
  }
}

function tell(step: DoneStep): Told {
  const told = (past: string, plain: string, what: string): Told => ({ past: `${past} ${what}`, plain: `${plain} ${what}` })
  switch (step.op) {
    case 'container.start':
      return told('started', 'start', `container ${step.container}`)
    case 'container.unpause':
      return told('resumed', 'resume', `container ${step.container}`)
    case 'container.restart':
      return told('restarted', 'restart', `container ${step.container}`)
    case 'container.run':
      return told('created', 'create', `container ${step.container} from ${step.image}`)
    case 'container.recreate': {
      const ports = step.publish.map(({ hostIp, hostPort, port }) => `${hostIp === '' ? '' : `${hostIp}:`}${hostPort} for its port ${port}`)
      const publishing = ports.length > 0 ? `, published at ${ports.join(' and ')}` : ''
      return told('recreated', 'recreate', `container ${step.container}${publishing}`)
    }
    case 'network.connect':
      return told('connected', 'connect', `${step.container} to network ${step.network}`)
    case 'network.disconnect':
      return told('disconnected', 'disconnect', `${step.container} from network ${step.network}`)
    case 'file.put':
      return told('wrote', 'write', `${step.path} on ${step.node}`)
    case 'file.splice':
      return told('changed', 'change', `${step.path} on ${step.node}`)
    case 'file.copy':
      return told('copied', 'copy', `${step.from.path} of ${step.from.container} to ${step.path} on ${step.node}`)
    case 'path.move':
      return told('moved', 'move', `${step.from} to ${step.to} on ${step.node}`)
    case 'service.restart':
      return told('restarted', 'restart', `${step.service} on ${step.node}`)
    case 'configmap.put':
      return told('wrote', 'write', `ConfigMap ${step.namespace}/${step.name} of cluster ${step.cluster}`)
    case 'pod.delete':
      return told('deleted', 'delete', `pod ${step.namespace}/${step.pod} of cluster ${step.cluster}`)
    case 'image.push':
      return told('pushed', 'push', step.source === step.target ? step.target : `${step.source} as ${step.target}`)
    case 'host.file.put':
      return told('wrote', 'write', `${step.path} on this machine`)
    case 'cluster.create':
      return told('created', 'create', `${step.provider} cluster ${step.cluster}`)
  }
}
