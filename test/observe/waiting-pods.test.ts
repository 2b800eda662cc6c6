import { describe, expect, test } from 'vitest'
import { kubePullEvents, kubeWaitingPods } from '../../src/observe/waiting-pods.ts'
import { fakePorts } from './fake-ports.ts'

const waits = (reason: string, message?: string) => ({ waiting: { reason, ...(message !== undefined && { message }) } })
const message = 'Back-off pulling image "localhost:5001/app:1": ErrImagePull: not found'

const pods = {
  items: [
    {
      metadata: {
        namespace: 'shop',
        name: 'app-5d4b8-x2x4k',
        uid: 'u1',
        labels: { 'pod-template-hash': '5d4b8', password: 'hunter2' },
        annotations: { a: 'hunter2' },
        ownerReferences: [{ kind: 'ReplicaSet', name: 'app-5d4b8', controller: true }],
      },
      spec: {
        nodeName: 'dev-worker',
        imagePullSecrets: [{ name: 'regcred' }],
        initContainers: [{ name: 'wait', image: 'r:5000/wait:1', env: [{ name: 'PASSWORD', value: 'hunter2' }] }],
        containers: [
          { name: 'app', image: 'localhost:5001/app:1', imagePullPolicy: 'Always', command: ['hunter2'] },
          { name: 'side', image: 'side:1' },
        ],
        ephemeralContainers: [{ name: 'debug', image: 'busybox' }],
      },
      status: {
        initContainerStatuses: [{ name: 'wait', image: 'sha256:abc', state: waits('ErrImageNeverPull') }],
        containerStatuses: [
          { name: 'app', image: 'localhost:5001/app:1', state: waits('ImagePullBackOff', message) },
          { name: 'side', image: 'docker.io/library/side:1', state: { running: {} } },
        ],
        ephemeralContainerStatuses: [{ name: 'debug', image: 'busybox', state: waits('ErrImagePull') }],
      },
    },
    { metadata: { namespace: 'shop', name: 'runs', uid: 'u2' }, status: { containerStatuses: [{ name: 'app', state: { running: {} } }] } },
    { metadata: { namespace: 'shop', name: 'new', uid: 'u3' }, spec: { containers: [{ name: 'app', image: 'a' }] } },
  ],
}

const answering = (status: number, body: object) => fakePorts({ kube: { get: () => Promise.resolve({ status, body: body as never }) } })

describe('pods of which a container waits', () => {
  test('init and ephemeral containers too, under the names that the pod gives, and nothing else of them', async () => {
    const answer = await kubeWaitingPods(answering(200, pods), { context: 'c' })
    expect(answer).toEqual({
      status: 200,
      pods: [
        {
          namespace: 'shop',
          name: 'app-5d4b8-x2x4k',
          uid: 'u1',
          node: 'dev-worker',
          owner: 'deploy/app',
          hasPullSecrets: true,
          containers: [
            { name: 'wait', kind: 'init', image: 'r:5000/wait:1', reason: 'ErrImageNeverPull' },
            { name: 'app', kind: 'container', image: 'localhost:5001/app:1', pullPolicy: 'Always', reason: 'ImagePullBackOff', message },
            { name: 'debug', kind: 'ephemeral', image: 'busybox', reason: 'ErrImagePull' },
          ],
        },
      ],
    })
    expect(JSON.stringify(answer)).not.toContain('hunter2')
  })

  test.each([
    [[], {}, undefined],
    [[{ kind: 'ReplicaSet', name: 'app-5d4b8', controller: true }], { 'pod-template-hash': '5d4b8' }, 'deploy/app'],
    [[{ kind: 'ReplicaSet', name: 'mine', controller: true }], {}, 'rs/mine'],
    [[{ kind: 'StatefulSet', name: 'db', controller: true }], {}, 'sts/db'],
    [[{ kind: 'DaemonSet', name: 'agent', controller: true }], {}, 'ds/agent'],
    [[{ kind: 'Job', name: 'import', controller: true }], {}, 'job/import'],
    [
      [
        { kind: 'ConfigMap', name: 'x' },
        { kind: 'Rollout', name: 'app', controller: true },
      ],
      {},
      'rollout/app',
    ],
  ])('of %j with labels %j belongs to %s', async (ownerReferences, labels, owner) => {
    const [pod] = pods.items
    const body = { items: [{ ...pod, metadata: { ...pod!.metadata, labels, ownerReferences } }] }
    const { pods: found } = await kubeWaitingPods(answering(200, body), { context: 'c' })
    expect(found[0]!.owner).toBe(owner)
  })

  test('where that is forbidden', async () =>
    expect(await kubeWaitingPods(answering(403, {}), { context: 'c' })).toEqual({ status: 403, pods: [] }))
})

describe('what kubelets told of pulling', () => {
  const involvedObject = { namespace: 'shop', name: 'app', uid: 'u1', fieldPath: 'spec.containers{app}' }
  const event = (reason: string, more: object = {}) => ({
    involvedObject,
    reason,
    message: 'told',
    count: 3,
    firstTimestamp: '2026-11-21T10:00:00Z',
    lastTimestamp: '2026-11-21T10:05:00Z',
    ...more,
  })
  const kept = { namespace: 'shop', pod: 'app', uid: 'u1', container: 'app', message: 'told' }

  test.each([
    ['counted by an older kubelet', event('Failed'), { since: '2026-11-21T10:00:00Z', at: '2026-11-21T10:05:00Z', count: 3 }],
    [
      'as a series',
      event('Failed', {
        count: null,
        firstTimestamp: null,
        lastTimestamp: null,
        eventTime: '2026-11-21T10:00:00.5Z',
        series: { count: 7, lastObservedTime: '2026-11-21T10:06:00Z' },
      }),
      { since: '2026-11-21T10:00:00.5Z', at: '2026-11-21T10:06:00Z', count: 7 },
    ],
    [
      'once',
      event('Failed', { count: undefined, firstTimestamp: null, lastTimestamp: null, eventTime: '2026-11-21T10:00:00Z' }),
      { since: '2026-11-21T10:00:00Z', at: '2026-11-21T10:00:00Z', count: 1 },
    ],
  ])('%s', async (_how, one, times) => {
    const asked: string[] = []
    const get = (_context: string, path: string) => {
      asked.push(path)
      return Promise.resolve({
        status: 200,
        body: { items: [one, event('Scheduled'), event('Created'), { ...one, involvedObject: { ...involvedObject, uid: 'u2' } }] } as never,
      })
    }
    const answer = await kubePullEvents(fakePorts({ kube: { get } }), { context: 'c', uids: ['u1'] })
    expect(answer).toEqual({ status: 200, events: [{ ...kept, reason: 'Failed', ...times }] })
    expect(asked).toEqual(['/api/v1/events?fieldSelector=involvedObject.kind%3DPod&limit=500'])
  })
})
