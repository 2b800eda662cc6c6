import { describe, expect, test } from 'vitest'
import { probePod } from '../../../src/effects/probe/pod.ts'
import { runPods, type WantedPod } from '../../../src/effects/probe/pods.ts'
import { KubeError } from '../../../src/ports/kube.ts'
import type { KubeWritePort } from '../../../src/ports/write/kube.ts'
import { FakeCluster, fate, type Fate } from './fake-cluster.ts'
import { passed, probed } from './fake-ports.ts'

const place = { cluster: 'dev', way: { context: 'kind-dev' }, namespace: 'registry-doctor-probe-0' }
const wanted = (...nodes: readonly string[]): WantedPod[] =>
  nodes.map((node) => ({ name: `on-${node}`, node, images: [{ registryHost: 'localhost:5001', reference: probed('0') }] }))

/** A cluster whose nodes' kubelets tell so of their pods; the port of it can be changed. */
async function cluster(fates: { readonly [node: string]: Fate | string } = {}) {
  const api = new FakeCluster(
    (node) => {
      const one = fates[node] ?? 'healthy'
      return typeof one === 'string' ? fate(one) : one
    },
    () => passed(1),
  )
  await api.port.create(place.way, '/api/v1/namespaces', { metadata: { name: place.namespace } })
  const told: string[] = []
  const run = (nodes: readonly string[], change: Partial<KubeWritePort> = {}, signal = new AbortController().signal) =>
    runPods(
      { ports: { kube: { ...api.port, ...change } } as never, signal, tell: ({ node, text }) => told.push(`${node}: ${text}`) },
      place,
      wanted(...nodes),
    )
  return { api, run, told }
}

test('each pod comes to its own end', async () => {
  const { run, told } = await cluster({ b: 'image-missing', c: 'out-of-cpu', d: 'command-missing' })
  const ran = await run(['a', 'b', 'c', 'd'])
  expect([...ran].map(([name, one]) => [name, one.kind === 'ran' && one.isOver])).toEqual(
    ['a', 'b', 'c', 'd'].map((node) => [`on-${node}`, true]),
  )
  expect(ran.get('on-c')).toMatchObject({ progress: { rejected: { reason: 'OutOfcpu' } }, lastWarning: expect.stringMatching(/cpu/) })
  const last = (node: string): string | undefined => told.findLast((one) => one.startsWith(`${node}: `))
  expect(['a', 'b', 'c', 'd'].map(last)).toEqual(['a: ran', 'b: ErrImagePull', 'c: rejected: OutOfcpu', 'd: StartError'])
})

test('a step is told once', async () => {
  const { run, told } = await cluster()
  await run(['a'])
  expect(told).toEqual(['a: pulling', 'a: pulled', 'a: started', 'a: ran'])
})

test('what the API does not take keeps no other pod from running', async () => {
  const { api, run } = await cluster()
  const create: KubeWritePort['create'] = async (way, path, object) =>
    JSON.stringify(object).includes('"nodeName":"b"') ? { status: 403, body: { message: 'no' } } : api.port.create(way, path, object)
  const ran = await run(['a', 'b'], { create })
  expect([ran.get('on-a')?.kind, ran.get('on-b')]).toEqual(['ran', { kind: 'refused', why: 'no' }])
})

test('an answer without words is told by its status', async () => {
  const { api, run } = await cluster()
  api.refuses.set('/pods', { status: 500, body: '<html>' })
  expect((await run(['a'])).get('on-a')).toEqual({ kind: 'refused', why: 'HTTP 500' })
})

test('the pod has twice as long as it is watched, so that it ends where nobody is left to remove it', async () => {
  const { api, run } = await cluster()
  let made: unknown
  const create: KubeWritePort['create'] = (way, path, object) => {
    made = object
    return api.port.create(way, path, object)
  }
  await run(['a'], { create })
  expect(made).toEqual(probePod('on-a', 'a', wanted('a')[0]!.images, 50))
})

test('an event that never comes is not waited for long', async () => {
  const { lines, pulls } = fate('healthy')
  const silent = lines.filter((one) => one.of === 'pods')
  const { run } = await cluster({ a: { lines: silent, pulls } })
  expect((await run(['a'])).get('on-a')).toMatchObject({ isOver: true, progress: { containers: [{ exitCode: 0 }] } })
})

describe('where the API stops answering', () => {
  const failure = new KubeError('kube-unreachable', 'connection lost')

  test('the watch fails before the pods are made: they are waited for, and nothing is left unhandled', async () => {
    const { api, run } = await cluster()
    const create: KubeWritePort['create'] = async (way, path, object) => {
      await passed(20)
      return api.port.create(way, path, object)
    }
    await expect(run(['a', 'b'], { create, watch: () => Promise.reject(failure) })).rejects.toBe(failure)
    expect([...api.pods.keys()]).toHaveLength(2)
  })

  test('a pod cannot be made: the watches end with it', async () => {
    const { api, run } = await cluster()
    const ended: string[] = []
    const create: KubeWritePort['create'] = (way, path, object) =>
      path.endsWith('/pods') ? Promise.reject(failure) : api.port.create(way, path, object)
    const watch: KubeWritePort['watch'] = (way, path, onChange, signal) =>
      api.port.watch(way, path, onChange, signal).then(() => void ended.push(path.slice(path.lastIndexOf('/') + 1)))
    await expect(run(['a'], { create, watch })).rejects.toBe(failure)
    expect(ended.toSorted()).toEqual(['events', 'pods'])
  })

  test('the service account cannot be made: nothing is watched', async () => {
    const { run } = await cluster()
    const watch = (): never => {
      throw new Error('nothing to watch')
    }
    await expect(run(['a'], { create: () => Promise.reject(failure), watch })).rejects.toBe(failure)
  })
})

test('ended: it rejects with the reason, however far it came', async () => {
  const { run } = await cluster({ a: 'pull-hangs' })
  const controller = new AbortController()
  const running = run(['a'], {}, controller.signal)
  await passed(5)
  controller.abort(new Error('interrupted'))
  await expect(running).rejects.toThrow('interrupted')
})
