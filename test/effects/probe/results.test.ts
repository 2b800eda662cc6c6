import { describe, expect, test } from 'vitest'
import { hopsOf, resultOf, type NodeResult } from '../../../src/effects/probe/results.ts'
import type { ContainerProgress } from '../../../src/effects/probe/progress.ts'
import type { Finding } from '../../../src/model/finding.ts'
import type { Hop } from '../../../src/model/words.ts'

const legs = (progress: ContainerProgress, failed: Hop | null = null): string[] =>
  hopsOf('a:5000', 7, progress, failed).map(({ hop, status, ms }) => [hop, status, ms].filter((one) => one !== undefined).join(' '))
const failure = { reason: 'StartError', message: 'why' }

test.each<[string, ContainerProgress, Hop | null, string[]]>([
  ['it ran', { pulledAt: 40, pullMs: 30, exitedAt: 55, exitCode: 0 }, null, ['push pass 7', 'unpack pass 30', 'start pass 15']],
  [
    'only the watch tells how long the pull took',
    { pullingAt: 10, pulledAt: 40, exitedAt: 55 },
    null,
    ['push pass 7', 'unpack pass 30', 'start pass 15'],
  ],
  [
    'its pull is told of after its end',
    { pullingAt: 10, pullMs: 30, pulledAt: 60, exitedAt: 55 },
    null,
    ['push pass 7', 'unpack pass 30', 'start pass 15'],
  ],
  ['all is told of after its end', { pullMs: 30, pulledAt: 60, exitedAt: 55 }, null, ['push pass 7', 'unpack pass 30', 'start pass']],
  ['nothing tells how long', { exitedAt: 55 }, null, ['push pass 7', 'unpack pass', 'start pass']],
  ['it was only pulled', { pullingAt: 0, pulledAt: 9, pullMs: 9 }, null, ['push pass 7', 'unpack pass 9']],
  ['its name was not found', { pullingAt: 10, failure: { reason: 'ErrImagePull', message: 'why' } }, 'name', ['push pass 7', 'name fail']],
  ['it did not start', { pulledAt: 40, pullMs: 30, exitedAt: 55, failure }, 'start', ['push pass 7', 'unpack pass 30', 'start fail']],
  ['it did not start, before its pull was told of', { failure }, 'start', ['push pass 7', 'unpack pass', 'start fail']],
])('the legs where %s', (_what, progress, failed, expected) => expect(legs(progress, failed)).toEqual(expected))

describe('the result of a node', () => {
  const finding = { code: 'container-not-started' } as Finding
  const blocked = { code: 'timeout', reason: 'no word' }
  const of = (more: Partial<NodeResult>) => resultOf('dev', { node: 'n', findings: [], hops: [], durationMs: 9, ...more })

  test('is blocked where nothing is known', () =>
    expect(of({ blocked })).toEqual({
      subject: { kind: 'node', cluster: 'dev', name: 'n' },
      status: 'blocked',
      reason: 'no word',
      failureCode: 'timeout',
      findings: [],
      durationMs: 9,
    }))
  test('is what was found, also where another registry host is not known', () =>
    expect(of({ blocked, findings: [finding] })).toMatchObject({ status: 'pass', findings: [finding] }))
  test('has the time of each leg', () =>
    expect(of({ hops: hopsOf('a:5000', 7, { pulledAt: 40, pullMs: 30, exitedAt: 55 }, null) }).timings).toEqual({
      push: 7,
      unpack: 30,
      start: 15,
    }))
  test('has them by registry host where there are several', () => {
    const ran = { pulledAt: 40, pullMs: 30, exitedAt: 55 }
    const { timings = {}, hops = [] } = of({ hops: ['a:1', 'b:2'].flatMap((host) => hopsOf(host, 7, ran, null)) })
    expect(Object.keys(timings)).toEqual(hops.map(({ hop, registryHost }) => `${hop} by ${registryHost}`))
  })
})
