import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { probeCluster } from '../../../src/effects/probe/probe-cluster.ts'
import { DockerError } from '../../../src/ports/docker.ts'
import { KubeError } from '../../../src/ports/kube.ts'
import { certsPath, hostsToml, type KindOptions } from '../../sessions/kind.ts'
import { fakes, passed, type FakeOptions } from './fake-ports.ts'

/** By localhost:5001 and by the name on the network. */
const twoHosts: KindOptions = { everyNode: { files: { [certsPath('kind-registry:5000')]: hostsToml('http://kind-registry:5000') } } }
/** And another registry, by localhost:5002. */
const twoRegistries: KindOptions = {
  everyNode: { files: { ...twoHosts.everyNode!.files, [certsPath('localhost:5002')]: hostsToml('http://other-registry:5000') } },
  containers: [{ name: 'other-registry', published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5002 }] }],
}

describe('a healthy cluster', () => {
  test.each<[string, FakeOptions, string[]]>([
    ['by pods', {}, ['push', 'unpack', 'start']],
    ['through the CRI alone', { by: 'cri' }, ['push', 'unpack']],
  ])('%s: every node passes with its legs, and nothing is left', async (_how, options, legs) => {
    const { tools, cluster, registries, ledger } = await fakes({ world: twoHosts, ...options })
    const { pushes, nodes } = await probeCluster(tools, cluster, registries)
    expect(pushes).toMatchObject([{ subject: { kind: 'registry', cluster: 'dev', name: 'kind-registry' }, status: 'pass', findings: [] }])
    expect(nodes.map((one) => [one.subject.name, one.status, one.findings, one.notes])).toEqual([
      ['dev-control-plane', 'pass', [], undefined],
      ['dev-worker', 'pass', [], undefined],
    ])
    for (const { hops = [] } of nodes) {
      const hosts = ['kind-registry:5000', 'localhost:5001']
      expect(hops.map((one) => [one.registryHost, one.hop, one.status])).toEqual(
        hosts.flatMap((host) => legs.map((leg) => [host, leg, 'pass'])),
      )
    }
    expect(ledger()).toEqual([])
  })

  test('what the registry keeps is told once, with what it comes to at most', async () => {
    const { tools, cluster, registries, ledger } = await fakes({ deletes: false })
    const { nodes } = await probeCluster(tools, cluster, registries)
    expect(nodes.flatMap((one) => one.notes ?? [])).toEqual([
      expect.stringMatching(/^kind-registry refuses to delete: \d+ bytes of the probe stay in it, and at most 8 times as many/),
    ])
    expect(ledger()).toEqual([expect.stringMatching('manifest'), expect.stringMatching('manifest'), expect.stringMatching('manifest')])
  })
})

test('the image is removed from a node after the pods are gone, and the claim on the slot goes last', async () => {
  const { tools, cluster, registries, calls } = await fakes()
  await probeCluster(tools, cluster, registries)
  const at = (what: RegExp): number[] => calls.flatMap((call, nth) => (what.test(call) ? [nth] : []))
  const [pods, images, namespace] = [at(/^kube\.remove .*\/pods\//), at(/ rmi /), at(/^kube\.remove .*probe-\d$/)]
  expect([pods.length, images.length, namespace.length]).toEqual([2, 2, 1])
  expect(Math.max(...pods)).toBeLessThan(Math.min(...images))
  expect(Math.max(...images)).toBeLessThan(namespace[0]!)
})

test('a node that cannot pull has its finding, and hides no other', async () => {
  const { tools, cluster, registries, ledger } = await fakes({
    world: { nodes: { worker: { reaches: { 'kind-registry:5000': 'dns-failure' } } } },
    fates: { 'dev-worker': 'registry-detached' },
  })
  const { nodes } = await probeCluster(tools, cluster, registries)
  expect(nodes.map((one) => [one.subject.name, one.findings.map(({ code, hop }) => `${code} ${hop}`)])).toEqual([
    ['dev-control-plane', []],
    ['dev-worker', ['in-cluster-pull-failed name']],
  ])
  expect(nodes[1]!.hops).toEqual([
    { registryHost: 'localhost:5001', hop: 'push', status: 'pass', ms: expect.any(Number) },
    { registryHost: 'localhost:5001', hop: 'name', status: 'fail' },
  ])
  expect(ledger()).toEqual([])
})

describe('what the API refuses is told in its words, and nothing is left', () => {
  const policy = { status: 403, body: { message: 'denied by policy no-strangers' } }
  test.each([
    ['a namespace', '/namespaces', 'the cluster refuses a namespace for the probe: denied by policy no-strangers'],
    ['a pod', '/pods', 'the cluster does not take the pod of the probe: denied by policy no-strangers'],
    ['a service account', '/serviceaccounts', 'the cluster does not take the pod of the probe: denied by policy no-strangers'],
  ])('%s', async (_what, end, reason) => {
    const { tools, cluster, registries, api, ledger } = await fakes()
    api.refuses.set(end, policy)
    const { nodes } = await probeCluster(tools, cluster, registries)
    expect(nodes).toMatchObject([
      { status: 'blocked', reason, failureCode: 'kube-forbidden' },
      { status: 'blocked', reason, failureCode: 'kube-forbidden' },
    ])
    expect(ledger()).toEqual([])
  })
})

describe('nothing can be pushed', () => {
  test.each<[string, FakeOptions['world'], string, string | undefined]>([
    ['the registry is stopped', { registry: { state: 'exited' } }, 'blocked', 'not-pushed'],
    ['the registry is not published', { registry: { published: [] } }, 'skip', undefined],
    [
      'nothing leads to the registry',
      { registry: null, configMap: null, everyNode: { files: { '/etc/containerd/certs.d': null } } },
      'skip',
      undefined,
    ],
  ])('%s: no pod is made', async (_why, world, status, failureCode) => {
    const { tools, cluster, registries, calls, ledger } = await fakes({ ...(world && { world }) })
    const { nodes } = await probeCluster(tools, cluster, registries)
    expect(nodes.map((one) => [one.status, one.failureCode])).toEqual([
      [status, failureCode],
      [status, failureCode],
    ])
    expect(calls.filter((one) => /^kube\.create .*\/pods/.test(one))).toEqual([])
    expect(ledger()).toEqual([])
  })
})

/** Calls of the take-away: what such a call was to remove may stay where it fails. */
const takesAway = /^kube\.(?:remove|get .*\/pods$)| rmi |^registry\.send DELETE/

describe('whatever happens, and whenever', () => {
  const when = fc.record({
    nth: fc.nat(90),
    world: fc.constantFrom(twoHosts, twoRegistries),
    what: fc.constantFrom('before' as const, 'after' as const),
    how: fc.constantFrom('fails', 'ends'),
    by: fc.constantFrom('pods' as const, 'cri' as const),
    worker: fc.constantFrom('healthy', 'image-missing', 'command-missing'),
    turns: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 7 }),
  })

  test('nothing that was made is left', async () => {
    await fc.assert(
      fc.asyncProperty(when, async ({ nth, what, how, world, by, worker, turns }) => {
        let count = 0
        let broken: string | undefined
        const end: { now?: () => void } = {}
        const around = (call: string, at: 'before' | 'after'): void => {
          if (at !== what || count++ !== nth) return
          broken = call
          if (how === 'ends') return end.now?.()
          throw call.startsWith('kube') ? new KubeError('timeout', 'no answer') : new DockerError('timeout', 'no answer')
        }
        const { tools, cluster, registries, controller, ledger } = await fakes({
          world,
          fates: { 'dev-worker': worker },
          by,
          turns,
          around,
        })
        end.now = () => controller.abort(new Error('interrupted'))
        await probeCluster(tools, cluster, registries).catch(() => undefined)
        // What was under way when it ended has come to its end too.
        await passed(100)
        if (how === 'fails' && broken !== undefined && takesAway.test(broken)) return
        expect(ledger(), `${how} ${what} ${broken}`).toEqual([])
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  test('what cannot be removed keeps nothing else, and is told', async () => {
    const twoHostsCount = 2
    const { calls, ...rehearsal } = await fakes({ world: twoHosts })
    await probeCluster(rehearsal.tools, rehearsal.cluster, rehearsal.registries)
    const removals = calls.filter((one) => / rmi |^kube\.remove .*probe-\d$/.test(one))
    expect(removals).toHaveLength(3)
    for (const removal of removals) {
      const around = (call: string, at: 'before' | 'after'): void => {
        if (at === 'before' && call === removal) throw new DockerError('timeout', 'no answer')
      }
      const { tools, cluster, registries, ledger } = await fakes({ world: twoHosts, around })
      const { nodes } = await probeCluster(tools, cluster, registries)
      expect(ledger()).toHaveLength(/ rmi /.test(removal) ? twoHostsCount : 1)
      expect(nodes.flatMap((one) => one.notes ?? [])).toEqual([expect.stringMatching(/ stays? .*no answer$/)])
    }
  })
})

describe('ended, nothing is taken away while something is still being made', () => {
  const ended = async (by: 'pods' | 'cri', slow: RegExp, last: RegExp): Promise<string[]> => {
    const end: { now?: () => void } = {}
    const around = async (call: string, at: 'before' | 'after'): Promise<void> => {
      if (at === 'before' && slow.test(call)) await passed(60)
      if (at === 'after' && last.test(call)) end.now?.()
    }
    const { tools, cluster, registries, controller, ledger } = await fakes({ world: twoRegistries, by, around })
    end.now = () => controller.abort(new Error('interrupted'))
    await expect(probeCluster(tools, cluster, registries)).rejects.toThrow('interrupted')
    await passed(200)
    return ledger()
  }
  test('by the other registry', async () =>
    expect(await ended('pods', /:5002\/v2\/.*PUT|PUT .*:5002.*manifests/, /PUT .*:5001.*manifests/)).toEqual([]))
  test('by the other node', async () => expect(await ended('cri', /dev-worker .* pull/, /dev-control-plane .* pull/)).toEqual([]))
})

test('ended: it rejects with the reason, after everything is taken away', async () => {
  const { tools, cluster, registries, controller, ledger } = await fakes({ fates: { 'dev-worker': 'pull-hangs' } })
  const reason = new Error('interrupted')
  const proving = probeCluster({ ...tools, tell: ({ text }) => text === 'pulling' && controller.abort(reason) }, cluster, registries)
  await expect(proving).rejects.toBe(reason)
  expect(ledger()).toEqual([])
})
