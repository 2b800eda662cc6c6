import { describe, expect, test } from 'vitest'
import { hostsToml, noCerts } from '../sessions/kind.ts'
import { answerOf, current, digest, held, image, newer, old, pod, rows, traced, tracedOn, type TracedWorld } from './traced.ts'

const pushedAs = ['localhost:5001/lab/hello']
const everywhere: TracedWorld = {
  built: { [image]: { ...current, pushedAs } },
  stores: { worker: [held(current)] },
  runs: [pod(current)],
}
const healthy = { exitCode: 0, codes: [], first: undefined }

describe('the same everywhere', () => {
  test('every place is held against the registry, whatever digest it names the image by', async () => {
    const document = await tracedOn(traced(everywhere))
    expect(answerOf(document)).toEqual(healthy)
    expect(document.traces[0]).toMatchObject({ image, reference: image, registry: 'kind-registry' })
    expect(rows(document, 'engine')).toMatchObject([{ of: 'config', digest: current.config, same: true, created: current.created }])
    expect(rows(document, 'registry-from-host')).toMatchObject([{ of: 'manifest', digest: current.manifest, platforms: ['linux/amd64'] }])
    expect(rows(document, 'registry-from-node').map((one) => [one.node, one.digest, one.same])).toEqual(
      ['dev-control-plane', 'dev-worker', 'dev-worker2'].map((node) => [node, current.manifest, true]),
    )
    expect(rows(document, 'node-store').map((one) => one.state)).toEqual(['missing', 'holds', 'missing'])
    expect(rows(document, 'pod')).toMatchObject([{ name: 'default/app-1', same: true, since: '2026-11-21T10:45:01Z', owner: 'deploy/app' }])
  })

  const parts = [
    { ...current, platform: 'linux/amd64' },
    { ...old, platform: 'linux/arm64', architecture: 'arm64' },
  ]
  test.each<[string, TracedWorld]>([
    ['no pod runs it yet, and no node holds it', { ...everywhere, stores: {}, runs: [] }],
    ['the engine has it not: it was pushed by another', { ...everywhere, built: {} }],
    ['the engine has an elder one, as another builder pushes', { ...everywhere, built: { [image]: old } }],
    [
      'the engine has another of the same date, as of a build that can be repeated',
      { built: { [image]: { ...newer, created: current.created } } },
    ],
    ['the engine has the containerd image store', { ...everywhere, built: { [image]: { ...current, store: 'containerd', pushedAs } } }],
    ['the registry has an index, of which all others name a part', { ...everywhere, pushed: { index: digest('e'), parts } }],
    ['a pod names the configuration alone', { ...everywhere, runs: [pod(current, {}, { imageId: current.config })] }],
    ['a store has an elder one that no pod runs', { ...everywhere, stores: { worker2: [held(old)] } }],
    [
      'the manifest of the pod is of another index with the same configuration',
      { ...everywhere, untagged: [{ ...current, manifest: old.manifest }], runs: [pod(old)] },
    ],
    ['an old pod is being removed', { ...everywhere, runs: [pod(current), pod(old, { name: 'app-0', deleting: true })] }],
    [
      'an old pod has a newer sibling',
      { ...everywhere, runs: [pod(current, { revision: '2', createdAt: '2026-11-21T10:46:00Z' }), pod(old, { name: 'app-0' })] },
    ],
    [
      'an old container has ended',
      { ...everywhere, runs: [pod(old, { owner: 'job/import' }, { state: 'terminated', reason: 'Completed' })] },
    ],
  ])('%s', async (_name, world) => {
    expect(answerOf(await tracedOn(traced(world)))).toEqual(healthy)
  })
})

describe('the first difference', () => {
  const none = 'localhost:5001/lab/none:1'
  test.each<[string, TracedWorld, string, string[], string]>([
    ['built and not pushed', { built: { [none]: newer } }, none, ['image-not-pushed'], 'registry-from-engine kind-registry'],
    ['never built', {}, none, ['image-not-in-registry'], 'registry-from-engine kind-registry'],
    ['built again since it was pushed', { ...everywhere, built: { [image]: newer } }, image, ['image-not-pushed'], 'engine Docker engine'],
    [
      'built again under its bare name',
      { ...everywhere, built: { ...everywhere.built, 'lab/hello:1': newer } },
      image,
      ['image-not-pushed'],
      'engine Docker engine',
    ],
    [
      'a blob of it is empty',
      { ...everywhere, registry: { blobBytes: 0 } },
      image,
      ['registry-content-incomplete'],
      'registry-from-host kind-registry',
    ],
    [
      'nothing in it is for the nodes',
      { pushed: { index: digest('e'), parts: [{ ...old, platform: 'linux/s390x' }] } },
      image,
      ['image-platform-mismatch'],
      'registry-from-host kind-registry',
    ],
    [
      'a node has no hosts.toml',
      { ...everywhere, nodes: { worker2: noCerts } },
      image,
      ['hosts-toml-missing'],
      'registry-from-node dev-worker2',
    ],
    [
      'the registry has stopped',
      { ...everywhere, registry: { state: 'exited' }, pushed: null, toEngine: { status: 500, message: 'connection refused' } },
      image,
      ['registry-not-running'],
      'registry-from-engine kind-registry',
    ],
    [
      'a pod runs the build before, and its node holds that',
      { ...everywhere, stores: { worker: [held(old)] }, runs: [pod(old)] },
      image,
      ['image-stale-on-node'],
      'node-store dev-worker',
    ],
    [
      'a pod runs the build before, and its node has the new one',
      { ...everywhere, untagged: [old], runs: [pod(old)] },
      image,
      ['image-stale-on-node'],
      'pod default/app-1',
    ],
    [
      'the engine sees another registry',
      { ...everywhere, toEngine: { status: 200, digest: old.manifest } },
      image,
      ['registry-port-conflict'],
      'registry-from-engine kind-registry',
    ],
  ])('%s', async (_name, world, wanted, codes, first) => {
    expect(answerOf(await tracedOn(traced(world), { image: wanted }))).toEqual({ exitCode: 1, codes, first })
  })

  test('a container that ends where its image is not at home', async () => {
    const pushed = { ...current, architecture: 's390x' }
    const ends = pod(current, {}, { state: 'waiting', reason: 'CrashLoopBackOff', restartReason: 'Error' })
    expect(answerOf(await tracedOn(traced({ pushed, runs: [ends] })))).toEqual({
      exitCode: 1,
      codes: ['image-platform-mismatch'],
      first: 'pod default/app-1',
    })
    const emulated = await tracedOn(traced({ pushed, runs: [pod(current)] }))
    expect(answerOf(emulated), 'one that runs is emulated').toEqual(healthy)
    expect(rows(emulated, 'registry-from-host')[0]?.detail).toContain('linux/s390x')
  })

  test('pushed to another registry of this machine: which one', async () => {
    const other = 'localhost:5002/lab/none:1'
    const document = await tracedOn(
      traced({
        built: { [other]: { ...newer, pushedAs: ['localhost:5002/lab/none'] } },
        containers: [{ name: 'other-registry', published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5002 }] }],
      }),
      { image: none },
    )
    expect(document.findings[0]?.message).toContain('it was pushed to localhost:5002, the container other-registry')
    expect(document.findings[0]?.remedies[0]?.show).toEqual([`docker tag ${other} ${none} && docker push ${none}`])
    expect(rows(document, 'engine')).toMatchObject([{ state: 'missing', detail: `it has ${other}` }])
  })

  test('on containerd 1.7 the error hides the 404: that is told under what it hides', async () => {
    const document = await tracedOn(traced({ everyNode: { containerd: '1.7.34' }, built: { [none]: newer } }), { image: none })
    expect(answerOf(document)).toMatchObject({ exitCode: 1, codes: ['image-not-pushed'] })
    expect(document.rootCauses[0]!.explains).toEqual([`error-masks-not-found:image/dev/${none}`])
  })

  test('named as it is pushed, where nodes name it otherwise: they are asked as they name it', async () => {
    const pushName = 'localhost:5001/lab/hello:1'
    const named = 'reg.example:5000/lab/hello:1'
    const files = {
      '/etc/containerd/certs.d': null,
      '/etc/containerd/certs.d/reg.example:5000/hosts.toml': hostsToml('http://kind-registry:5000'),
    }
    const world = {
      ...everywhere,
      everyNode: { files },
      configMap: null,
      stores: {},
      runs: [pod(old, {}, { image: named })],
      untagged: [old],
    }
    const document = await tracedOn(traced(world), { image: pushName })
    expect(rows(document, 'registry-from-node').map((one) => one.asked)).toEqual([named, named, named])
    expect(rows(document, 'registry-from-engine')).toMatchObject([{ asked: pushName, state: 'holds' }])
    expect(answerOf(document)).toEqual({ exitCode: 1, codes: ['image-stale-on-node'], first: 'pod default/app-1' })
    expect(document.findings[0]).toMatchObject({ subject: { name: named } })
  })

  test('what pods name of the repository is told where none names the image', async () => {
    const runs = [pod(current, {}, { image: 'localhost:5001/lab/hello:0' })]
    const document = await tracedOn(traced({ ...everywhere, runs }))
    expect(rows(document, 'pod')).toMatchObject([
      { state: 'missing', detail: 'no pod names it; deploy/app names localhost:5001/lab/hello:0' },
    ])
  })
})
