import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseBundle } from '../../src/bundle/bundle.ts'
import { judgedSymptoms } from '../../src/derive/judged-symptoms.ts'
import { discover } from '../../src/discover/discover.ts'
import { liveSession, replaySession } from '../../src/engine/session.ts'
import type { CommandOutcome, Look, Query } from '../../src/model/observation.ts'
import { everything } from '../checks/check-table.ts'
import { kind } from '../sessions/kind.ts'
import { pullTrace } from '../sessions/recorded.ts'

const image = 'localhost:5001/lab/hello:1'
const waiting = [
  {
    namespace: 'default',
    name: 'app',
    uid: 'u1',
    node: 'dev-worker',
    hasPullSecrets: false,
    containers: [{ name: 'app', kind: 'container' as const, image, reason: 'ImagePullBackOff', message: 'unexpected EOF' }],
  },
]

/** A registry that serves, or resets the connection, try by try. */
function flaky(...tries: readonly ('serves' | 'resets')[]): Look {
  const { look } = kind({ images: [], waiting })
  const served = pullTrace('mirrored', '2.1.4')
  const reset: CommandOutcome = {
    ...served,
    exitCode: 1,
    stdout: '',
    stderr: `${served.stderr.split('\n').slice(0, 1).join('\n')}\nctr: failed to resolve reference "${image}": failed to do request: Head "http://kind-registry:5000/v2/lab/hello/manifests/1?ns=localhost%3A5001": EOF\n`,
  }
  const answers = new Proxy(
    {},
    {
      get: (_target, asked: never) => async (query: never) => {
        const { image: wanted, node, hostsDir, again = 0 } = query as Query<'node.trace'>
        const isMeant = asked === 'node.trace' && wanted === image && node === 'dev-worker' && hostsDir !== undefined
        return isMeant ? { serves: served, resets: reset }[tries[again] ?? 'serves'] : look(asked, query)
      },
    },
  )
  return liveSession(answers as never, (answer) => answer).look
}

async function judged(look: Look) {
  const { clusters, registries } = await discover(look, everything)
  const { symptoms, findings } = await judgedSymptoms(look, clusters[0]!, registries)
  return { states: symptoms.map((one) => one.state), found: findings.map((one) => `${one.code}: ${one.message}`) }
}

describe('what comes and goes', () => {
  test('three answers of three: the pod only waits for its next try', async () =>
    expect(await judged(flaky('serves', 'serves', 'serves'))).toEqual({ states: ['stale'], found: [] }))

  test.each([
    ['the first', ['resets', 'serves', 'serves'], '1 of 3 tries'],
    ['the second', ['serves', 'resets', 'serves'], '1 of 3 tries'],
    ['all but one', ['resets', 'resets', 'serves'], '2 of 3 tries'],
  ] as const)('%s fails', async (_which, tries, times) => {
    const { states, found } = await judged(flaky(...tries))
    expect(states).toEqual(['intermittent'])
    expect(found).toEqual([expect.stringContaining(`in-cluster-pull-failed: pulls from kind-registry fail on dev-worker (in ${times}): `)])
  })

  test('all fail', async () => {
    const { states, found } = await judged(flaky('resets', 'resets', 'resets'))
    expect(states).toEqual(['current'])
    expect(found).toEqual([expect.not.stringContaining('tries')])
  })
})

test.each([
  ['kind', ['pull-queue-blocked']],
  ['k3d', []],
] as const)('a pull without an outcome holds up the others of its node: %s', async (provider, codes) => {
  const path = new URL('../../incidents/pull-queue-blocked/bundle.json', import.meta.url)
  const { observations, selection } = parseBundle(readFileSync(path, 'utf8'))
  const { look } = replaySession(observations)
  const { clusters, registries } = await discover(look, selection)
  const { findings } = await judgedSymptoms(look, { ...clusters[0]!, provider }, registries)
  expect(findings.map((one) => one.code).filter((code) => code === 'pull-queue-blocked')).toEqual(codes)
})
