import { expect, test } from 'vitest'
import { judgedSymptoms } from '../../src/derive/judged-symptoms.ts'
import { repositoriesOf } from '../../src/derive/registry-content.ts'
import { pullSymptoms } from '../../src/derive/symptoms.ts'
import { discover } from '../../src/discover/discover.ts'
import { replaySession } from '../../src/engine/session.ts'
import type { HeldImage, WaitingPod } from '../../src/model/observation.ts'
import { everything } from '../checks/check-table.ts'
import { kind, type KindOptions } from '../sessions/kind.ts'
import { kindRegistry } from './registry.ts'

// What a probe leaves must never be taken for what users made.

const digest = (of: string): string => `sha256:${of.repeat(64)}`
const held = (name: string, of: string): HeldImage => ({ name: `localhost:5001/${name}`, digest: digest(of), pulled: true, of: 'index' })
const ofProbe = held(`registry-doctor/probe@${digest('a')}`, 'a')
const waiting = (image: string, namespace = 'default'): WaitingPod => ({
  namespace,
  name: 'app',
  uid: 'u1',
  node: 'dev-worker',
  hasPullSecrets: false,
  containers: [{ name: 'app', kind: 'container', image, reason: 'ImagePullBackOff', message: `${image}: not found` }],
})

test.each([
  [['registry-doctor/probe'], []],
  [['app', 'registry-doctor/probe'], ['app']],
  [
    ['registry-doctor/probes', 'x/registry-doctor/probe'],
    ['registry-doctor/probes', 'x/registry-doctor/probe'],
  ],
])('a registry with %j holds %j', async (repositories, expected) => {
  const base = 'http://127.0.0.1:5001/v2/'
  const get = (url: string, body: string) => ({
    kind: 'http',
    query: { vantage: 'host', method: 'GET', url },
    answer: { status: 200, headers: { 'docker-distribution-api-version': 'registry/2.0' }, body, ms: 1 },
  })
  const { look } = replaySession([get(base, '{}'), get(`${base}_catalog?n=100`, JSON.stringify({ repositories }))])
  expect(await repositoriesOf(look, kindRegistry)).toEqual(expected)
})

async function found(options: KindOptions): Promise<string[]> {
  const { look } = kind({ images: [], ...options })
  const { clusters, registries } = await discover(look, everything)
  const { findings } = await judgedSymptoms(look, clusters[0]!, registries)
  return findings.map((one) => one.code)
}
const absent = 'localhost:5001/app:1'

test('a registry is not emptied by lacking what a probe left on a node', async () => {
  const empty = { registry: { empty: true }, waiting: [waiting(absent)] }
  expect(await found({ ...empty, everyNode: { holds: [ofProbe] } })).toEqual(['image-not-in-registry'])
  expect(await found({ ...empty, everyNode: { holds: [ofProbe, held('other:1', 'b')] } }), 'as it is by what users pulled').toContain(
    'registry-emptied',
  )
})

test.each([
  ['registry-doctor-probe-0', 0],
  ['registry-doctor-probe-7', 0],
  ['registry-doctor-probe-mine', 1],
  ['default', 1],
])('pods in %s that wait for their image: %i of them is one to tell of', async (namespace, count) => {
  const { look } = kind({ images: [], waiting: [waiting(absent, namespace)] })
  const { clusters, registries } = await discover(look, everything)
  expect(await pullSymptoms(look, clusters[0]!, registries)).toHaveLength(count)
})
