import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseBundle } from '../../src/bundle/bundle.ts'
import { SelectionError, type Selection } from '../../src/discover/options.ts'
import { explain, type ExplainOptions } from '../../src/engine/explain.ts'
import { replaySession, type Session } from '../../src/engine/session.ts'
import type { PodImages } from '../../src/model/observation.ts'
import type { NodePullPlan, PullPlanDocument } from '../../src/model/pull-plan.ts'
import { comparablePlan, validatePlan } from '../plan-contract.ts'
import { hostsToml, hostsTomlWith, kind, leadingTo, mirrorsAndConfigPath, noCerts, noConfigPath, certsPath } from '../sessions/kind.ts'

const image = 'localhost:5001/lab/hello:1'
const absent = 'localhost:5001/registry-doctor/absent:none'

/** Explains on a session, and again on the replay of what the first run recorded, which must say the same. */
async function explained(
  session: Session,
  asked: ExplainOptions['asked'] = { image },
  selection: Partial<Selection> = {},
): Promise<PullPlanDocument> {
  const options = { asked, selection: { clusters: [], ...selection } }
  const first = validatePlan(await explain(session.look, { ...options, mode: 'live' }))
  const second = await explain(replaySession(session.recorded()).look, { ...options, mode: 'bundle' })
  expect(comparablePlan(second)).toEqual(comparablePlan(first))
  return first
}
const on = ({ plans }: PullPlanDocument, node: string): NodePullPlan => plans.find((one) => one.node === node)!

describe('an image', () => {
  test('that every node gets: a mirror, and the default endpoint that is not asked', async () => {
    const document = await explained(kind())
    expect(document).toMatchObject({ kind: 'PullPlan', exitCode: 0, status: 'healthy', notAsked: [] })
    expect(document.plans.map((one) => one.node)).toEqual(['dev-control-plane', 'dev-worker', 'dev-worker2'])
    expect(document.plans[0]).toMatchObject({
      cluster: 'dev',
      image,
      containerd: '2.1.4',
      reference: { registryHost: 'localhost:5001', repository: 'lab/hello', tag: '1', canonical: image },
      directory: '/etc/containerd/certs.d/localhost:5001',
      endpoints: [
        { url: 'http://kind-registry:5000/v2', source: 'hosts.toml', file: certsPath(), line: 1 },
        { url: 'https://localhost:5001/v2', source: 'default', httpFallback: true },
      ],
      attempts: [
        { endpoint: 0, method: 'HEAD', url: 'http://kind-registry:5000/v2/lab/hello/manifests/1?ns=localhost%3A5001', status: 200 },
      ],
      outcome: 'ok',
      servedBy: 0,
    })
  })

  test('that the registry does not hold: both answers, and the text of the kubelet', async () => {
    const document = await explained(kind(), { image: absent })
    expect(document).toMatchObject({ exitCode: 1, status: 'unhealthy' })
    const { attempts, error } = document.plans[0]!
    expect(attempts.map(({ endpoint, status, error: failed }) => [endpoint, status ?? failed])).toEqual([
      [0, 404],
      [1, 'dial tcp [::1]:5001: connect: connection refused'],
    ])
    expect(error).toEqual({
      class: 'not-found',
      text: `Failed to pull image "${absent}": rpc error: code = NotFound desc = failed to pull and unpack image "${absent}": failed to resolve reference "${absent}": ${absent}: not found`,
    })
  })

  test('that one node cannot get, as it has no hosts.toml', async () => {
    const document = await explained(kind({ nodes: { worker2: noCerts } }))
    expect(document.plans.map((one) => one.outcome)).toEqual(['ok', 'ok', 'fails'])
    expect(document.exitCode).toBe(1)
    expect(on(document, 'dev-worker2')).toMatchObject({
      roots: ['/etc/containerd/certs.d'],
      rootsFrom: '/etc/containerd/config.toml',
      error: {
        class: 'connection-refused',
        text: expect.stringContaining('Head "https://localhost:5001/v2/lab/hello/manifests/1"') as string,
      },
    })
    expect(on(document, 'dev-worker2').directory).toBeUndefined()
  })

  test('of a node without config_path: each endpoint is asked by itself', async () => {
    const document = await explained(kind({ everyNode: { ...noConfigPath, reaches: { 'localhost:5001': 'refused' } } }))
    expect(document.plans[0]).toMatchObject({
      path: 'local',
      roots: [],
      outcome: 'fails',
      endpoints: [{ url: 'http://localhost:5001/v2' }],
    })
  })

  test('where nothing loads that could pull', async () => {
    const { plans } = await explained(kind({ everyNode: mirrorsAndConfigPath }))
    expect(plans[0]).toMatchObject({ path: 'none', endpoints: [], outcome: 'fails', error: { class: 'cri-unavailable' } })
  })

  test('with an endpoint that is not for pulls', async () => {
    const { plans } = await explained(
      kind({ everyNode: hostsTomlWith('[host."http://kind-registry:5000"]\ncapabilities = ["push"]\n', 'mirror-not-for-pulls') }),
    )
    expect(plans[0]!.endpoints.map((one) => one.skipped)).toEqual([
      'it lacks the capabilities pull and resolve, which a tag needs',
      undefined,
    ])
    expect(plans[0]!.attempts.map((one) => one.endpoint)).toEqual([1])
  })

  test('by a hosts.toml that containerd rejects: where and why', async () => {
    const { plans } = await explained(
      kind({ everyNode: hostsTomlWith('[host."http://kind-registry:5000"]\ncapabilities = ["pul"]\n', 'bad-capability') }),
    )
    expect(plans[0]).toMatchObject({
      rejected: { file: certsPath(), line: 1, message: expect.stringContaining('pul') as string },
      outcome: 'fails',
    })
  })

  test('that asks for a password: it is said that none was sent', async () => {
    const { plans } = await explained(kind({ registry: { serves: 'unauthorized' } }))
    expect(plans[0]).toMatchObject({ outcome: 'fails', error: { class: 'unauthorized' }, reason: 'asked without credentials' })
  })

  test('whose registry hangs: which one', async () => {
    const { exitCode, plans } = await explained(kind({ registry: { state: 'paused' } }))
    expect(exitCode).toBe(1)
    expect(plans[0]).toMatchObject({
      outcome: 'fails',
      reason: expect.stringMatching(/^no answer within \d+ s: a pull waits/) as string,
      attempts: [{ endpoint: 0, method: 'HEAD', error: 'no answer within the time limit' }],
    })
  })

  test('on the nodes that run; the others are named', async () => {
    const document = await explained(kind({ nodes: { worker2: { state: 'exited' } } }))
    expect(document.plans.map((one) => one.node)).toEqual(['dev-control-plane', 'dev-worker'])
    expect(document).toMatchObject({ exitCode: 0, notAsked: [{ cluster: 'dev', node: 'dev-worker2', why: 'it is not running (exited)' }] })
  })

  test('on no node, as none runs', async () => {
    const document = await explained(kind({ everyNode: { state: 'exited' } }))
    expect(document).toMatchObject({ exitCode: 3, plans: [], error: { code: 'not-running', message: 'no node of dev is running' } })
  })

  test('on the clusters that are selected', async () => {
    const world = { also: { staging: { workers: 0 } } }
    const nodes = async (selection: Partial<Selection>): Promise<unknown> =>
      (await explained(kind(world), { image }, selection)).plans.map((one) => one.node)
    expect(await nodes({ clusters: ['staging'] })).toEqual(['staging-control-plane'])
    expect(await nodes({})).toHaveLength(4)
  })

  test('with no cluster, and with no engine', async () => {
    const none = { exitCode: 3, plans: [], notAsked: [] }
    expect(await explained(kind(), { image }, { provider: 'k3d' })).toMatchObject({ ...none, error: { code: 'no-cluster' } })
    expect(await explained(kind({ fails: ['docker.containers'] }))).toMatchObject({ ...none, error: { code: 'timeout' } })
  })

  test('of a node that can be read and not asked: the plan, and what would come of it', async () => {
    const document = await explained(
      kind({ fails: (what, query) => (what === 'node.trace' && query['node'] === 'dev-worker' ? 'timeout' : undefined) }),
    )
    expect(document).toMatchObject({ exitCode: 3, error: { code: 'timeout', message: expect.stringContaining('dev-worker') as string } })
    const plan = on(document, 'dev-worker')
    expect(plan).toMatchObject({ outcome: 'unknown', reason: 'node.trace failed: timeout', attempts: [], endpoints: [{}, {}] })
    expect(plan.supposed?.map(({ answers, servedBy, error }) => [answers.join(' '), servedBy ?? error?.class])).toEqual([
      ['serves', 0],
      ['not-found serves', 1],
      ['not-found not-found', 'not-found'],
      ['not-found connection-refused', 'not-found'],
      ['connection-refused connection-refused', 'connection-refused'],
    ])
  })

  test('of a node that cannot even be read', async () => {
    const document = await explained(
      kind({ fails: (what, query) => (what === 'node.runtime' && query['node'] === 'dev-worker' ? 'timeout' : undefined) }),
    )
    expect(document.exitCode).toBe(3)
    expect(on(document, 'dev-worker')).toMatchObject({ containerd: 'unknown', endpoints: [], outcome: 'unknown' })
  })

  test('a node that fails counts for more than one that cannot be judged', async () => {
    const { exitCode, error } = await explained(
      kind({
        nodes: { worker2: noCerts },
        fails: (what, query) => (what === 'node.trace' && query['node'] === 'dev-worker' ? 'timeout' : undefined),
      }),
    )
    expect({ exitCode, error }).toEqual({ exitCode: 1, error: undefined })
  })

  test('containerd before 2.0 hides the 404 of a mirror behind the refusal of the default', async () => {
    const { plans } = await explained(kind({ everyNode: { containerd: '1.7.34', ...leadingTo('http://kind-registry:5000') } }), {
      image: absent,
    })
    expect(plans[0]).toMatchObject({
      containerd: '1.7.34',
      error: { class: 'connection-refused' },
      attempts: [{ status: 404 }, { endpoint: 1 }],
    })
  })
})

describe('a bundle', () => {
  const replay = async (incident: string, what: string): Promise<PullPlanDocument> => {
    const bundle = parseBundle(readFileSync(new URL(`../../incidents/${incident}/bundle.json`, import.meta.url), 'utf8'))
    return validatePlan(
      await explain(replaySession(bundle.observations).look, { selection: bundle.selection, asked: { image: what }, mode: 'bundle' }),
    )
  }

  test('without the trace of an image has its plan', async () => {
    const { exitCode, error, plans } = await replay('hosts-toml-missing', 'localhost:5001/not/asked:1')
    expect({ exitCode, code: error?.code }).toEqual({ exitCode: 3, code: 'not-recorded' })
    expect(plans[0]).toMatchObject({
      outcome: 'unknown',
      reason: 'the bundle holds no trace of this image on this node',
      attempts: [],
      endpoints: [{ url: 'http://kind-registry:5000/v2' }, { url: 'https://localhost:5001/v2' }],
    })
  })
})

describe('a pod', () => {
  const pod = (name: string, more: Partial<PodImages> = {}): PodImages => ({
    namespace: 'default',
    name,
    node: 'dev-worker',
    hasPullSecrets: false,
    containers: [{ name: 'app', kind: 'container', image, pullPolicy: 'Always' }],
    ...more,
  })
  const world = (...pods: PodImages[]): Session => kind({ pods })

  test('its images on its node, each once', async () => {
    const containers = [
      { name: 'wait', kind: 'init', image: absent },
      { name: 'app', kind: 'container', image },
      { name: 'log', kind: 'container', image },
      { name: 'debug', kind: 'ephemeral', image },
    ] as const
    const document = await explained(world(pod('app', { containers })), { pod: 'app' })
    expect(document.pod).toEqual({ cluster: 'dev', namespace: 'default', name: 'app', node: 'dev-worker' })
    expect(document.plans.map((one) => [one.node, one.image, one.containers?.map(({ name }) => name)])).toEqual([
      ['dev-worker', absent, ['wait']],
      ['dev-worker', image, ['app', 'log', 'debug']],
    ])
    expect(document.exitCode).toBe(1)
  })

  test('that is on no node yet: every node', async () => {
    const { node: _node, ...unscheduled } = pod('app')
    const document = await explained(world(unscheduled), { pod: 'app' })
    expect(document.plans).toHaveLength(3)
    expect(document.pod).not.toHaveProperty('node')
  })

  test('on a node that is not running', async () => {
    const session = kind({ pods: [pod('app')], nodes: { worker: { state: 'exited' } } })
    expect(await explained(session, { pod: 'app' })).toMatchObject({
      exitCode: 3,
      error: { code: 'not-running', message: "the pod's node dev-worker is not running" },
      notAsked: [{ node: 'dev-worker' }],
    })
  })

  test('with a name that is no image', async () => {
    const { plans } = await explained(
      world(pod('app', { containers: [{ name: 'a', kind: 'container', image: 'localhost:5001/Upper' }] })),
      {
        pod: 'app',
      },
    )
    expect(plans[0]).toMatchObject({
      outcome: 'fails',
      endpoints: [],
      error: { class: 'invalid-name', text: expect.stringContaining('must be lowercase') as string },
    })
  })

  test('with imagePullSecrets, where the registry asks for a password', async () => {
    const session = kind({ pods: [pod('app', { hasPullSecrets: true })], registry: { serves: 'unauthorized' } })
    expect(await explained(session, { pod: 'app' })).toMatchObject({
      exitCode: 3,
      plans: [{ outcome: 'unknown', reason: expect.stringContaining('imagePullSecrets') as string }],
    })
  })

  test('of a namespace', async () => {
    const session = world(pod('app'), pod('app', { namespace: 'shop', node: 'dev-worker2' }))
    expect((await explained(session, { pod: 'app', namespace: 'shop' })).plans.map((one) => one.node)).toEqual(['dev-worker2'])
  })

  test.each<[string, PodImages[], ExplainOptions['asked'], string]>([
    [
      'several of the name',
      [pod('app'), pod('app', { namespace: 'shop' })],
      { pod: 'app' },
      'there are 2 pods named "app", in the namespaces default, shop: say which with --namespace',
    ],
    ['none of the name, but one near it', [pod('web-1'), pod('app-1')], { pod: 'ap-1' }, 'no pod is named "ap-1"; did you mean "app-1"?'],
    [
      'none of the name, but those of a Deployment',
      [pod('app-6d8f-x2'), pod('web')],
      { pod: 'app' },
      'no pod is named "app": there is app-6d8f-x2',
    ],
    ['none at all', [], { pod: 'app' }, 'no pod is named "app": there is none'],
    [
      'one in another namespace',
      [pod('app', { namespace: 'shop' })],
      { pod: 'app', namespace: 'default' },
      'namespace default has no pod "app"; there is one in namespace shop',
    ],
  ])('%s', async (_what, pods, asked, message) => {
    const refused = explain(world(...pods).look, { selection: { clusters: [] }, asked, mode: 'live' })
    await expect(refused).rejects.toThrow(SelectionError)
    await expect(refused).rejects.toThrow(message)
  })

  test('of the same name in two clusters', async () => {
    const session = kind({ pods: [pod('app')], also: { staging: { pods: [pod('app', { node: 'staging-worker' })] } } })
    const asked = { pod: 'app' }
    await expect(explain(session.look, { selection: { clusters: [] }, asked, mode: 'live' })).rejects.toThrow(
      'of the clusters dev, staging: say which with --cluster',
    )
  })

  test('where the API cannot be asked', async () => {
    expect(await explained(kind({ fails: ['kube.podsNamed'] }), { pod: 'app' })).toMatchObject({ exitCode: 3, error: { code: 'timeout' } })
  })
})

test('an endpoint twice in a file is asked as often', async () => {
  const { plans } = await explained(
    kind({ everyNode: { files: { [certsPath()]: hostsToml('http://kind-registry:5000', 'http://other:5000') } } }),
  )
  expect(plans[0]).toMatchObject({ outcome: 'ok', servedBy: 0, endpoints: [{}, { url: 'http://other:5000/v2' }, { source: 'default' }] })
})
