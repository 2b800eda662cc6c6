import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/model/json.ts'
import { kubePodsOfRepository } from '../../src/observe/running-pods.ts'
import { fakePorts } from './fake-ports.ts'

const ask = (items: readonly unknown[], status = 200): Promise<unknown> =>
  kubePodsOfRepository(fakePorts({ kube: { get: async () => ({ status, body: { items } as unknown as Json }) } }), {
    context: 'kind-dev',
    repository: 'lab/app',
  })

const running = {
  metadata: {
    namespace: 'shop',
    name: 'app-7d-x',
    labels: { 'pod-template-hash': '7d', team: 'secret' },
    annotations: { note: 'secret' },
    creationTimestamp: '2026-11-21T10:00:00Z',
    ownerReferences: [{ kind: 'ReplicaSet', name: 'app-7d', controller: true }],
  },
  spec: {
    nodeName: 'dev-worker',
    containers: [
      { name: 'app', image: 'localhost:5001/lab/app:1', imagePullPolicy: 'IfNotPresent', env: [{ name: 'A', value: 'secret' }] },
      { name: 'side', image: 'docker.io/library/proxy:1' },
    ],
  },
  status: {
    containerStatuses: [
      { name: 'side', imageID: 'docker.io/library/proxy@sha256:p', state: { running: {} } },
      {
        name: 'app',
        imageID: 'localhost:5001/lab/app@sha256:m',
        state: { running: { startedAt: '2026-11-21T10:00:01Z' } },
        lastState: { terminated: { reason: 'Error', message: 'secret' } },
      },
    ],
  },
}

describe('the pods that name a repository', () => {
  test('with those of their containers that do, and nothing else', async () => {
    const answer = await ask([running])
    expect(answer).toEqual({
      status: 200,
      pods: [
        {
          namespace: 'shop',
          name: 'app-7d-x',
          node: 'dev-worker',
          owner: 'deploy/app',
          revision: '7d',
          createdAt: '2026-11-21T10:00:00Z',
          containers: [
            {
              name: 'app',
              kind: 'container',
              image: 'localhost:5001/lab/app:1',
              pullPolicy: 'IfNotPresent',
              imageId: 'localhost:5001/lab/app@sha256:m',
              state: 'running',
              startedAt: '2026-11-21T10:00:01Z',
              restartReason: 'Error',
            },
          ],
        },
      ],
    })
    expect(JSON.stringify(answer)).not.toContain('secret')
  })

  test.each([
    ['a tag', 'localhost:5001/lab/app:1', true],
    ['no tag', 'k3d-reg:5000/lab/app', true],
    ['a digest', `localhost:5001/lab/app:1@sha256:${'a'.repeat(64)}`, true],
    ['no registry host', 'lab/app:2', true],
    ['a longer repository', 'localhost:5001/our-lab/app:1', false],
    ['the repository of another', 'localhost:5001/lab/app/web:1', false],
  ])('by %s: %s', async (_name, image, isMeant) => {
    const { pods } = (await ask([{ spec: { containers: [{ name: 'app', image }] } }])) as { pods: unknown[] }
    expect(pods).toHaveLength(isMeant ? 1 : 0)
  })

  test.each([
    ['waits', { waiting: { reason: 'ImagePullBackOff' } }, { state: 'waiting', reason: 'ImagePullBackOff' }],
    ['has ended', { terminated: { reason: 'Completed', startedAt: 't' } }, { state: 'terminated', reason: 'Completed', startedAt: 't' }],
    ['is not known', undefined, { state: 'unknown' }],
  ])('a container that %s', async (_name, state, expected) => {
    const spec = { initContainers: [{ name: 'app', image: 'lab/app:1' }] }
    const status = { initContainerStatuses: [{ name: 'app', state }] }
    const { pods } = (await ask([{ metadata: { deletionTimestamp: 'now' }, spec, status }])) as { pods: { containers: unknown[] }[] }
    expect(pods[0]).toMatchObject({ deleting: true, containers: [{ kind: 'init', imageId: '', ...expected }] })
  })

  test('a refusal is an answer', async () => {
    expect(await ask([], 403)).toEqual({ status: 403, pods: [] })
  })
})
