import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
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

  test('is taken back to what was there', async () => {
    const { step, before } = begin()
    const op = opOf(step)
    // A journal is a file.
    const captured = JSON.parse(JSON.stringify(await op.capture(fake.world, step))) as never
    await op.apply(fake.world, step, captured)
    const why = await op.invert(fake.world, step, captured)
    if (kept) expect(why).toMatch(kept)
    else expect(why).toBeNull()
    if (!kept || step.op !== 'image.push') expect(fake.state()).toEqual(before)
  })

  test('killed at any call: doing it again completes it, and taking it back gives what was there', async () => {
    const { step, before } = begin()
    const op = opOf(step)
    const captured = await op.capture(fake.world, step)
    await op.apply(fake.world, step, captured)
    const calls = fake.calls.length
    const done = fake.state()
    for (const after of ['apply', 'invert'] as const)
      for (let killAfter = 0; killAfter < calls; killAfter++) {
        const place = `killed after call ${killAfter}, then ${after}`
        fake.dispose()
        fake = new FakeRepairWorld()
        given?.(fake)
        const again = stepOf(fake)
        const there = await op.capture(fake.world, again)
        fake.killAfter = killAfter
        await expect(op.apply(fake.world, again, there), place).rejects.toThrow(Killed)
        fake.killAfter = Infinity
        const now = await op.present(fake.world, again, there)
        if (after === 'apply') {
          if (now.is !== 'after') await op.apply(fake.world, again, there)
          expect(await op.present(fake.world, again, there), place).toEqual({ is: 'after' })
          expect(fake.state(), place).toEqual(done)
        } else {
          if (now.is !== 'before') await op.invert(fake.world, again, there)
          if (!kept || again.op !== 'image.push') expect(fake.state(), place).toEqual(before)
        }
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

test('any bytes that are text are written as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 500 }), async (content) => {
      const step: DoneStep = { op: 'file.put', node: 'dev-worker', path: fake.path('any'), content, expect: null }
      await opOf(step).apply(fake.world, step, { was: 'absent', missing: null })
      expect(readFileSync(fake.path('any'), 'utf8')).toBe(Buffer.from(content, 'utf8').toString('utf8'))
    }),
    { numRuns: 10 },
  )
})
