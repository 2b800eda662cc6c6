import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/index.ts'
import { examine, type ExamineOptions } from '../../src/engine/examine.ts'
import { replaySession } from '../../src/engine/session.ts'
import type { WaitingContainer, WaitingPod } from '../../src/model/observation.ts'
import type { Report } from '../../src/model/report.ts'
import { validateReport } from '../report-contract.ts'
import { kind, type KindOptions } from '../sessions/kind.ts'

const [held, absent] = ['localhost:5001/lab/hello:1', 'localhost:5001/registry-doctor/absent:none']
const pod = (name: string, image: string, of: Partial<WaitingPod> = {}, more: Partial<WaitingContainer> = {}): WaitingPod => ({
  namespace: 'default',
  name,
  uid: `uid of ${name}`,
  node: 'dev-worker',
  hasPullSecrets: false,
  containers: [{ name: 'app', kind: 'container', image, reason: 'ImagePullBackOff', message: 'connection refused', ...more }],
  ...of,
})

async function report(options: KindOptions, more: Partial<ExamineOptions> = {}): Promise<Report> {
  const made = await examine(kind({ images: [], ...options }).look, {
    selection: { clusters: [] },
    checks,
    failOn: 'error',
    mode: 'live',
    ...more,
  })
  validateReport(made)
  return made
}

/** Pod → code of its root cause. */
const linked = ({ symptoms }: Report): { [pod: string]: string | null } =>
  Object.fromEntries(symptoms.map((one) => [one.pod, one.rootCause?.split(':')[0] ?? null]))
const causes = ({ rootCauses }: Report): string[] => rootCauses.map((one) => one.code)

describe('pods and the cause of their failure', () => {
  test('a node that is misled: its pods and no others', async () => {
    const made = await report({
      nodes: { worker2: { files: { '/etc/containerd/certs.d': null } } },
      waiting: [
        pod('on-worker2', held, { node: 'dev-worker2' }),
        pod('on-worker', held),
        pod('elsewhere', 'nginx', { node: 'dev-worker2' }),
      ],
    })
    expect(causes(made)).toEqual(['hosts-toml-missing'])
    expect(linked(made)).toEqual({ 'on-worker2': 'hosts-toml-missing', 'on-worker': null, elsewhere: null })
    expect(made.rootCauses[0]).toMatchObject({ explains: [], symptoms: ['dev/default/on-worker2/app'] })
    expect(made.symptoms.map((one) => [one.pod, one.state, one.registry])).toEqual([
      ['elsewhere', 'current', null],
      ['on-worker', 'stale', 'kind-registry'],
      ['on-worker2', 'current', 'kind-registry'],
    ])
  })

  test('two faults, each with its pods', async () => {
    const made = await report({
      nodes: { worker2: { files: { '/etc/containerd/certs.d': null } } },
      waiting: [pod('misled', held, { node: 'dev-worker2' }), pod('missing', absent)],
    })
    expect(causes(made)).toEqual(['hosts-toml-missing', 'image-not-in-registry'])
    expect(linked(made)).toEqual({ misled: 'hosts-toml-missing', missing: 'image-not-in-registry' })
  })

  test('a stopped registry behind a node that is misled: the pod hangs on what it meets first', async () => {
    const made = await report({
      registry: { state: 'exited' },
      nodes: { worker2: { files: { '/etc/containerd/certs.d': null } } },
      waiting: [pod('misled', held, { node: 'dev-worker2' }), pod('led', held)],
    })
    expect(linked(made)).toEqual({ misled: 'hosts-toml-missing', led: 'registry-not-running' })
  })

  test('a failed check names the cause, also where the pods are only its consequence', async () => {
    const made = await report({ registry: { state: 'exited' }, waiting: [pod('app', held)] })
    const id = made.rootCauses[0]!.finding
    expect(made.findings.map((one) => one.code)).not.toContain('in-cluster-pull-failed')
    expect(made.checks.find((one) => one.id === 'cluster/pod-images')!.results).toMatchObject([{ status: 'fail', findings: [id] }])
  })

  test('pods that cannot be judged are no reason to say healthy', async () => {
    const made = await report({
      waiting: [pod('app', held)],
      fails: (asked, query) =>
        asked === 'node.trace' && String(query['image']).endsWith('hello:1') && query['node'] === 'dev-worker' ? 'timeout' : undefined,
    })
    expect(made).toMatchObject({ status: 'incomplete', exitCode: 3 })
    expect(made.symptoms).toMatchObject([{ rootCause: null, explanation: expect.stringMatching(/could not be asked for again/) }])
  })

  test('only pods from elsewhere: healthy', async () => {
    const made = await report({ waiting: [pod('app', 'nginx', {}, { message: 'dial tcp: lookup registry-1.docker.io: no such host' })] })
    expect(made).toMatchObject({ status: 'healthy', exitCode: 0, findings: [] })
    expect(made.symptoms).toMatchObject([
      {
        class: 'dns-failure',
        registry: null,
        explanation: 'not of a local registry, but of docker.io: its name does not resolve on the node',
      },
    ])
  })

  test('the name of a registry without its port is a repository of Docker Hub', async () => {
    const made = await report({ waiting: [pod('app', 'kind-registry/app:1', {}, { message: 'pull access denied' })] })
    expect(made.symptoms[0]!.explanation).toMatch(
      /but of docker\.io.*; "kind-registry" alone is no host: images of kind-registry begin with localhost:5001\/$/,
    )
  })

  test('a pod that waits for its turn behind a large image', async () => {
    const at = '2026-11-21T10:47:00.000Z'
    const large = 'large.example.com/app:1'
    const starts = { reason: 'ContainerCreating', message: '' }
    const made = await report({
      waiting: [pod('app', held, {}, starts), pod('large', large, {}, starts)],
      events: [held, large].map((image, index) => ({
        namespace: 'default',
        pod: ['app', 'large'][index]!,
        uid: `uid of ${['app', 'large'][index]}`,
        container: 'app',
        reason: 'Pulling',
        message: `Pulling image "${image}"`,
        since: at,
        at,
        count: 1,
      })),
    })
    expect(made).toMatchObject({ exitCode: 0, findings: [] })
    expect(made.symptoms.map((one) => one.explanation)).toEqual([
      `the image can be had now; the kubelet pulls one at a time, and ${large} comes first`,
      'not of a local registry, but of large.example.com: its pull has no outcome yet',
    ])
  })

  test('a name of the cluster is none that nodes know', async () => {
    const made = await report({ waiting: [pod('app', 'registry.tools.svc.cluster.local:5000/app:1', {}, { message: 'no such host' })] })
    expect(made.symptoms[0]!.explanation).toMatch(/is a name of the cluster, which nodes do not know/)
  })

  test('who leaves the check out is not told of pods', async () => {
    const made = await report({ waiting: [pod('app', absent)] }, { checks: checks.filter((one) => one.id !== 'cluster/pod-images') })
    expect(made).toMatchObject({ symptoms: [], exitCode: 0 })
  })

  test('a stale pod: when it goes on, and how to hurry it', async () => {
    const made = await report({ waiting: [pod('alone', held), pod('owned', held, { owner: 'deploy/owned' })] })
    expect(made).toMatchObject({ status: 'healthy', exitCode: 0 })
    const explanation = 'the image can be had now, and the kubelet tries again within 5 minutes'
    expect(made.symptoms).toMatchObject([
      {
        explanation,
        command: 'kubectl --context kind-dev get pod alone -n default -o yaml | kubectl --context kind-dev replace --force -f -',
      },
      { explanation, command: 'kubectl --context kind-dev delete pod owned -n default' },
    ])
  })
})

describe('only a part of it', () => {
  const two: KindOptions = {
    nodes: { worker2: { files: { '/etc/containerd/certs.d': null } } },
    waiting: [
      pod('misled', held, { node: 'dev-worker2', owner: 'deploy/misled' }),
      pod('missing', absent, { namespace: 'shop', owner: 'deploy/shop' }),
    ],
    workloads: { deployments: ['default/misled', 'shop/shop', 'default/fine'], jobs: [] },
    pods: [
      {
        namespace: 'default',
        name: 'runs',
        node: 'dev-worker',
        hasPullSecrets: false,
        containers: [{ name: 'a', kind: 'container', image: held }],
      },
    ],
  }

  test.each([
    ['a pod', { kind: 'pod', name: 'misled' }, undefined, { misled: 'hosts-toml-missing' }, ['dev-worker2']],
    ['the pods of a workload', { kind: 'deploy', name: 'shop' }, undefined, { missing: 'image-not-in-registry' }, ['dev-worker']],
    ['a pod that runs', { kind: 'pod', name: 'runs' }, undefined, {}, ['dev-worker']],
    [
      'a workload none of whose pods waits',
      { kind: 'deploy', name: 'fine' },
      undefined,
      {},
      ['dev-control-plane', 'dev-worker', 'dev-worker2'],
    ],
  ] as const)('%s', async (_what, target, namespace, pods, nodes) => {
    const made = await report(two, { target, ...(namespace !== undefined && { namespace }) })
    expect(linked(made)).toEqual(pods)
    expect(made.clusters[0]!.nodes.map((one) => one.name)).toEqual(nodes)
    expect(made.only).toMatchObject(target.kind === 'pod' ? { pod: target.name } : { owner: `${target.kind}/${target.name}` })
  })

  test('a namespace', async () => expect(linked(await report(two, { namespace: 'shop' }))).toEqual({ missing: 'image-not-in-registry' }))

  test.each([
    ['a pod that is not there', { kind: 'pod', name: 'mised' }, undefined, /no pod is named "mised"; did you mean "misled"\?/],
    [
      'a pod of another namespace',
      { kind: 'pod', name: 'missing' },
      'default',
      /namespace default has no pod "missing"; there is one in namespace shop/,
    ],
    ['a workload that is not there', { kind: 'deploy', name: 'shoop' }, undefined, /no deployment is named "shoop"; did you mean "shop"\?/],
    ['a kind of which there is none', { kind: 'job', name: 'import' }, undefined, /no job is named "import": there is none/],
  ] as const)('%s is told', async (_what, target, namespace, message) => {
    await expect(report(two, { target, ...(namespace !== undefined && { namespace }) })).rejects.toThrow(message)
  })

  test('what a bundle does not hold is told', async () => {
    const session = kind({ images: [], ...two })
    await examine(session.look, { selection: { clusters: [] }, checks, failOn: 'error', mode: 'live' })
    const replayed = (target: ExamineOptions['target']) =>
      examine(replaySession(session.recorded()).look, {
        selection: { clusters: [] },
        checks,
        failOn: 'error',
        mode: 'bundle',
        target: target!,
      })
    await expect(replayed({ kind: 'pod', name: 'runs' })).rejects.toThrow(
      'the bundle does not tell of pod/runs: it holds pods that waited for an image, misled, missing',
    )
    await expect(replayed({ kind: 'deploy', name: 'fine' })).rejects.toThrow(/pods that waited for an image, deploy\/misled, deploy\/shop/)
    expect(linked(await replayed({ kind: 'deploy', name: 'shop' }))).toEqual({ missing: 'image-not-in-registry' })
  })

  test('several of that name are told', async () =>
    await expect(
      report({ waiting: [pod('app', held), pod('app', held, { namespace: 'shop', uid: 'u2' })] }, { target: { kind: 'pod', name: 'app' } }),
    ).rejects.toThrow(/there are 2 pods named "app", in the namespaces default, shop: say which with --namespace/))
})
