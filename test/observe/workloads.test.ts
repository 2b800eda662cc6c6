import { describe, expect, test } from 'vitest'
import type { WorkloadResource } from '../../src/model/observation.ts'
import { kubeWorkloads } from '../../src/observe/workloads.ts'
import { fakePorts } from './fake-ports.ts'

const secret = { env: [{ name: 'PASSWORD', value: 'hunter2' }], args: ['--token=hunter2'] }
const metadata = (name: string, more: object = {}): object => ({
  namespace: 'shop',
  name,
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'hunter2' },
  ...more,
})
const spec = (more: object = {}): object => ({
  volumes: [{ name: 'v', secret: { secretName: 'hunter2' } }],
  initContainers: [{ name: 'wait', image: 'r:5000/wait:1', ...secret }],
  containers: [{ name: 'app', image: 'r:5000/app:1', imagePullPolicy: 'Always', ...secret }],
  ...more,
})
const containers = [
  { name: 'wait', kind: 'init', image: 'r:5000/wait:1' },
  { name: 'app', kind: 'container', image: 'r:5000/app:1', pullPolicy: 'Always' },
]
const ownedBy = (kind: string, more: object = {}): object =>
  metadata('owned', { ownerReferences: [{ kind, name: 'owner-5d9f', controller: true }], ...more })
const finished = (type: string): object => ({ conditions: [{ type, status: 'True' }] })

/** What is kept of the items of a list. */
async function kept(resource: WorkloadResource, ...items: readonly object[]): Promise<unknown> {
  const asked: string[] = []
  const ports = fakePorts({
    kube: {
      get: (_context, path) => {
        asked.push(path)
        return Promise.resolve({ status: 200, body: { items } as never })
      },
    },
  })
  const answer = await kubeWorkloads(ports, { context: 'kind-dev', resource })
  expect(asked).toEqual([expect.stringMatching(new RegExp(`^/ap(?:i|is)/.*/${resource}\\?limit=500$`))])
  expect(JSON.stringify(answer)).not.toContain('hunter2')
  return answer.workloads
}

describe('what pulls images', () => {
  const inTemplate = { template: { metadata: { labels: { token: 'hunter2' } }, spec: spec() } }

  test.each<[resource: WorkloadResource, its: object, more?: object]>([
    ['deployments', { replicas: 0, ...inTemplate }, { replicas: 0 }],
    ['statefulsets', { replicas: 3, ...inTemplate }, { replicas: 3 }],
    ['daemonsets', inTemplate],
    ['jobs', { suspend: true, ...inTemplate }],
    ['cronjobs', { schedule: '0 0 1 1 *', jobTemplate: { spec: inTemplate } }],
    ['pods', spec({ nodeName: 'dev-worker' }), { node: 'dev-worker' }],
  ])('of %s the images are kept, and nothing that could be secret', async (resource, its, more = {}) => {
    expect(await kept(resource, { metadata: metadata('app'), spec: its })).toEqual([
      { namespace: 'shop', name: 'app', ...more, containers },
    ])
  })

  test.each<[what: string, placed: object]>([
    ['a node', { nodeName: 'dev-worker' }],
    ['labels of nodes', { nodeSelector: { disk: 'ssd' } }],
    ['an affinity', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } }],
  ])('that it chooses its nodes is kept: %s', async (_what, placed) => {
    expect(await kept('deployments', { metadata: metadata('app'), spec: { template: { spec: spec(placed) } } })).toMatchObject([
      { pinned: true },
    ])
  })

  test('every node has some labels', async () => {
    const placed = { nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } }
    const [one] = (await kept('daemonsets', { metadata: metadata('app'), spec: { template: { spec: spec(placed) } } })) as object[]
    expect(one).not.toHaveProperty('pinned')
  })

  test.each<[what: string, resource: WorkloadResource, item: object]>([
    ['a job that is done', 'jobs', { metadata: metadata('app'), spec: inTemplate, status: finished('Complete') }],
    ['a job that failed', 'jobs', { metadata: metadata('app'), spec: inTemplate, status: finished('Failed') }],
    ['a job of a CronJob', 'jobs', { metadata: ownedBy('CronJob'), spec: inTemplate }],
    ['a pod that is done', 'pods', { metadata: metadata('app'), spec: spec(), status: { phase: 'Succeeded' } }],
    ['a pod that failed', 'pods', { metadata: metadata('app'), spec: spec(), status: { phase: 'Failed' } }],
    ['what is being removed', 'deployments', { metadata: metadata('app', { deletionTimestamp: 'now' }), spec: inTemplate }],
    ['a pod of a Deployment', 'pods', { metadata: ownedBy('ReplicaSet', { labels: { 'pod-template-hash': '5d9f' } }), spec: spec() }],
    ...['StatefulSet', 'DaemonSet', 'Job', 'Node'].map((kind): [string, WorkloadResource, object] => [
      `a pod of a ${kind}`,
      'pods',
      { metadata: ownedBy(kind), spec: spec() },
    ]),
  ])('is not: %s', async (_what, resource, item) => expect(await kept(resource, item)).toEqual([]))

  test.each<[what: string, resource: WorkloadResource, item: object]>([
    ['a pod of a kind that is not listed', 'pods', { metadata: ownedBy('Workflow'), spec: spec() }],
    ['a pod of a ReplicaSet of its own', 'pods', { metadata: ownedBy('ReplicaSet'), spec: spec() }],
    ['a Deployment of an operator', 'deployments', { metadata: ownedBy('Shop'), spec: inTemplate }],
    [
      'a job that tried in vain',
      'jobs',
      { metadata: metadata('app'), spec: inTemplate, status: { conditions: [{ type: 'Failed', status: 'False' }] } },
    ],
  ])('is: %s', async (_what, resource, item) => expect(await kept(resource, item)).toHaveLength(1))

  test('where the API refuses, its status is the answer', async () => {
    const ports = fakePorts({ kube: { get: () => Promise.resolve({ status: 403, body: {} }) } })
    expect(await kubeWorkloads(ports, { context: 'kind-dev', resource: 'cronjobs' })).toEqual({ status: 403, workloads: [] })
  })
})
