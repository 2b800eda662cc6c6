/** What is recorded as an incident: every fault of the lab, and what an older kubelet says of some. */
import type { UpOptions } from './cluster-note.ts'
import type { Failed } from './failing-pods.ts'
import { kubectl, type Fault } from './fault.ts'
import { faults } from './faults.ts'
import { k3dFaults } from './faults/k3d.ts'
import type { UpK3dOptions } from './k3d-config.ts'

export interface Incident {
  readonly name: string
  /** What had happened, in one line. */
  readonly title: string
  readonly cluster: ({ readonly provider: 'kind' } & UpOptions) | ({ readonly provider: 'k3d' } & UpK3dOptions)
  readonly fault: Fault
  /** Waits for what makes it this incident, once its pods fail. */
  readonly until?: (cluster: string, pods: readonly Failed[]) => Promise<void>
}

const dev: Incident['cluster'] = { provider: 'kind', name: 'dev', workers: 2, containerd: '2.1.4' }
/** Kubernetes before 1.32 keeps the reason out of the message of ImagePullBackOff. */
const old: Incident['cluster'] = { provider: 'kind', name: 'old', workers: 2, containerd: '2.1.4', kubelet: '1.31', eventTtl: '1m0s' }

const k3d: Incident['cluster'] = { provider: 'k3d', name: 'dev-k3d', agents: 1, containerd: '2.1.5-k3s1' }
const k3dOld: Incident['cluster'] = { provider: 'k3d', name: 'dev-k3d17', agents: 1, containerd: '1.7.23-k3s2' }

const oldContainerd: Incident['cluster'] = { provider: 'kind', name: 'dev17', workers: 2, containerd: '1.7.34' }

/** Faults of which only containerd 1.x tells something else than what is wrong. */
const telling1 = ['k3d-image-missing-behind-configs', 'k3d-flag-on-servers-only', 'k3d-flag-beside-configs']

const faultNamed = (name: string): Fault => faults.find((one) => one.name === name)!

/** The state in which the kubelet gives no reason any more. */
async function backOff(cluster: string, pods: readonly Failed[]): Promise<void> {
  const condition = '--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff'
  for (const { name } of pods) await kubectl(cluster, 'wait', condition, `pod/${name}`, '--timeout=120s')
}

const patience = 300_000

/** The same, once the API keeps no event any more that tells of the failure. */
async function expired(cluster: string, pods: readonly Failed[]): Promise<void> {
  const end = Date.now() + patience
  for (const { name } of pods) {
    const events = (): Promise<string> =>
      kubectl(cluster, 'get', 'events', `--field-selector=involvedObject.name=${name},reason=Failed`, '-o=jsonpath={.items[*].message}')
    while (/Failed to pull/.test(await events())) if (Date.now() > end) throw new Error(`the events of ${name} do not expire`)
  }
  await backOff(cluster, pods)
}

export const incidents: readonly Incident[] = [
  ...faults.map((fault) => ({ name: fault.name, title: fault.title, cluster: dev, fault })),
  ...k3dFaults.map((fault) => ({ name: fault.name, title: fault.title, cluster: telling1.includes(fault.name) ? k3dOld : k3d, fault })),
  {
    name: 'containerd-1.7-image-not-pushed',
    title: 'containerd 1.7 told of a refused connection to [::1], and the registry had answered 404: the image had not been pushed',
    cluster: oldContainerd,
    fault: { ...faultNamed('image-not-pushed'), name: 'containerd-17-built' },
  },
  {
    name: 'kubelet-1.31-image-not-in-registry',
    title: 'a kubelet of Kubernetes 1.31, which gives the reason of a failed pull in its events only: the tag was not in the registry',
    cluster: old,
    fault: { ...faultNamed('image-not-in-registry-near'), name: 'kubelet-131-near' },
    until: backOff,
  },
  {
    name: 'kubelet-1.31-events-expired',
    title: 'the same kubelet after its events had expired, so that nothing in the cluster told the reason: a node had no hosts.toml',
    cluster: old,
    fault: { ...faultNamed('hosts-toml-missing'), name: 'kubelet-131-expired' },
    until: expired,
  },
]
