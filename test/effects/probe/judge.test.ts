import { describe, expect, test } from 'vitest'
import { runCheck } from '../../../src/effects/probe/checks.ts'
import { judgeNodes } from '../../../src/effects/probe/judge.ts'
import type { RanPod } from '../../../src/effects/probe/pods.ts'
import type { ContainerProgress, PodProgress } from '../../../src/effects/probe/progress.ts'
import type { ProbeTools } from '../../../src/effects/probe/tools.ts'
import type { KindOptions } from '../../sessions/kind.ts'
import { fakes, probed } from './fake-ports.ts'
import { followed, recorded } from './recorded.ts'

interface Case {
  readonly world?: KindOptions
  readonly by?: ProbeTools['by']
  /** Of the registry hosts by which the node was probed, one by container. */
  readonly hosts?: readonly string[]
  readonly lastWarning?: string
}

async function judged(ran: RanPod | PodProgress, { world = {}, by = 'pods', hosts = ['localhost:5001'], lastWarning }: Case = {}) {
  const { tools, cluster, registries } = await fakes({ world, by })
  const images = hosts.map((registryHost) => ({
    registryHost,
    reference: probed('0').replace('localhost:5001', registryHost),
    image: null as never,
  }))
  const pod: RanPod = 'kind' in ran ? ran : { kind: 'ran', progress: ran, isOver: true, ...(lastWarning !== undefined && { lastWarning }) }
  const target = { registry: registries[0]!, images, pushMs: 5 }
  const place = { node: 'dev-worker', pod: 'on-dev-worker', namespace: 'registry-doctor-probe-0', durationMs: 9, target }
  const [result] = await judgeNodes(tools, cluster, [{ ...place, ran: pod }])
  for (const { code } of result!.findings) expect(runCheck.finds, 'is declared').toContain(code)
  return result!
}
const ofContainers = (...containers: readonly ContainerProgress[]): PodProgress => ({ containers, uid: 'u' })
const refusedHost: KindOptions = { nodes: { worker: { reaches: { 'kind-registry:5000': 'refused' } } } }

test('a node that ran it passes with its legs', async () =>
  expect(await judged(followed(recorded('healthy')))).toMatchObject({
    subject: { kind: 'node', cluster: 'dev', name: 'dev-worker' },
    status: 'pass',
    findings: [],
    timings: { push: 5, unpack: 93, start: 1322 },
  }))

test('a node that only had to pull it passes without having run it', async () =>
  expect(await judged(ofContainers({ pullingAt: 0, pulledAt: 9, pullMs: 9 }), { by: 'cri' })).toMatchObject({
    status: 'pass',
    findings: [],
  }))

describe('blocked, in the words of who knows', () => {
  const [made, taken] = [1, 2].map((lines) => followed(recorded('pull-hangs').slice(0, lines))) as [PodProgress, PodProgress]
  test.each<[string, Parameters<typeof judged>, string, RegExp]>([
    [
      'the API does not take the pod',
      [{ kind: 'refused', why: 'denied by policy x' }],
      'kube-forbidden',
      /the cluster does not take the pod of the probe: denied by policy x$/,
    ],
    [
      'the kubelet does not take it',
      [followed(recorded('out-of-cpu'))],
      'pod-rejected',
      /^dev-worker .*: Node didn't have enough resource: cpu/,
    ],
    ['it was removed', [followed(recorded('deleted'))], 'pod-rejected', /^dev-worker .*: the pod was removed by someone else$/],
    ['the kubelet does not stir', [made], 'kubelet-not-responding', /^the kubelet of dev-worker did not begin with the pod within 25 s$/],
    [
      'it does not stir, and another warns of the pod',
      [made, { lastWarning: 'policy x: fail' }],
      'kubelet-not-responding',
      /begin with the pod within 25 s: policy x: fail$/,
    ],
    [
      'the kubelet takes it, and tells no more',
      [taken],
      'pod-pending',
      /^the kubelet of dev-worker took the pod and did not come to its image within 25 s$/,
    ],
    [
      'it takes it, and warns of something else',
      [taken, { lastWarning: 'Failed to create pod sandbox: no CNI' }],
      'pod-pending',
      /within 25 s: Failed to create pod sandbox: no CNI$/,
    ],
    [
      'the node cannot be asked',
      [ofContainers({ failure: { reason: 'Unasked', message: 'the engine is gone' } }), { by: 'cri' }],
      'timeout',
      /^the engine is gone$/,
    ],
    [
      'what fails cannot be asked after',
      [ofContainers({ failure: { reason: 'ErrImagePull', message: 'why' } }), { world: { fails: ['node.runtime'] } }],
      'timeout',
      /node\.runtime/,
    ],
  ])('%s', async (_what, args, failureCode, reason) => {
    const result = await judged(...args)
    expect(result).toMatchObject({ status: 'blocked', failureCode, findings: [] })
    expect(result.reason).toMatch(reason)
  })
})

describe('found', () => {
  const pulling = { pullingAt: 10 }
  const failed = { ...pulling, failure: { reason: 'ErrImagePull', message: 'dial tcp: connect: connection refused' } }
  const disk = { mountedOn: '/var', totalKiB: 1_000_000, availableKiB: 100_000, freeInodes: 5 }
  const evicted = { ...ofContainers({}), rejected: { reason: 'Evicted', message: 'The node had condition: [DiskPressure].' } }

  test.each<[string, Parameters<typeof judged>, string]>([
    ['the registry refuses the node', [ofContainers(failed), { world: refusedHost }], 'in-cluster-pull-failed port'],
    [
      'a pull that hangs',
      [followed(recorded('pull-hangs')), { world: { nodes: { worker: { reaches: { 'kind-registry:5000': 'hangs' } } } } }],
      'in-cluster-pull-failed port',
    ],
    [
      'a pull that failed once, and now would work',
      [followed(recorded('registry-detached')), { world: { nodes: { worker: { pulls: { 'localhost:5001': 'mirrored' } } } } }],
      'in-cluster-pull-failed unpack',
    ],
    ['a registry that does not hold it', [followed(recorded('image-missing'))], 'image-not-in-registry manifest'],
    ['a program that cannot be run', [followed(recorded('command-missing'))], 'container-not-started start'],
    [
      'a container that is not made in time',
      [ofContainers({ ...pulling, pulledAt: 20 }), { lastWarning: 'Error: no runtime' }],
      'container-not-started start',
    ],
    ['a container that does not end', [ofContainers({ startedAt: 20 })], 'container-not-started start'],
    ['a full disk', [evicted, { world: { nodes: { worker: { disk } } } }], 'node-disk-full unpack'],
  ])('%s', async (_what, args, found) => {
    const result = await judged(...args)
    expect({ status: result.status, found: result.findings.map((one) => `${one.code} ${one.hop}`) }).toEqual({
      status: 'pass',
      found: [found],
    })
    expect(result.hops?.at(-1)).toEqual({ registryHost: 'localhost:5001', hop: found.split(' ')[1], status: 'fail' })
  })

  test('a kubelet that speaks of its disk, with room on it, is blocked and not guessed about', async () =>
    expect(await judged(evicted)).toMatchObject({ status: 'blocked', failureCode: 'pod-rejected', findings: [] }))

  test('by one registry host, while the other works and hides nothing', async () => {
    const { findings, hops = [] } = await judged(ofContainers({ pulledAt: 1, exitedAt: 2, exitCode: 0 }, failed), {
      hosts: ['kind-registry:5000', 'localhost:5001'],
      world: refusedHost,
    })
    expect(findings.map((one) => one.code)).toEqual(['in-cluster-pull-failed'])
    expect(hops.map((one) => `${one.registryHost} ${one.hop} ${one.status}`)).toEqual([
      'kind-registry:5000 push pass',
      'kind-registry:5000 unpack pass',
      'kind-registry:5000 start pass',
      'localhost:5001 push pass',
      'localhost:5001 port fail',
    ])
  })

  test('by one, which keeps the kubelet from beginning with the other: what is known counts', async () => {
    const result = await judged(ofContainers(pulling, {}), {
      hosts: ['localhost:5001', 'kind-registry:5000'],
      world: { nodes: { worker: { reaches: { 'kind-registry:5000': 'hangs' } } } },
    })
    expect(result).toMatchObject({ status: 'pass', findings: [{ code: 'in-cluster-pull-failed' }] })
  })
})
