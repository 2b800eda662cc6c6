import { describe, expect, test } from 'vitest'
import { pullSymptoms, type PullSymptom } from '../../src/derive/symptoms.ts'
import { discover } from '../../src/discover/discover.ts'
import type { PullEvent, WaitingContainer, WaitingPod } from '../../src/model/observation.ts'
import { everything } from '../checks/check-table.ts'
import { kind, type KindOptions } from '../sessions/kind.ts'

/** The run is at 10:50:00. */
const at = (time: string): string => `2026-11-21T${time}.000Z`
const image = 'localhost:5001/app:1'
const pod = (reason: string, message?: string, more: Partial<WaitingContainer> = {}): WaitingPod => ({
  namespace: 'default',
  name: 'app',
  uid: 'u1',
  node: 'dev-worker',
  hasPullSecrets: false,
  containers: [{ name: 'app', kind: 'container', image, reason, ...(message !== undefined && { message }), ...more }],
})
const event = (reason: string, message: string, time: string, more: Partial<PullEvent> = {}): PullEvent => ({
  namespace: 'default',
  pod: 'app',
  uid: 'u1',
  container: 'app',
  reason,
  message,
  since: at(time),
  at: at(time),
  count: 1,
  ...more,
})
const failed = (why: string, time: string, more: Partial<PullEvent> = {}): PullEvent =>
  event('Failed', `Failed to pull image "${image}": ${why}`, time, more)

async function symptoms(options: KindOptions): Promise<PullSymptom[]> {
  const { look } = kind({ images: [], ...options })
  const { clusters, registries } = await discover(look, everything)
  return pullSymptoms(look, clusters[0]!, registries)
}

describe('which pods cannot get their image', () => {
  test.each([
    'ErrImagePull',
    'ImagePullBackOff',
    'ErrImageNeverPull',
    'InvalidImageName',
    'ImageInspectError',
    'RegistryUnavailable',
    'SignatureValidationFailed',
  ])('those in %s', async (reason) => expect(await symptoms({ waiting: [pod(reason, 'why')] })).toMatchObject([{ reason, message: 'why' }]))
  test.each(['CrashLoopBackOff', 'CreateContainerConfigError', 'ContainerCreating', 'PodInitializing'])('not those in %s', async (reason) =>
    expect(await symptoms({ waiting: [pod(reason, 'why')] })).toEqual([]),
  )
  test.each(['init', 'ephemeral'] as const)('%s containers too', async (of) =>
    expect(await symptoms({ waiting: [pod('ErrImagePull', 'why', { kind: of })] })).toMatchObject([{ container: { kind: of } }]),
  )
  test.each([
    ['an hour ago', '09:50:00', true],
    ['31 seconds ago', '10:49:29', true],
    ['29 seconds ago', '10:49:31', false],
  ])('a pull that began %s and has no outcome', async (_when, time, isOne) => {
    const found = await symptoms({ waiting: [pod('ContainerCreating')], events: [event('Pulling', `Pulling image "${image}"`, time)] })
    expect(found.map((one) => one.reason)).toEqual(isOne ? ['Pulling'] : [])
  })
  test('not a pull that ended', async () =>
    expect(
      await symptoms({
        waiting: [pod('ContainerCreating')],
        events: [event('Pulling', 'Pulling image', '09:00:00'), event('Pulled', 'Successfully pulled', '09:00:01')],
      }),
    ).toEqual([]))
})

describe('what is said of it', () => {
  const why = 'failed to pull and unpack image "localhost:5001/app:1": dial tcp [::1]:5001: connect: connection refused'
  const backOff = `Back-off pulling image "${image}"`

  test('by the state of the container, since Kubernetes 1.32', async () =>
    expect(await symptoms({ waiting: [pod('ImagePullBackOff', `${backOff}: ErrImagePull: ${why}`)] })).toMatchObject([
      { error: { class: 'connection-refused' } },
    ]))
  test('by the last event that tells of a failure, before', async () =>
    expect(
      await symptoms({
        waiting: [pod('ImagePullBackOff', backOff)],
        events: [
          failed('of old', '10:00:00'),
          failed(why, '10:49:00'),
          event('BackOff', backOff, '10:49:30'),
          event('Failed', 'Error: ImagePullBackOff', '10:49:31'),
        ],
      }),
    ).toMatchObject([{ message: `Failed to pull image "${image}": ${why}`, error: { class: 'connection-refused' } }]))
  test('by nothing, where the events are gone', async () =>
    expect(await symptoms({ waiting: [pod('ImagePullBackOff', backOff)] })).toMatchObject([
      { message: backOff, error: { class: 'unknown' } },
    ]))
  test('not by the events of another container, or of a pod of the same name that is gone', async () =>
    expect(
      await symptoms({
        waiting: [pod('ImagePullBackOff', backOff)],
        events: [failed(why, '10:49:00', { container: 'other' }), failed(why, '10:49:00', { uid: 'u0' })],
      }),
    ).toMatchObject([{ message: backOff }]))
  test('where events may not be read', async () =>
    expect(await symptoms({ waiting: [pod('ErrImagePull', why)], fails: ['kube.pullEvents'] })).toMatchObject([{ message: why }]))
})

describe('when the kubelet tries again', () => {
  test.each([
    [1, '10:49:10'],
    [2, '10:49:20'],
    [5, '10:51:40'],
    [6, '10:54:00'],
    [40, '10:54:00'],
  ])('after %i failures, the last at 10:49:00', async (count, time) =>
    expect(await symptoms({ waiting: [pod('ImagePullBackOff', 'why')], events: [failed('why', '10:49:00', { count })] })).toMatchObject([
      { backOffUntil: at(time) },
    ]),
  )
  test('is not known without an event', async () =>
    expect((await symptoms({ waiting: [pod('ImagePullBackOff', 'why')] }))[0]).not.toHaveProperty('backOffUntil'))
})

describe('whose image it is', () => {
  test.each([
    ['localhost:5001/app:1', 'kind-registry', 'localhost:5001'],
    ['localhost:5001/App:1', 'kind-registry', 'localhost:5001'],
    ['http://localhost:5001/app:1', 'kind-registry', 'localhost:5001'],
    [' localhost:5001/app:1', 'kind-registry', 'localhost:5001'],
    ['nginx', null, 'docker.io'],
    ['registry.k8s.io/pause:3.10', null, 'registry.k8s.io'],
  ])('%s', async (name, registry, registryHost) => {
    const [found] = await symptoms({ waiting: [pod('ErrImagePull', 'why', { image: name })] })
    expect(found!.registry?.name ?? null).toBe(registry)
    expect(found!.registryHost).toBe(registryHost)
  })
})
