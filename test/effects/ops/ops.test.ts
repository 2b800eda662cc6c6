import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { assert as holds, asyncProperty, string } from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { opOf } from '../../../src/effects/ops/index.ts'
import type { DoneStep } from '../../../src/effects/ops/op.ts'
import { FakeRepairWorld, Killed } from '../fake-repair-world.ts'

const sha = (text: string): string => createHash('sha256').update(text).digest('hex')

let fake: FakeRepairWorld
beforeEach(() => (fake = new FakeRepairWorld()))
afterEach(() => fake.dispose())

/** A step and the world in which it can be done. */
interface Case {
  readonly step: (world: FakeRepairWorld) => DoneStep
  readonly given?: (world: FakeRepairWorld) => void
  /** What of it stays, and why. */
  readonly kept?: RegExp
}

const configMap = '/api/v1/namespaces/kube-public/configmaps/local-registry-hosting'
const putConfigMap: DoneStep = {
  op: 'configmap.put',
  cluster: 'dev',
  kubectl: 'kubectl --context kind-dev',
  namespace: 'kube-public',
  name: 'local-registry-hosting',
  data: { 'localRegistryHosting.v1': 'host: "localhost:5001"' },
}

const cases: { readonly [name: string]: Case } = {
  'file.put, a new file in new folders': {
    step: (world) => ({
      op: 'file.put',
      node: 'dev-worker',
      path: world.path('certs.d/localhost:5001/hosts.toml'),
      content: '[host."http://r:5000"]\n',
      expect: null,
    }),
  },
  'file.put, over a file with rights of its own': {
    given: (world) => world.write('etc/hosts.toml', 'old\n', 0o600),
    step: (world) => ({
      op: 'file.put',
      node: 'dev-worker',
      path: world.path('etc/hosts.toml'),
      content: `it's "new" \\n $x %s\n`,
      expect: sha('old\n'),
    }),
  },
  'file.put, of more than a command line takes': {
    given: (world) => world.write('etc/large', 'old'),
    step: (world) => ({
      op: 'file.put',
      node: 'dev-worker',
      path: world.path('etc/large'),
      content: 'ü'.repeat(40_000),
      expect: sha('old'),
    }),
  },
  'file.splice': {
    given: (world) => world.write('config.toml', Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62, 0x0a])),
    step: (world) => ({
      op: 'file.splice',
      node: 'dev-worker',
      path: world.path('config.toml'),
      line: 3,
      remove: 1,
      insert: ['ü', 'c'],
      expect: createHash('sha256')
        .update(Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62, 0x0a]))
        .digest('hex'),
    }),
  },
  'file.copy': {
    given: (world) => world.write('registry/ca.crt', 'certificate\n'),
    step: (world) => ({
      op: 'file.copy',
      node: 'dev-worker',
      path: world.path('certs.d/ca.crt'),
      from: { container: 'kind-registry', path: world.path('registry/ca.crt') },
      expect: null,
    }),
  },
  'path.move, of a folder': {
    given: (world) => world.write('localhost_5001_/x', 'x'),
    step: (world) => ({ op: 'path.move', node: 'dev-worker', from: world.path('localhost_5001_'), to: world.path('localhost_5001_.off') }),
  },
  'service.restart': { step: () => ({ op: 'service.restart', node: 'dev-worker', service: 'containerd', daemonReload: true }) },
  'container.start': {
    given: (world) => void (world.containers.get('kind-registry')!.State.Status = 'exited'),
    step: () => ({ op: 'container.start', container: 'kind-registry' }),
  },
  'container.unpause': {
    given: (world) => void (world.containers.get('kind-registry')!.State.Status = 'paused'),
    step: () => ({ op: 'container.unpause', container: 'kind-registry' }),
  },
  'container.restart': { step: () => ({ op: 'container.restart', container: 'kind-registry' }) },
  'container.run': {
    given: (world) => void world.containers.delete('kind-registry'),
    step: () => ({
      op: 'container.run',
      container: 'kind-registry',
      image: 'registry:3',
      publish: '127.0.0.1:5001:5000',
      restart: 'always',
    }),
  },
  'container.run, with a volume': {
    given: (world) => void world.containers.delete('kind-registry'),
    step: () => ({
      op: 'container.run',
      container: 'kind-registry',
      image: 'registry:3',
      publish: '127.0.0.1:5001:5000',
      restart: 'always',
      volume: 'kind-registry',
    }),
  },
  'container.recreate': {
    given: (world) => {
      const networks = world.containers.get('kind-registry')!.NetworkSettings.Networks as Record<string, object>
      networks['kind'] = { Aliases: ['registry', '000000000002'] }
    },
    step: () => ({ op: 'container.recreate', container: 'kind-registry', publish: [{ hostIp: '127.0.0.1', hostPort: 5001, port: 5000 }] }),
  },
  'network.connect': { step: () => ({ op: 'network.connect', network: 'kind', container: 'kind-registry', aliases: ['registry'] }) },
  'network.disconnect': {
    given: (world) => {
      const networks = world.containers.get('kind-registry')!.NetworkSettings.Networks as Record<string, object>
      networks['kind'] = { Aliases: ['registry'] }
    },
    step: () => ({ op: 'network.disconnect', network: 'kind', container: 'kind-registry' }),
  },
  'configmap.put, a new one': { step: () => putConfigMap },
  'configmap.put, beside other keys': {
    given: (world) =>
      void world.objects.set(configMap, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'local-registry-hosting', namespace: 'kube-public' },
        data: { other: 'x', 'localRegistryHosting.v1': 'old' },
      }),
    step: () => putConfigMap,
  },
  'image.push, under a new name': { step: () => ({ op: 'image.push', source: 'localhost:5001/app:1', target: 'localhost:5001/other:1' }) },
  'image.push, to a registry that refuses to delete': {
    given: (world) => void (world.deletes = false),
    step: () => ({ op: 'image.push', source: 'localhost:5001/app:1', target: 'localhost:5001/app:1' }),
    kept: /localhost:5001\/app:1 stays in the registry, which refuses to delete/,
  },
  'host.file.put': {
    step: () => ({ op: 'host.file.put', path: '/etc/docker/certs.d/localhost:5001/ca.crt', content: 'ca', expect: null }),
  },
}

describe.each(Object.entries(cases))('%s', (_name, { step: stepOf, given, kept }) => {
  const isKept = kept !== undefined
  const begin = (): { step: DoneStep; before: unknown } => {
    given?.(fake)
    return { step: stepOf(fake), before: fake.state() }
  }

  test('is captured without a change, done, and told apart', async () => {
    const { step, before } = begin()
    const op = opOf(step)
    const captured = await op.capture(fake.world, step)
    expect(fake.state()).toEqual(before)
    expect(fake.calls).toEqual([])
    expect(await op.present(fake.world, step, captured)).toEqual({ is: 'before' })
    await op.apply(fake.world, step, captured)
    expect(await op.present(fake.world, step, captured)).toEqual({ is: 'after' })
  })

  // What is kept of a step by its registry is all that may differ.
  const expectAsBefore = (before: unknown): void => expect(isKept ? null : fake.state()).toEqual(isKept ? null : before)

  test('is taken back to what was there', async () => {
    const { step, before } = begin()
    const op = opOf(step)
    // A journal is a file.
    const captured = JSON.parse(JSON.stringify(await op.capture(fake.world, step))) as never
    await op.apply(fake.world, step, captured)
    expect((await op.invert(fake.world, step, captured)) ?? 'nothing stays').toMatch(kept ?? /^nothing stays$/)
    expectAsBefore(before)
  })

  /** The same world again, in which the process was killed in the middle of the step. */
  async function killedAfter(calls: number) {
    fake.dispose()
    fake = new FakeRepairWorld()
    given?.(fake)
    const step = stepOf(fake)
    const op = opOf(step)
    const captured = await op.capture(fake.world, step)
    fake.killAfter = calls
    await expect(op.apply(fake.world, step, captured), `killed after call ${calls}`).rejects.toThrow(Killed)
    fake.killAfter = Infinity
    return { step, op, captured, now: await op.present(fake.world, step, captured) }
  }

  test('killed at any call: doing it again completes it, and taking it back gives what was there', async () => {
    const { step, before } = begin()
    const op = opOf(step)
    await op.apply(fake.world, step, await op.capture(fake.world, step))
    const calls = fake.calls.length
    const done = fake.state()
    expect(calls).toBeGreaterThan(0)
    for (let call = 0; call < calls; call++) {
      const completed = await killedAfter(call)
      if (completed.now.is !== 'after') await completed.op.apply(fake.world, completed.step, completed.captured)
      expect(await completed.op.present(fake.world, completed.step, completed.captured), `call ${call}`).toEqual({ is: 'after' })
      expect(fake.state(), `call ${call}`).toEqual(done)
      const undone = await killedAfter(call)
      if (undone.now.is !== 'before') await undone.op.invert(fake.world, undone.step, undone.captured)
      expectAsBefore(before)
    }
  })
})

describe('what is not as it was looked at', () => {
  test.each([
    ['a file that has been changed', 'other\n', sha('old\n'), /has been changed since it was looked at/],
    ['a file that is there by now', 'other\n', null, /is there by now/],
    ['a file that is gone', null, sha('old\n'), /is gone since it was looked at/],
  ])('%s is refused', async (_name, text, expected, message) => {
    if (text !== null) fake.write('hosts.toml', text)
    const step: DoneStep = { op: 'file.put', node: 'dev-worker', path: fake.path('hosts.toml'), content: 'new', expect: expected }
    await expect(opOf(step).capture(fake.world, step)).rejects.toThrow(message)
  })

  test('a folder in the place of a file is refused', async () => {
    fake.write('hosts.toml/x', 'x')
    const step: DoneStep = { op: 'file.put', node: 'dev-worker', path: fake.path('hosts.toml'), content: 'new', expect: null }
    await expect(opOf(step).capture(fake.world, step)).rejects.toThrow(/is a directory, not a file/)
  })

  test('a file that somebody has written since is another', async () => {
    const step: DoneStep = { op: 'file.put', node: 'dev-worker', path: fake.path('hosts.toml'), content: 'new', expect: null }
    const captured = await opOf(step).capture(fake.world, step)
    await opOf(step).apply(fake.world, step, captured)
    fake.write('hosts.toml', 'by hand')
    expect(await opOf(step).present(fake.world, step, captured)).toMatchObject({
      is: 'other',
      what: expect.stringMatching(/has other content/),
    })
  })
})

describe('a container that would lose what it holds is not made anew', () => {
  const step: DoneStep = {
    op: 'container.recreate',
    container: 'kind-registry',
    publish: [{ hostIp: '127.0.0.1', hostPort: 5001, port: 5000 }],
  }
  test.each<[string, (container: NonNullable<ReturnType<FakeRepairWorld['containers']['get']>>) => void, RegExp]>([
    ['made with --rm', (one) => void (one.HostConfig = { ...one.HostConfig, AutoRemove: true }), /--rm/],
    ['without a volume', (one) => void (one.Mounts = []), /has no volume/],
    [
      'with its key in no volume',
      (one) => void (one.Config = { ...one.Config, Env: ['REGISTRY_HTTP_TLS_KEY=/etc/registry.key'] }),
      /\/etc\/registry\.key in no volume/,
    ],
  ])('%s', async (_name, change, message) => {
    change(fake.containers.get('kind-registry')!)
    await expect(opOf(step).capture(fake.world, step)).rejects.toThrow(message)
  })

  test('one that cannot be made anew goes on as it was', async () => {
    const before = fake.state()
    const captured = await opOf(step).capture(fake.world, step)
    const { docker } = fake.world.ports
    const failing = {
      ...fake.world,
      ports: { ...fake.world.ports, docker: { ...docker, create: () => Promise.reject(new Error('port is already allocated')) } },
    }
    await expect(opOf(step).apply(failing, step, captured)).rejects.toThrow('port is already allocated')
    expect(fake.state()).toEqual(before)
  })
})

test('a file of a node that does not run is written without a process there', async () => {
  fake.containers.get('dev-worker')!.State.Status = 'exited'
  fake.write('registries.yaml', 'old', 0o600)
  const step: DoneStep = { op: 'file.put', node: 'dev-worker', path: fake.path('registries.yaml'), content: 'new', expect: sha('old') }
  await opOf(step).apply(fake.world, step, await opOf(step).capture(fake.world, step))
  expect(readFileSync(fake.path('registries.yaml'), 'utf8')).toBe('new')
  expect(fake.calls).toEqual(['put files of dev-worker'])
})

test('any bytes that are text are written as they are', async () => {
  await holds(
    asyncProperty(string({ unit: 'binary', maxLength: 500 }), async (content) => {
      const step: DoneStep = { op: 'file.put', node: 'dev-worker', path: fake.path('any'), content, expect: null }
      await opOf(step).apply(fake.world, step, { was: 'absent', missing: null })
      expect(readFileSync(fake.path('any'), 'utf8')).toBe(Buffer.from(content, 'utf8').toString('utf8'))
    }),
    { numRuns: 10 },
  )
})
