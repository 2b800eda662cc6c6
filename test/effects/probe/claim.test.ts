import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { claimOf, claimsPath, freeSlots, isAbandoned, readClaims, type Claim } from '../../../src/effects/probe/claim.ts'
import type { Json } from '../../../src/model/json.ts'
import { isProbeNamespace, probeNamespace, probeSlots } from '../../../src/model/probe.ts'

const here = { host: 'laptop', pid: 100 }
const now = '2026-11-21T10:50:00.000Z'
const [young, old] = ['2026-11-21T10:49:30Z', '2026-11-21T10:39:59Z']
const claim = (more: Partial<Claim>): Claim => ({ namespace: probeNamespace(0), createdAt: young, isEnding: false, ...more })

test.each<[string, Claim, boolean]>([
  ['a living process of this host', claim({ owner: { host: 'laptop', pid: 7 } }), false],
  ['a process of this host that is gone', claim({ owner: { host: 'laptop', pid: 8 } }), true],
  ['a process of this host whose number another one has by now', claim({ owner: { host: 'laptop', pid: 7 }, createdAt: old }), true],
  ['a process of another host', claim({ owner: { host: 'builder', pid: 8 } }), false],
  ['a process of another host, long ago', claim({ owner: { host: 'builder', pid: 8 }, createdAt: old }), true],
  ['nobody knows whose', claim({}), false],
  ['nobody knows whose, long ago', claim({ createdAt: old }), true],
  ['one that is being removed', claim({ owner: { host: 'laptop', pid: 8 }, createdAt: old, isEnding: true }), false],
  ['one from the future: the clocks differ', claim({ createdAt: '2026-11-21T11:50:00Z' }), false],
  ['one of no time, which no API gives', claim({ createdAt: '' }), true],
])('%s: abandoned is %3$s', (_whose, one, isLeft) => expect(isAbandoned(one, here, (pid) => pid === 7, now)).toBe(isLeft))

describe('what the API lists', () => {
  const listed = (metadata: object): Json => ({ items: [{ metadata } as Json] })

  test('is read as it was made', () => {
    const made = claimOf(3, here) as { metadata: object }
    expect(readClaims(listed({ ...made.metadata, creationTimestamp: young }))).toEqual([
      { namespace: probeNamespace(3), owner: here, createdAt: young, isEnding: false },
    ])
  })
  test('is asked for by what is made', () => {
    const { labels } = (claimOf(3, here) as { metadata: { labels: { [name: string]: string } } }).metadata
    const selector = new URL(claimsPath, 'https://api').searchParams.get('labelSelector')
    expect(selector?.split(',').toSorted()).toEqual(
      Object.entries(labels)
        .map((one) => one.join('='))
        .toSorted(),
    )
  })
  test.each(['shop', 'registry-doctor-probe-', 'registry-doctor-probe-x', 'registry-doctor-probe-1-mine', 'my-registry-doctor-probe-1'])(
    'is left alone where it only has our labels: %s',
    (name) => expect(readClaims(listed({ name, creationTimestamp: old }))).toEqual([]),
  )
  test.each<[string, object, object]>([
    ['without annotations', {}, {}],
    ['with an owner that cannot be read', { annotations: { 'registry-doctor/owner': 'laptop' } }, {}],
    ['with a host that has a slash', { annotations: { 'registry-doctor/owner': 'a/b/7' } }, { owner: { host: 'a/b', pid: 7 } }],
    ['that is being removed', { deletionTimestamp: now }, { isEnding: true }],
  ])('is a claim %s', (_what, metadata, more) =>
    expect(readClaims(listed({ name: probeNamespace(1), creationTimestamp: young, ...metadata }))).toEqual([
      claim({ namespace: probeNamespace(1), ...more }),
    ]),
  )
  test.each([null, {}, 'not json', { items: [] }, { items: [{}] }])('is nothing where it is %j', (list) =>
    expect(readClaims(list)).toEqual([]),
  )
})

const slots = fc.integer({ min: 0, max: probeSlots - 1 })

test('the free slots are all but the taken ones, each once, the preferred one first', () => {
  fc.assert(
    fc.property(fc.uniqueArray(slots), slots, (taken, preferred) => {
      const free = freeSlots(
        taken.map((slot) => claim({ namespace: probeNamespace(slot) })),
        preferred,
      )
      expect([...free, ...taken].toSorted((a, b) => a - b)).toEqual(Array.from({ length: probeSlots }, (_, slot) => slot))
      expect(free[0] === preferred || taken.includes(preferred)).toBe(true)
    }),
  )
})

test('the namespace of every slot is that of a probe', () => {
  fc.assert(fc.property(slots, (slot) => isProbeNamespace(probeNamespace(slot))))
})
