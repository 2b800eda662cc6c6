import { describe, expect, test } from 'vitest'
import { discover } from '../../../src/discover/discover.ts'
import { pushCheck } from '../../../src/effects/probe/checks.ts'
import { notPushed, notReached } from '../../../src/effects/probe/not-pushed.ts'
import type { HttpAnswer, HttpFailure } from '../../../src/model/observation.ts'
import type { Registry } from '../../../src/model/topology.ts'
import { everything } from '../../checks/check-table.ts'
import { kindRegistry } from '../../derive/registry.ts'
import { kind, type KindOptions } from '../../sessions/kind.ts'

const { clusters } = await discover(kind().look, everything)
const cluster = clusters[0]!
const status = (code: number): HttpAnswer => ({ status: code, headers: {}, body: '', ms: 1 })
const failure = (code: string, connected: boolean): HttpFailure => ({ error: { code, message: 'why', connected }, ms: 1 })

describe('what the answer means that ended a push', () => {
  test.each<[HttpAnswer, RegExp]>([
    [status(401), /wants credentials for a push \(HTTP 401\)/],
    [status(403), /wants credentials for a push \(HTTP 403\)/],
    [status(404), /takes no pushes \(HTTP 404\)/],
    [status(405), /takes no pushes \(HTTP 405\)/],
    [status(307), /takes no pushes \(HTTP 307\)/],
  ])('%j: it is skipped', (answer, reason) =>
    expect(notPushed(cluster, kindRegistry, 'POST x', answer)).toEqual({ skip: expect.stringMatching(reason) }),
  )

  test.each<[HttpAnswer | HttpFailure, string, object]>([
    [status(500), 'registry-server-error', { kind: 'registry', cluster: 'dev', name: 'kind-registry' }],
    [status(503), 'registry-server-error', { kind: 'registry', cluster: 'dev', name: 'kind-registry' }],
    [failure('TIMEOUT', true), 'registry-hanging', { kind: 'registry', name: 'kind-registry' }],
    [failure('TIMEOUT', false), 'registry-not-answering', { kind: 'registry', name: 'kind-registry' }],
    [failure('ECONNREFUSED', false), 'registry-not-answering', { kind: 'registry', name: 'kind-registry' }],
    [failure('UND_ERR_SOCKET', true), 'registry-not-answering', { kind: 'registry', name: 'kind-registry' }],
  ])('%j: %s', (answer, code, subject) => {
    const why = notPushed(cluster, kindRegistry, 'POST x', answer)
    expect(why).toMatchObject({ finding: { code, subject, hop: 'push', evidence: [{ vantage: 'host', asked: 'POST x' }] } })
    expect(pushCheck.finds).toContain(code)
  })
})

describe('where the API of the registry is not reached from here', () => {
  const why = async (options: KindOptions, registry: Partial<Registry> = {}) =>
    notReached({ look: kind(options).look }, { ...kindRegistry, ...registry })

  test('nothing serves as it', async () =>
    expect(await why({}, { place: 'missing' })).toEqual({ blocked: 'nothing can be pushed: nothing serves as kind-registry' }))
  test('it is not published', async () => {
    const { hostAddress: _, ...unpublished } = kindRegistry
    expect(await notReached({ look: kind().look }, unpublished)).toEqual({
      skip: expect.stringMatching(/^kind-registry is not published on the host/),
    })
  })
  test('the engine reaches it: by that', async () => expect(await why({ engine: 'registry' })).toEqual({ byEngine: 'localhost:5001' }))
  test('the engine does not reach it either', async () =>
    expect(await why({ engine: 'refused' })).toEqual({ blocked: 'nothing can be pushed: kind-registry does not answer at 127.0.0.1:5001' }))
  test('the engine cannot be asked', async () =>
    expect(await why({ fails: ['docker.distribution'] })).toEqual({
      blocked: 'nothing can be pushed: kind-registry does not answer at 127.0.0.1:5001',
    }))
})
