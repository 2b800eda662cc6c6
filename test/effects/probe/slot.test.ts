import { describe, expect, test } from 'vitest'
import { claimOf } from '../../../src/effects/probe/claim.ts'
import { nothingMade } from '../../../src/effects/probe/clean.ts'
import { referencesOfSlots } from '../../../src/effects/probe/node-images.ts'
import { takeSlot } from '../../../src/effects/probe/slot.ts'
import { probeNamespace, probeSlots } from '../../../src/model/probe.ts'
import { KubeError } from '../../../src/ports/kube.ts'
import { fakes, probed, type FakeOptions } from './fake-ports.ts'

const hosts = ['localhost:5001']
const references = (await referencesOfSlots('dev', hosts)).flat()

interface Before extends FakeOptions {
  /** By slot, whose process it is, and where; a dead one is left over. */
  readonly claims?: { readonly [slot: number]: 'living' | 'dead' | 'elsewhere' | 'ending' }
  /** What nodes hold: of a slot, or of another version of this tool. */
  readonly held?: readonly (number | 'of another version')[]
}

/** The world of the fakes is at 10:50. */
const created = '2026-11-21T10:49:00Z'
const owners = {
  living: { host: 'here', pid: 1 },
  dead: { host: 'here', pid: 99 },
  elsewhere: { host: 'there', pid: 99 },
  ending: { host: 'here', pid: 99 },
}

async function take({ claims = {}, held = [], ...options }: Before, change?: (fake: Awaited<ReturnType<typeof fakes>>) => void) {
  const fake = await fakes({ isAlive: (pid) => pid === 1, ...options })
  for (const [slot, whose] of Object.entries(claims)) {
    const { metadata, ...rest } = claimOf(Number(slot), owners[whose]) as { metadata: object }
    const deletionTimestamp = whose === 'ending' && { deletionTimestamp: created }
    fake.api.namespaces.set(probeNamespace(Number(slot)), {
      ...rest,
      metadata: { ...metadata, creationTimestamp: created, ...deletionTimestamp },
    })
  }
  for (const one of held) fake.api.images.add(`dev-worker ${typeof one === 'number' ? references[one] : probed('f')}`)
  change?.(fake)
  const made = nothingMade()
  const taken = await takeSlot(fake.tools, fake.cluster, hosts, made)
  const left = [...fake.api.images].map((one) => {
    const slot = references.indexOf(one.slice('dev-worker '.length))
    return slot < 0 ? 'of another version' : slot
  })
  return {
    taken,
    made: made.namespace?.name,
    left,
    namespaces: [...fake.api.namespaces.keys()].toSorted(),
    told: fake.told,
    calls: fake.calls,
  }
}

test('the slot is taken by its namespace', async () =>
  expect(await take({ pid: 11 })).toMatchObject({
    taken: { slot: 3 },
    made: 'registry-doctor-probe-3',
    namespaces: ['registry-doctor-probe-3'],
  }))

test.each<[string, Before, number]>([
  ['another run has it', { claims: { 0: 'living' } }, 1],
  ['several have', { claims: { 0: 'elsewhere', 1: 'living', 2: 'ending' } }, 3],
  ['it is the last one: begins again', { pid: 7, claims: { 7: 'living' } }, 0],
  ['a node holds its image: the registry would not be asked for it', { held: [0, 1] }, 2],
  ['nodes hold the images of all that are free', { claims: { 2: 'living' }, held: [0, 1, 3, 4, 5, 6, 7] }, 0],
])('the next one, where %s', async (_why, before, slot) => expect((await take(before)).taken).toEqual({ slot }))

test("another run takes it in between: the next one, and that one's is not ours to remove", async () => {
  const { taken, made } = await take({}, ({ api }) => {
    const { get } = api.port
    api.port.get = async (way, path) => {
      const listed = structuredClone(await get(way, path))
      api.namespaces.set(probeNamespace(0), claimOf(0, owners.living))
      return listed
    }
  })
  expect({ taken, made }).toEqual({ taken: { slot: 1 }, made: 'registry-doctor-probe-1' })
})

test('all are taken', async () => {
  const claims = Object.fromEntries(Array.from({ length: probeSlots }, (_, slot) => [slot, 'living' as const]))
  expect(await take({ claims })).toMatchObject({ taken: { blocked: '8 other probes of dev are under way', code: 'busy' }, made: undefined })
})

describe('what an earlier run left', () => {
  test('is taken away, with its pods', async () => {
    const { taken, namespaces, told, calls } = await take({ claims: { 0: 'dead' } }, ({ api }) => {
      void api.port.create({ context: 'kind-dev' }, `/api/v1/namespaces/${probeNamespace(0)}/pods`, {
        metadata: { name: 'on-dev-worker' },
        spec: { nodeName: 'dev-worker', containers: [{ image: references[0]! }] },
      })
    })
    expect({ taken, namespaces }).toEqual({ taken: { slot: 1 }, namespaces: [probeNamespace(1)] })
    expect(told).toContain('removing registry-doctor-probe-0, which an earlier run left')
    expect(calls.filter((one) => one.startsWith('kube.remove'))).toEqual([
      `kube.remove  /api/v1/namespaces/${probeNamespace(0)}/pods/on-dev-worker?gracePeriodSeconds=1`,
      `kube.remove  /api/v1/namespaces/${probeNamespace(0)}`,
    ])
  })
  test('also images of it, and of other versions of this tool', async () =>
    expect((await take({ claims: { 0: 'dead' }, held: [0, 5, 'of another version'] })).left).toEqual([]))
  test('but what a living run may be about to use', async () =>
    expect((await take({ claims: { 5: 'living', 0: 'dead' }, held: [0, 5, 'of another version'] })).left).toEqual([
      5,
      'of another version',
    ]))
  test('but what a run has pulled that came meanwhile', async () => {
    const { taken, left } = await take({}, ({ api }) => {
      const { get } = api.port
      api.port.get = async (way, path) => {
        const listed = structuredClone(await get(way, path))
        api.namespaces.set(probeNamespace(0), claimOf(0, owners.living))
        api.images.add(`dev-worker ${references[0]}`)
        return listed
      }
    })
    expect({ taken, left }).toEqual({ taken: { slot: 1 }, left: [0] })
  })
  test('nothing of who is elsewhere', async () =>
    expect(await take({ claims: { 0: 'elsewhere' }, held: [0] })).toMatchObject({
      left: [0],
      namespaces: [probeNamespace(0), probeNamespace(1)],
    }))
})

describe('the API', () => {
  test('does not let namespaces be listed', async () => {
    const { taken, made } = await take({}, ({ api }) => {
      api.port.get = async () => ({ status: 403, body: { message: 'namespaces is forbidden' } })
    })
    expect({ taken, made }).toEqual({
      taken: { blocked: 'namespaces cannot be listed: namespaces is forbidden', code: 'kube-forbidden' },
      made: undefined,
    })
  })
  test('does not let namespaces be made', async () =>
    expect(
      await take({}, ({ api }) => void api.refuses.set('/namespaces', { status: 403, body: { message: 'cannot create' } })),
    ).toMatchObject({
      taken: { blocked: 'the cluster refuses a namespace for the probe: cannot create', code: 'kube-forbidden' },
      made: undefined,
    }))
  test('is asked by the next way where the first one does not lead there', async () => {
    const { taken } = await take({}, ({ api }) => {
      const { get } = api.port
      api.port.get = async (way, path) => {
        if ('context' in way) throw new KubeError('kube-unreachable', 'refused')
        return get(way, path)
      }
    })
    expect(taken).toEqual({ slot: 0 })
  })
  test('is not there by any way: the last failure is told', async () => {
    const without = take({}, ({ api }) => {
      api.port.get = async (way) => {
        throw new KubeError('kube-unreachable', 'node' in way ? 'not in the node either' : 'refused')
      }
    })
    await expect(without).rejects.toThrow('not in the node either')
  })
})

describe('without the API', () => {
  test('no namespace is made', async () => {
    const { calls, ...rest } = await take({ by: 'cri' })
    expect(rest).toMatchObject({ taken: { slot: 0 }, made: undefined, namespaces: [] })
    expect(calls.filter((one) => !one.startsWith('docker.run'))).toEqual([])
  })
  test('a slot of which no node has an image', async () =>
    expect(await take({ by: 'cri', held: [0, 1] })).toMatchObject({ taken: { slot: 2 }, left: [0, 1] }))
  test('where all have, they are removed', async () =>
    expect(await take({ by: 'cri', held: [0, 1, 2, 3, 4, 5, 6, 7] })).toMatchObject({ taken: { slot: 0 }, left: [] }))
})

test('ended: no namespace is made any more', async () => {
  const ended = take({}, ({ controller }) => controller.abort(new Error('interrupted')))
  await expect(ended).rejects.toThrow('interrupted')
})
