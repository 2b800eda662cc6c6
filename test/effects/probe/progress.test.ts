import * as fc from 'fast-check'
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hasImage, isOver, isTold, startProgress, withEvent, withPod, type PodProgress } from '../../../src/effects/probe/progress.ts'
import type { Json } from '../../../src/model/json.ts'
import { followed, recorded, type RecordedChange } from './recorded.ts'

/** What a recorded stream comes to, and how many of its lines it takes to be over. */
interface Row {
  readonly containers?: number
  readonly comesTo: object
  readonly overAfter: number | null
  readonly isTold: boolean
  readonly hasImage: boolean
}

const missing = expect.stringMatching(/^(?:Failed to pull image|rpc error: code = NotFound).+/)
const rows: { readonly [stream: string]: Row } = {
  healthy: {
    containers: 2,
    comesTo: {
      containers: [
        { pullingAt: 227, pulledAt: 322, pullMs: 93, startedAt: 587, exitedAt: 1644, exitCode: 0 },
        { pullingAt: 619, pulledAt: 761, pullMs: 158, startedAt: 881, exitedAt: 1644, exitCode: 0 },
      ],
    },
    overAfter: 11,
    isTold: true,
    hasImage: true,
  },
  'image-missing': {
    comesTo: { containers: [{ pullingAt: 357, failure: { reason: 'ErrImagePull', message: missing } }] },
    overAfter: 4,
    isTold: true,
    hasImage: false,
  },
  // The kubelet's next try worked; what is told is that the first one did not.
  'registry-detached': {
    comesTo: {
      containers: [{ pullingAt: 287, failure: { reason: 'ErrImagePull', message: expect.stringContaining('failed to resolve') } }],
    },
    overAfter: 4,
    isTold: true,
    hasImage: false,
  },
  'pull-hangs': { comesTo: { containers: [{ pullingAt: 369 }] }, overAfter: null, isTold: false, hasImage: false },
  'command-missing': {
    comesTo: {
      containers: [
        {
          pulledAt: 460,
          pullMs: 158,
          exitCode: 128,
          failure: {
            reason: 'StartError',
            message: expect.stringMatching(/exec: "\/nothing": stat \/nothing: no such file or directory$/),
          },
        },
      ],
    },
    overAfter: 7,
    isTold: true,
    hasImage: true,
  },
  'out-of-cpu': {
    comesTo: { rejected: { reason: 'OutOfcpu', message: expect.stringContaining('requested: 900000, used: 3, capacity: 2000') } },
    overAfter: 3,
    isTold: true,
    hasImage: false,
  },
  deleted: {
    comesTo: { containers: [{ pullingAt: 615 }], rejected: { reason: 'Deleted', message: 'the pod was removed by someone else' } },
    overAfter: 5,
    isTold: true,
    hasImage: false,
  },
  'ended-at-its-deadline': {
    comesTo: { rejected: { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' } },
    overAfter: 12,
    isTold: true,
    hasImage: true,
  },
}

test('every recorded stream has a row', () => {
  const folder = new URL('../../../fixtures/probe', import.meta.url)
  const streams = readdirSync(folder).flatMap((name) => (name.endsWith('.jsonl') ? [name.slice(0, -'.jsonl'.length)] : []))
  expect(Object.keys(rows).toSorted()).toEqual(streams.toSorted())
})

describe.each(Object.entries(rows))('%s', (stream, row) => {
  const lines = recorded(stream)
  const whole = followed(lines, row.containers)

  test('comes to what was', () => {
    expect(whole).toMatchObject(row.comesTo)
    expect({ isTold: isTold(whole), hasImage: hasImage(whole.containers[0]!) }).toEqual({ isTold: row.isTold, hasImage: row.hasImage })
    expect(followed(lines.slice(0, 1)).isTaken, 'by being made').toBeUndefined()
    expect(whole.isTaken, 'by its kubelet').toBe(stream === 'out-of-cpu' ? undefined : true)
    expect(whole.uid).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('is over as soon as that is known, and stays so', () => {
    const over = lines.map((_, count) => isOver(followed(lines.slice(0, count + 1), row.containers)))
    expect(over.indexOf(true) + 1 || null).toBe(row.overAfter)
    expect(over.slice(over.indexOf(true)).every(Boolean) || row.overAfter === null).toBe(true)
  })

  // Two watches: each keeps its order, and neither waits for the other.
  test('comes to the same verdict however the two watches are interleaved', () => {
    const verdict = ({ containers, rejected }: PodProgress): object => ({
      rejected: rejected?.reason,
      containers: containers.map((one) => ({ failed: one.failure?.reason, exitCode: one.exitCode, hasImage: hasImage(one) })),
    })
    const [pods, events] = [lines.filter((one) => one.of === 'pods'), lines.filter((one) => one.of === 'events')]
    const firstOfPods = fc.array(fc.boolean(), { minLength: lines.length, maxLength: lines.length })
    fc.assert(
      fc.property(firstOfPods, (picks) => {
        const [left, right] = [[...pods], [...events]]
        const mixed = picks.flatMap((isPod) => (isPod ? left.shift() : right.shift()) ?? [])
        const order = [...mixed, ...left, ...right].map((one, at) => ({ ...one, at }))
        expect(verdict(followed(order, row.containers))).toEqual(verdict(whole))
      }),
    )
  })
})

const waiting = (reason: string, message?: string): RecordedChange => podLine({ waiting: { reason, ...(message && { message }) } })
const podLine = (state: Json, name = 'by-0', more: { readonly [name: string]: Json } = {}): RecordedChange => ({
  of: 'pods',
  at: 1,
  type: 'MODIFIED',
  object: { metadata: { uid: 'u1' }, status: { phase: 'Pending', containerStatuses: [{ name, state }], ...more } },
})
const eventLine = (reason: string, message: string, fieldPath: string | null = 'spec.containers{by-0}'): RecordedChange => ({
  of: 'events',
  at: 2,
  type: 'ADDED',
  object: { reason, message, involvedObject: { name: 'on-dev-worker', ...(fieldPath !== null && { fieldPath }) } },
})
const only = (...changes: readonly RecordedChange[]) => followed(changes).containers[0]!

describe('a back-off', () => {
  const backOff = 'Back-off pulling image "a:5000/b@sha256:00"'
  const cause = 'Failed to pull image "a:5000/b@sha256:00": connection refused'

  test('tells nothing without its cause, as of kubelets before 1.32', () => expect(only(waiting('ImagePullBackOff', backOff))).toEqual({}))
  test('has its cause from the event then', () =>
    expect(only(waiting('ImagePullBackOff', backOff), eventLine('Failed', cause))).toEqual({
      failure: { reason: 'ErrImagePull', message: cause },
    }))
  test('tells its cause since', () =>
    expect(only(waiting('ImagePullBackOff', `${backOff}: ErrImagePull: why`)).failure?.message).toMatch(/why$/))
  test.each(['Error: ErrImagePull', 'Error: ImagePullBackOff', 'Error: failed to create containerd task'])(
    'is not told by the event "%s"',
    (message) => expect(only(eventLine('Failed', message))).toEqual({}),
  )
})

describe('a container', () => {
  test.each([
    'ErrImagePull',
    'ErrImageNeverPull',
    'InvalidImageName',
    'ImageInspectError',
    'RegistryUnavailable',
    'SignatureValidationFailed',
  ])('that cannot be pulled: %s', (reason) => {
    const found = only(waiting(reason, 'why'))
    expect(found).toEqual({ failure: { reason, message: 'why' } })
    expect(hasImage(found)).toBe(false)
  })
  test.each(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'])('that cannot be started: %s', (reason) => {
    const found = only(waiting(reason, 'why'))
    expect(found).toEqual({ failure: { reason, message: 'why' } })
    expect(hasImage(found), 'also where the event of its pull comes later').toBe(true)
    expect(only(waiting(reason, 'why'), eventLine('Pulled', 'pulled image in 5ms.'))).toMatchObject({ pulledAt: 2 })
  })
  test.each(['ContainerCreating', 'PodInitializing', 'CrashLoopBackOff'])('that only waits: %s', (reason) =>
    expect(only(waiting(reason, 'why'))).toEqual({}),
  )
  test('that ended with a code of its own, without a word', () =>
    expect(only(podLine({ terminated: { exitCode: 1, reason: 'Error' } })).failure).toEqual({
      reason: 'Error',
      message: 'it ended with 1',
    }))
  test('that failed to be pulled is not taken to be there by what comes later', () => {
    const found = only(
      waiting('ErrImagePull', 'why'),
      eventLine('Pulling', ''),
      eventLine('Pulled', 'image in 5ms.'),
      podLine({ running: {} }),
    )
    expect(found).toEqual({ failure: { reason: 'ErrImagePull', message: 'why' } })
  })
  test('that ran did not fail by what is told of an earlier try', () =>
    expect(only(podLine({ terminated: { exitCode: 0 } }), eventLine('Failed', 'Failed to pull image "a"')).failure).toBeUndefined())
})

test.each([
  [eventLine('Pulled', 'pulled', 'spec.containers{istio-proxy}')],
  [eventLine('Pulled', 'pulled', 'spec.initContainers{by-0}')],
  [eventLine('Pulled', 'pulled', null)],
  [podLine({ terminated: { exitCode: 1 } }, 'istio-proxy')],
])('what is told of another container changes nothing: %j', (line) => expect(only(line)).toEqual({}))

test('an event after the end of the pod still tells how long the pull took', () => {
  const ended = followed([podLine({ terminated: { exitCode: 0 } }, 'by-0', { phase: 'Succeeded' })])
  expect([isOver(ended), isTold(ended)]).toEqual([true, false])
  const later = withEvent(ended, eventLine('Pulled', 'Successfully pulled image "a" in 7ms (9ms including waiting).'), 5)
  expect([isOver(later), isTold(later), later.containers[0]]).toEqual([
    true,
    true,
    { startedAt: 1, exitedAt: 1, exitCode: 0, pulledAt: 5, pullMs: 9 },
  ])
})

test('a pod that is over is not rejected by being removed', () => {
  const removed = { ...podLine({ terminated: { exitCode: 0 } }), type: 'DELETED' }
  expect(withPod(startProgress(1), removed, 1).rejected).toBeUndefined()
})

test('a pod that was evicted is rejected, whatever is said of its containers', () => {
  const state = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } }
  const evicted = podLine(state, 'by-0', { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource' })
  expect(followed([evicted]).rejected).toEqual({ reason: 'Evicted', message: 'The node was low on resource' })
})

test.each([
  ['Successfully pulled image "a" in 45.2ms (51ms including waiting). Image size: 3455 bytes.', 51],
  ['Successfully pulled image "a" in 45.2ms. Image size: 3455 bytes.', 45],
  ['Successfully pulled image "a" in 1.2s (1.2s including waiting)', 1200],
  ['Successfully pulled image "a" in 1m2.5s (1m2.5s including waiting)', 62_500],
  ['Successfully pulled image "a" in 1h0m0s (1h0m1s including waiting)', 3_601_000],
  ['Successfully pulled image "a" in 900µs (950µs including waiting)', 1],
  ['Successfully pulled image "a" in 45.2ms', 45],
  ['Container image "a" already present on machine', undefined],
  ['', undefined],
])('%j took %s ms', (message, ms) => expect(only(eventLine('Pulled', message)).pullMs).toBe(ms))
