import { describe, expect, test } from 'vitest'
import { diskFault } from '../../src/derive/disk-fault.ts'
import { probeFault, type FailedProbe } from '../../src/derive/probe-fault.ts'
import { discover } from '../../src/discover/discover.ts'
import { runCheck } from '../../src/effects/probe/checks.ts'
import { findingId } from '../../src/model/finding.ts'
import { everything } from '../checks/check-table.ts'
import { certsPath, hostsTomlWith, kind, leadingTo, noCerts, type KindOptions, type NodeOptions } from '../sessions/kind.ts'

const digest = `sha256:${'0'.repeat(64)}`
const image = `localhost:5001/registry-doctor/probe@${digest}`
const refused = `Failed to pull image "${image}": failed to do request: dial tcp 172.18.0.5:5000: connect: connection refused`

async function found(options: KindOptions, failed: Partial<FailedProbe> = {}) {
  const { look } = kind({ images: [], workers: 1, ...options })
  const { clusters, registries } = await discover(look, everything)
  const finding = await probeFault(look, {
    cluster: clusters[0]!,
    registry: registries[0]!,
    registryHost: 'localhost:5001',
    node: 'dev-worker',
    image,
    pod: { namespace: 'registry-doctor-probe-0', name: 'on-dev-worker', uid: 'u' },
    reason: 'ErrImagePull',
    message: refused,
    pulled: false,
    ...failed,
  })
  expect(runCheck.finds, 'is declared').toContain(finding.code)
  return finding
}
const brief = async (...args: Parameters<typeof found>): Promise<string> => {
  const { code, hop } = await found(...args)
  return `${code} ${hop}`
}
const worker = (options: NodeOptions): KindOptions => ({ nodes: { worker: options } })
const asking = (what: 'dns-failure' | 'refused' | 'hangs' | 'no-registry' | 'unauthorized' | 'http-answers-https'): KindOptions =>
  worker({ reaches: { 'kind-registry:5000': what } })

describe('the first leg that fails, by asking for it again', () => {
  test.each<[string, KindOptions, string]>([
    ['its name does not resolve', asking('dns-failure'), 'in-cluster-pull-failed name'],
    ['its port is closed', asking('refused'), 'in-cluster-pull-failed port'],
    ['it does not answer', asking('hangs'), 'in-cluster-pull-failed port'],
    ['it speaks another protocol', asking('http-answers-https'), 'in-cluster-pull-failed resolve'],
    ['it wants credentials', asking('unauthorized'), 'registry-auth-required manifest'],
    ['nothing leads to it', worker(noCerts), 'in-cluster-pull-failed resolve'],
    ['something else is asked', worker(leadingTo('http://nowhere:5000')), 'in-cluster-pull-failed resolve'],
    ['its settings cannot be read', worker(hostsTomlWith('[host', 'bad-toml')), 'in-cluster-pull-failed resolve'],
    [
      'it forbids the manifest, and containerd goes on to ask for a blob',
      worker({ pulls: { 'localhost:5001': 'mirror-forbids-manifests' } }),
      'registry-forbids manifest',
    ],
    ['what is asked does not hold it', {}, 'image-not-in-registry manifest'],
    [
      'the CRI does not answer, and what it would ask does',
      worker({ cri: { exitCode: 1, stderr: 'no CRI' }, pulls: { 'localhost:5001': 'mirrored' } }),
      'in-cluster-pull-failed resolve',
    ],
  ])('%s', async (_what, options, expected) => expect(await brief(options)).toBe(expected))

  test('the node cannot be asked: that is no finding', async () =>
    await expect(found({ fails: ['node.runtime'] })).rejects.toThrow('node.runtime'))
})

describe('where it would work now, the words of the kubelet count', () => {
  const works = worker({ pulls: { 'localhost:5001': 'mirrored' } })
  const disk = { mountedOn: '/var', totalKiB: 1000, availableKiB: 0, freeInodes: 5 }
  test.each<[string, KindOptions, Partial<FailedProbe>, string]>([
    ['a connection that was refused', works, {}, 'in-cluster-pull-failed unpack'],
    [
      'a blob that broke off',
      works,
      { message: `${refused.slice(0, 90)}: short read: expected 2048 bytes but got 0: unexpected EOF` },
      'in-cluster-pull-failed blob',
    ],
    [
      'a full disk',
      worker({ pulls: { 'localhost:5001': 'mirrored' }, disk }),
      { message: 'write /var/lib/containerd/x: no space left on device' },
      'node-disk-full unpack',
    ],
    [
      'a pull without an outcome',
      works,
      { reason: 'Pulling', message: 'the pull has no outcome within 25 s' },
      'in-cluster-pull-failed unpack',
    ],
  ])('%s', async (_what, options, failed, expected) => expect(await brief(options, failed)).toBe(expected))
})

describe('a container that does not start', () => {
  const started = { reason: 'StartError', message: 'exec: "/probe": permission denied', pulled: true }

  test("is the node's, with the kubelet's words", async () =>
    expect(await found({}, started)).toMatchObject({
      code: 'container-not-started',
      subject: { kind: 'node', cluster: 'dev', name: 'dev-worker' },
      hop: 'start',
      message: 'dev-worker has the image and does not run it: exec: "/probe": permission denied',
      evidence: [
        { asked: 'pod registry-doctor-probe-0/on-dev-worker on dev-worker', saw: 'StartError: exec: "/probe": permission denied' },
      ],
    }))
  test('asks nothing of the node', async () =>
    expect(await brief({ fails: ['node.runtime', 'node.trace'] }, started)).toBe('container-not-started start'))
})

describe('the evidence', () => {
  const logged = (finding: Awaited<ReturnType<typeof found>>): string[] =>
    finding.evidence.filter((one) => one.asked.endsWith(' logged of it')).map((one) => one.saw)

  test('says that nobody asked the registry, where nobody did', async () =>
    expect(logged(await found(asking('refused')))).toEqual(['no request for it by a node']))
  test('is complete without logs', async () =>
    expect(logged(await found({ ...asking('refused'), fails: ['docker.logLine', 'node.containerdLog'] }))).toEqual([]))
  test('shows what the kubelet said', async () =>
    expect(JSON.stringify((await found(asking('refused'))).evidence)).toContain('connection refused'))
})

test('the pods of other probes are none of its causes', async () => {
  const waiting = [
    {
      namespace: 'registry-doctor-probe-1',
      name: 'on-dev-worker',
      uid: 'u1',
      node: 'dev-worker',
      hasPullSecrets: false,
      containers: [{ name: 'by-0', kind: 'container' as const, image: image.replaceAll('0000', '1111'), reason: 'ContainerCreating' }],
    },
  ]
  const pulling = { reason: 'Pulling', message: 'the pull has no outcome within 25 s' }
  expect(await brief({ ...worker({ pulls: { 'localhost:5001': 'mirrored' } }), waiting }, pulling)).toBe('in-cluster-pull-failed unpack')
})

test('two nodes have findings of their own', async () => {
  const everyNode: NodeOptions = { files: { [certsPath()]: null }, reaches: {} }
  const ids = await Promise.all(['dev-worker', 'dev-control-plane'].map(async (node) => findingId(await found({ everyNode }, { node }))))
  expect(new Set(ids).size).toBe(2)
})

describe('a node that takes no pod because its disk is full', () => {
  const cluster = { name: 'dev' } as never
  const words = 'Evicted The node had condition: [DiskPressure]. '
  const look = (availableKiB: number) =>
    kind({ workers: 1, ...worker({ disk: { mountedOn: '/var', totalKiB: 1_000_000, availableKiB, freeInodes: 5 } }) }).look

  test.each<[string, number, string, boolean]>([
    ['the kubelet says so, and it is', 100_000, words, true],
    ['for want of ephemeral storage', 100_000, 'OutOfephemeral-storage Node did not have enough resource: ephemeral-storage', true],
    ['the kubelet says so, and there is room', 200_000, words, false],
    ['it is full, and the kubelet speaks of another thing', 0, "OutOfcpu Node didn't have enough resource: cpu", false],
  ])('%s', async (_what, availableKiB, message, isFull) =>
    expect((await diskFault(look(availableKiB), cluster, 'dev-worker', message))?.code).toBe(isFull ? 'node-disk-full' : undefined),
  )
  test('not where the disk cannot be asked after', async () =>
    expect(await diskFault(kind({ workers: 1, fails: ['node.disk'] }).look, cluster, 'dev-worker', words)).toBeNull())
})
