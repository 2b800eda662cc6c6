import { describe, expect, test } from 'vitest'
import check from '../../../src/checks/cluster/workload-images.ts'
import { checks } from '../../../src/checks/index.ts'
import { examine } from '../../../src/engine/examine.ts'
import type { HeldImage, Workload } from '../../../src/model/observation.ts'
import type { Report } from '../../../src/model/report.ts'
import { certsPath, hostsToml, kind, noCerts, type ClusterOptions, type KindOptions, type NodeOptions } from '../../sessions/kind.ts'
import { all, blocked, checkTable, everything, finds, pass, says, skips, type Expectation } from '../check-table.ts'

const naming = (image: string, pullPolicy = 'IfNotPresent', more: Partial<Workload> = {}): Workload => ({
  namespace: 'shop',
  name: 'app',
  containers: [{ name: 'app', kind: 'container', image, pullPolicy }],
  ...more,
})
const deployment = (...args: Parameters<typeof naming>): ClusterOptions => ({ templates: { deployments: [naming(...args)] } })

const held = (name: string): HeldImage => ({ name, digest: `sha256:${'ab'.repeat(32)}`, pulled: false })
const holding = (...names: string[]): NodeOptions => ({ holds: names.map(held) })
const old = 'old-reg:5000/shop/app:1'
const workers = (...nodes: NodeOptions[]): NonNullable<KindOptions['nodes']> =>
  Object.fromEntries(nodes.map((one, at) => [at === 0 ? 'worker' : 'worker2', one]))

const host = (registryHost: string) => all(finds('image-host-not-served', 'cluster/dev'), says(new RegExp(`are of ${registryHost}`)))

const notes =
  (...texts: string[]): Expectation =>
  (results) =>
    expect(results.flatMap((one) => one.notes ?? [])).toEqual(texts)

checkTable(check, {
  'nothing but what is from elsewhere': {
    session: kind({ templates: { deployments: [naming('docker.io/library/nginx:1'), naming('ghcr.io/me/app:1'), naming('nginx')] } }),
    expect: pass,
  },
  'images of the registry': { session: kind(deployment('localhost:5001/shop/app:1')), expect: pass },
  'an image that the registry lacks is no matter of its host': { session: kind(deployment('localhost:5001/none:1')), expect: pass },
  'images of the registry, which is not there: another finding tells': {
    session: kind({ registry: null, ...deployment('localhost:5001/shop/app:1') }),
    expect: pass,
  },
  'what podman built': { session: kind(deployment('localhost/app:1')), expect: pass },
  'a registry elsewhere, with a port': { session: kind(deployment('nexus.example.com:8083/app:1')), expect: pass },
  'a registry of one label that nodes reach': {
    session: kind({ ...deployment('nexus:8083/app:1'), everyNode: { reaches: { 'nexus:8083': 'not-found' } } }),
    expect: pass,
  },
  'a registry of which one node reaches it': {
    session: kind({ ...deployment('nexus:8083/app:1'), nodes: { worker: { reaches: { 'nexus:8083': 'unauthorized' } } } }),
    expect: pass,
  },
  'a name that is none': { session: kind(deployment('Old-Reg:5000/UPPER')), expect: pass },

  // what need not be pulled
  'a policy of Never': { session: kind(deployment(old, 'Never')), expect: pass },
  'kind load docker-image: every node holds it': {
    session: kind({ ...deployment('localhost:5009/shop/app:1'), everyNode: holding('localhost:5009/shop/app:1') }),
    expect: pass,
  },
  'every worker holds it': { session: kind({ ...deployment(old), nodes: workers(holding(old), holding(old)) }), expect: pass },
  'the only node holds it': { session: kind({ workers: 0, ...deployment(old), everyNode: holding(old) }), expect: pass },
  'a pod that stands alone, and its node holds it': {
    session: kind({ templates: { pods: [naming(old, 'IfNotPresent', { node: 'dev-worker' })] }, nodes: workers(holding(old)) }),
    expect: pass,
  },
  'it chooses its nodes, and one holds it': {
    session: kind({ ...deployment(old, 'IfNotPresent', { pinned: true }), nodes: workers(holding(old)) }),
    expect: pass,
  },
  'its node does not run': {
    session: kind({ templates: { pods: [naming(old, 'IfNotPresent', { node: 'dev-worker' })] }, nodes: { worker: { state: 'exited' } } }),
    expect: pass,
  },

  // image-host-not-served
  'an old prefix': {
    session: kind(deployment(old)),
    expect: all(
      finds('image-host-not-served', 'cluster/dev'),
      says(
        /images of deploy\/app are of old-reg:5000, by which no node gets to a registry: .*no such host; images of this cluster are named localhost:5001\/…/,
      ),
    ),
  },
  'only one worker still holds it': { session: kind({ ...deployment(old), nodes: workers(holding(old)) }), expect: host('old-reg:5000') },
  'every node holds it, and it is always pulled': {
    session: kind({ ...deployment(old, 'Always'), everyNode: holding(old) }),
    expect: says(/imagePullPolicy Always/),
  },
  'every node holds another tag': {
    session: kind({ ...deployment(old), everyNode: holding('old-reg:5000/shop/app:2') }),
    expect: host('old-reg:5000'),
  },
  'no replicas': { session: kind(deployment(old, 'IfNotPresent', { replicas: 0 })), expect: says(/no replicas/) },
  'a port of localhost': { session: kind(deployment('localhost:5002/app:1')), expect: says(/of localhost:5002.*connection refused/) },
  'a name below localhost': { session: kind(deployment('k3d-reg.localhost:5000/app:1')), expect: host('k3d-reg.localhost:5000') },
  'the container of the registry, for which nodes have no mirror': {
    session: kind(deployment('kind-registry:5000/app:1')),
    expect: says(/kind-registry:5000, a name of kind-registry that no node knows it by: .*HTTP response to HTTPS.*localhost:5001\/…/),
  },
  'the published port by another address': {
    session: kind(deployment('127.0.0.1:5001/app:1')),
    expect: says(/127\.0\.0\.1:5001, a name of kind-registry that no node knows it by/),
  },
  'another server answers there': {
    session: kind({ ...deployment(old), everyNode: { reaches: { 'old-reg:5000': 'no-registry' } } }),
    expect: host('old-reg:5000'),
  },
  'a cluster without a registry': {
    session: kind({ registry: null, configMap: null, everyNode: noCerts, ...deployment(old) }),
    expect: host('old-reg:5000'),
  },
  'every kind of workload is told of, and each host once': {
    session: kind({
      templates: {
        deployments: [naming(old), naming(old, 'Always', { namespace: 'other' })],
        statefulsets: [naming(old)],
        daemonsets: [naming(old)],
        jobs: [naming(old)],
        cronjobs: [naming(old)],
        pods: [naming(old)],
      },
    }),
    expect: all(finds('image-host-not-served', 'cluster/dev'), says(/deploy\/app, sts\/app, ds\/app, job\/app and 2 more/)),
  },
  'two hosts are two findings': {
    session: kind({ templates: { deployments: [naming(old), naming('localhost:5002/app:1')] } }),
    expect: finds('image-host-not-served', 'cluster/dev', 'cluster/dev'),
  },

  // what cannot be seen
  'one kind may not be listed': {
    session: kind({ templates: { cronjobs: 403 } }),
    expect: blocked(/^cronjobs of dev could not be listed: list cronjobs: HTTP 403$/),
  },
  'one kind may not be listed, and another is at fault': {
    session: kind({ templates: { cronjobs: 403, deployments: [naming(old)] } }),
    expect: all(host('old-reg:5000'), notes('cronjobs of dev could not be listed: list cronjobs: HTTP 403')),
  },
  'a kind that the API does not know': { session: kind({ templates: { cronjobs: 404 } }), expect: pass },
  'nothing can be listed': {
    session: kind({ fails: ['kube.workloads'] }),
    expect: blocked(/^deployments, statefulsets, daemonsets, jobs, cronjobs, pods of dev/),
  },
  'no node can be asked': {
    session: kind({ ...deployment(old), everyNode: { ctr: { exitCode: 1, stderr: 'ctr: broken' } } }),
    expect: blocked(/from dev-control-plane: broken$/),
  },
  'no node tells what it holds': { session: kind({ ...deployment(old), fails: ['node.images'] }), expect: blocked(/node.images/) },
  'a host that is silent': {
    session: kind({ ...deployment(old), everyNode: { reaches: { 'old-reg:5000': 'hangs' } } }),
    expect: blocked(/no answer/),
  },
  'only one registry is examined': {
    session: kind(deployment(old)),
    selection: { registry: 'localhost:5001' },
    expect: skips(/only localhost:5001 is examined/),
  },
})

const reportOf = (options: KindOptions, podsMeant: { namespace?: string } = {}): Promise<Report> =>
  examine(kind(options).look, { selection: everything, checks, failOn: 'error', mode: 'live', ...podsMeant })

const waiting = (image: string, reason = 'ErrImagePull'): ClusterOptions => ({
  waiting: [
    {
      namespace: 'shop',
      name: 'app-1',
      uid: 'u1',
      node: 'dev-worker',
      owner: 'deploy/app',
      hasPullSecrets: false,
      containers: [
        {
          name: 'app',
          kind: 'container',
          image,
          reason,
          message: `failed to pull and unpack image "${image}": dial tcp: lookup old-reg: no such host`,
        },
      ],
    },
  ],
})

describe('in a report', () => {
  const id = 'image-host-not-served:cluster/dev:old-reg:5000'

  test('the pods that wait for such an image hang on it', async () => {
    const report = await reportOf({ ...deployment(old), ...waiting(old) })
    expect(report.rootCauses).toMatchObject([{ finding: id, symptoms: ['dev/shop/app-1/app'] }])
    expect(report.symptoms).toMatchObject([{ rootCause: id, registry: null }])
    expect(report.exitCode).toBe(1)
  })

  test('a pod that must not pull does not', async () => {
    const report = await reportOf({ ...deployment(old), ...waiting(old, 'ErrImageNeverPull') })
    expect(report.symptoms).toMatchObject([{ rootCause: null }])
  })

  test.each<[what: string, options: KindOptions, cause: string]>([
    [
      'of a registry that a pod waits for, and that is not there',
      { ...deployment('localhost:5002/app:1'), ...waiting('localhost:5002/app:1') },
      'registry-not-found',
    ],
    [
      'of a container that nodes have no mirror for, once a pod waits',
      { ...deployment('kind-registry:5000/app:1'), ...waiting('kind-registry:5000/app:1') },
      'http-registry-asked-over-https',
    ],
    [
      'of a container that has stopped',
      { ...deployment('kind-registry:5000/app:1'), registry: { state: 'exited' } },
      'registry-not-running',
    ],
    [
      'of a container that is on another network',
      { ...deployment('kind-registry:5000/app:1'), registry: { networks: ['bridge'] } },
      'registry-not-on-network',
    ],
  ])('a better cause is the only one: %s', async (_what, options, cause) => {
    const { rootCauses } = await reportOf(options)
    expect(new Set(rootCauses.map((one) => one.code))).toEqual(new Set([cause]))
  })

  test('a stopped registry and a prefix of another one are two faults', async () => {
    const { rootCauses } = await reportOf({ ...deployment(old), registry: { state: 'exited' } })
    expect(rootCauses.map((one) => one.code)).toEqual(['registry-not-running', 'image-host-not-served'])
  })

  test('only workloads of the namespace that is asked after', async () => {
    expect((await reportOf(deployment(old), { namespace: 'shop' })).exitCode).toBe(1)
    expect((await reportOf(deployment(old), { namespace: 'other' })).exitCode).toBe(0)
  })

  test('the repair names the images as the nodes know the registry', async () => {
    const { findings } = await reportOf(deployment(old))
    expect(findings[0]!.remedies[0]!.show.at(-1)).toBe(
      'kubectl --context kind-dev -n shop set image deploy/app app=localhost:5001/shop/app:1',
    )
  })

  test('of several names it is the nearest', async () => {
    const files = { [certsPath('k3d-dev-reg:5000')]: hostsToml('http://kind-registry:5000') }
    const { findings } = await reportOf({ ...deployment('k3d-dev-rge:5000/app:1'), everyNode: { files } })
    expect(findings[0]!.message).toContain('images of this cluster are named k3d-dev-reg:5000/…')
  })
})
