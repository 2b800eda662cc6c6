import { describe, expect, test } from 'vitest'
import { SelectionError } from '../../src/discover/options.ts'
import { replaySession } from '../../src/engine/session.ts'
import { trace } from '../../src/engine/trace.ts'
import type { PodImages } from '../../src/model/observation.ts'
import { validateTrace } from '../trace-contract.ts'
import { answerOf, current, held, image, newer, old, pod, rows, traced, tracedOn, type TracedWorld } from './traced.ts'

const everywhere: TracedWorld = { built: { [image]: current }, stores: { worker: [held(current)] }, runs: [pod(current)] }

describe('an image of no local registry', () => {
  const loaded = 'docker.io/library/shop:1'
  const own = { image: 'shop:1', imageId: current.config }
  const inStore = { worker: [held(current, loaded, false)] }

  test('that was loaded: engine, stores and pods are held against each other, and no registry is asked', async () => {
    const document = await tracedOn(traced({ built: { 'shop:1': current }, stores: inStore, runs: [pod(current, {}, own)] }), {
      image: 'shop:1',
    })
    expect(answerOf(document)).toEqual({ exitCode: 0, codes: [], first: undefined })
    expect(document.traces[0]).toMatchObject({ reference: loaded, registry: null })
    expect(rows(document, 'node-store')).toMatchObject([
      { state: 'missing' },
      { same: true, detail: 'loaded, not pulled' },
      { state: 'missing' },
    ])
    expect(rows(document, 'pod')).toMatchObject([{ same: true, of: 'config' }])
    for (const place of ['registry-from-engine', 'registry-from-host', 'registry-from-node'] as const)
      expect(rows(document, place)[0]).toMatchObject({ state: 'not-asked', detail: 'docker.io is no local registry' })
  })

  test('that was built again since it was loaded: it has to be loaded again', async () => {
    const document = await tracedOn(traced({ built: { 'shop:1': newer }, stores: inStore, runs: [pod(current, {}, own)] }), {
      image: 'shop:1',
    })
    expect(answerOf(document)).toEqual({ exitCode: 1, codes: ['image-stale-on-node'], first: 'node-store dev-worker' })
    expect(document.findings[0]?.remedies[0]?.show).toEqual([
      'kind load docker-image shop:1 --name dev',
      'kubectl --context kind-dev -n default rollout restart deploy/app',
    ])
  })

  test('that was pulled from elsewhere is no matter of what the engine has', async () => {
    const pulled = { worker: [held(old, loaded)] }
    const document = await tracedOn(traced({ built: { 'shop:1': newer }, stores: pulled }), { image: 'shop:1' })
    expect(answerOf(document)).toEqual({ exitCode: 0, codes: [], first: undefined })
  })

  test('that nobody has: how the local registry that holds it is named', async () => {
    const document = await tracedOn(traced(), { image: 'hello:1' })
    expect(document).toMatchObject({ exitCode: 3, error: { code: 'no-such-image' } })
    expect(document.error?.message).toContain('kind-registry holds lab/hello: name it localhost:5001/lab/hello:1')
  })
})

describe('what cannot be told', () => {
  test('pods that the API does not tell of: exit 3', async () => {
    const document = await tracedOn(
      traced({ ...everywhere, answers: (kind) => (kind === 'kube.podsOfRepository' ? { status: 403, pods: [] } : undefined) }),
    )
    expect(document).toMatchObject({ exitCode: 3, error: { code: 'kube-forbidden' } })
  })

  test('nothing but what was recorded is known of a bundle', async () => {
    const session = traced(everywhere)
    await session.look('docker.containers', {})
    const records = (await recordOf(everywhere)).filter(
      (one) => !['docker.image', 'docker.images', 'node.trace', 'http'].includes(one.kind),
    )
    const document = validateTrace(
      await trace(replaySession(records).look, { asked: { image }, selection: { clusters: [] }, mode: 'bundle' }),
    )
    expect(document.exitCode).toBe(3)
    expect(rows(document, 'engine')).toMatchObject([{ state: 'unknown', detail: 'not recorded' }])
    expect(rows(document, 'registry-from-node')[0]).toMatchObject({ state: 'unknown', detail: 'not recorded' })
  })

  test('a registry that wants credentials: nothing is said of who has them', async () => {
    const document = await tracedOn(traced({ ...everywhere, registry: { serves: 'unauthorized' }, answers: denied }))
    expect(document).toMatchObject({ exitCode: 3, error: { code: 'credentials' }, findings: [] })
  })

  test('a node that does not run is not asked', async () => {
    const document = await tracedOn(traced({ ...everywhere, nodes: { worker2: { state: 'exited' } } }))
    expect(rows(document, 'registry-from-node').at(-1)).toMatchObject({ state: 'not-asked', detail: 'it is not running (exited)' })
  })
})

test('in a devcontainer the engine and the nodes tell what the registry has', async () => {
  const host = { '127.0.0.1:5001': 'refused' } as const
  const document = await tracedOn(traced({ ...everywhere, host, engine: 'registry', answers: refusedHost }))
  expect(answerOf(document)).toEqual({ exitCode: 0, codes: [], first: undefined })
  expect(rows(document, 'registry-from-host')).toMatchObject([
    { state: 'unknown', detail: expect.stringContaining('the engine gets there') as string },
  ])
  expect(rows(document, 'pod')).toMatchObject([{ same: true }])
})

describe('of a pod', () => {
  const named: PodImages = {
    namespace: 'default',
    name: 'app-1',
    node: 'dev-worker',
    hasPullSecrets: false,
    containers: [{ name: 'app', kind: 'container', image }],
  }

  test('its images, on its node, and itself', async () => {
    const runs = [pod(current), pod(old, { name: 'app-2', node: 'dev-worker2' })]
    const document = await tracedOn(traced({ ...everywhere, runs, pods: [named] }), { pod: 'app-1' })
    expect(document.pod).toEqual({ cluster: 'dev', namespace: 'default', name: 'app-1', node: 'dev-worker' })
    expect(rows(document, 'registry-from-node').map((one) => one.node)).toEqual(['dev-worker'])
    expect(rows(document, 'pod').map((one) => one.name)).toEqual(['default/app-1'])
    expect(document.exitCode).toBe(0)
  })

  test('that there is not', async () => {
    await expect(tracedOn(traced({ pods: [named] }), { pod: 'none' })).rejects.toThrow(SelectionError)
  })
})

test('pods of which some run the build before: the policy decides what helps', async () => {
  const always = pod(old, { name: 'job-1', owner: 'ds/agent', node: 'dev-worker2' }, { pullPolicy: 'Always' })
  const world = { ...everywhere, stores: { worker: [held(old)] }, untagged: [old], runs: [pod(old), always] }
  const document = await tracedOn(traced(world))
  expect(document.findings[0]?.remedies[0]?.show).toEqual([
    'a restart alone starts the old build again, as the node holds it under this tag',
    `kubectl --context kind-dev -n default patch deploy/app -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","imagePullPolicy":"Always"}]}}}}'`,
    'kubectl --context kind-dev -n default rollout restart ds/agent',
  ])
  expect(rows(document, 'pod').map((one) => [one.same, one.created])).toEqual([
    [false, old.created],
    [false, old.created],
  ])
})

async function recordOf(world: TracedWorld) {
  const session = traced(world)
  await trace(session.look, { asked: { image }, selection: { clusters: [] }, mode: 'live' })
  return session.recorded()
}

const denied = (kind: string, query: Record<string, unknown>): unknown =>
  kind === 'http' && /\/manifests\//.test(String(query['url']))
    ? { status: 401, headers: { 'www-authenticate': 'Basic' }, body: '', ms: 1 }
    : kind === 'docker.distribution'
      ? { status: 500, message: 'no basic auth credentials' }
      : undefined

const refusedHost = (kind: string, query: Record<string, unknown>): unknown =>
  kind === 'http' && String(query['url']).includes('127.0.0.1:5001')
    ? { error: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED', connected: false }, ms: 1 }
    : undefined
