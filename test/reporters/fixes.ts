import type { Remedy, ReportedFinding, Step } from '../../src/model/finding.ts'
import type { FixReport, FixStep, Repair } from '../../src/model/fix-report.ts'
import type { CheckResult, Report } from '../../src/model/report.ts'
import { showStep } from '../../src/remedies/show.ts'
import { blocked, check, cluster, fail, finding, node, pass, registry, report, root, symptom } from './reports.ts'

// The documents that people will see, one per kind of outcome. Named by what happened.

export const nodes = ['dev-control-plane', 'dev-worker', 'dev-worker2']
const id = '20261128-190533-7f3a'
const journal = `/home/user/.local/state/registry-doctor/fixes/${id}.jsonl`

export function fixReport(parts: Partial<FixReport> = {}): FixReport {
  return {
    schemaVersion: 1,
    kind: 'FixReport',
    tool: { name: 'registry-doctor', version: '0.1.0' },
    startedAt: '2026-11-28T19:05:33.000Z',
    durationMs: 6_412,
    mode: 'live',
    status: 'healthy',
    exitCode: 0,
    command: 'fix',
    dryRun: false,
    repairs: [],
    next: [],
    notes: [],
    before: report(),
    after: null,
    ...parts,
  }
}

export const did = (step: Step, status: FixStep['status'], parts: Partial<FixStep> = {}): FixStep => ({
  step,
  show: showStep(step),
  status,
  ...parts,
})

/** What is done about a finding, by the first of its remedies. */
function repairOf(cause: ReportedFinding, status: Repair['status'], steps: FixStep[], parts: Partial<Repair> = {}): Repair {
  const { title, risk } = cause.remedies[0]!
  return { finding: cause.id, code: cause.code, cluster: 'dev', title, risk, status, steps, ...parts }
}

const remedy = (title: string, risk: Remedy['risk'], ...steps: Step[]): Remedy => ({ title, risk, steps, show: steps.map(showStep) })

const unhealthy = (causes: readonly ReportedFinding[], parts: Partial<Report> = {}): Report =>
  report({
    status: 'unhealthy',
    exitCode: 1,
    findings: [...causes],
    rootCauses: causes.map((one) => root(one)),
    checks: [...report().checks, ...causes.map((one) => check(one.check, one.title, fail(one.subject, one)))],
    ...parts,
  })

const path = '/etc/containerd/certs.d/localhost:5001/hosts.toml'
const hostsToml = (name: string): Step => ({
  op: 'file.put',
  node: name,
  path,
  content: '[host."http://kind-registry:5000"]\n',
  expect: null,
})
const newFile = '@@ -0,0 +1,1 @@\n+[host."http://kind-registry:5000"]\n'
export const missing = finding('hosts-toml-missing', cluster(), {
  check: 'node/registry-config',
  hop: 'resolve',
  qualifier: 'localhost:5001',
  message:
    'dev-control-plane has no /etc/containerd/certs.d/localhost:5001/hosts.toml, so containerd asks https://localhost:5001, which is the node itself (the same on all 3 nodes)',
  remedies: [remedy('write hosts.toml on 3 nodes', 'safe', ...nodes.map(hostsToml))],
})
const pods = ['app-7c9d-x2x4k', 'app-7c9d-p9s2v'].map((pod) => symptom(pod, missing))
const withPods = unhealthy([missing], { rootCauses: [root(missing, [], pods)], symptoms: pods })

export const applied = fixReport({
  id,
  journal,
  repairs: [
    repairOf(
      missing,
      'applied',
      nodes.map((name) => did(hostsToml(name), 'applied', { diff: newFile, durationMs: 41 })),
    ),
  ],
  before: withPods,
  after: report(),
})

/** The image can be had by now, and one pod does not know yet. */
export const podsWait = fixReport({
  ...applied,
  after: report({
    symptoms: [
      symptom(pods[0]!.pod, null, {
        state: 'stale',
        explanation: 'the image can be had now, and the kubelet tries again within 5 minutes',
        command: `kubectl --context kind-dev delete pod ${pods[0]!.pod} -n default`,
      }),
    ],
  }),
})

const configToml = '/etc/containerd/config.toml'
const setConfigPath = (name: string): Step => ({
  op: 'file.put',
  node: name,
  path: configToml,
  content: 'version = 3\n\n[plugins."io.containerd.cri.v1.images".registry]\n  config_path = "/etc/containerd/certs.d"\n',
  expect: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
})
const restart = (name: string): Step => ({ op: 'service.restart', node: name, service: 'containerd' })
const configDiff = [
  `--- ${configToml}`,
  `+++ ${configToml}`,
  '@@ -9,4 +9,7 @@',
  '   [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]',
  '     runtime_type = "io.containerd.runc.v2"',
  ' ',
  '+[plugins."io.containerd.cri.v1.images".registry]',
  '+  config_path = "/etc/containerd/certs.d"',
  '+',
  ' [proxy_plugins]',
  '',
].join('\n')
const noConfigPath = finding('config-path-missing', cluster(), {
  check: 'node/registry-config',
  hop: 'resolve',
  qualifier: 'localhost:5001',
  message:
    'containerd 2.1.4 on dev-control-plane has no config_path, so it reads no hosts.toml and asks http://localhost:5001, which is the node itself (the same on all 3 nodes)',
  remedies: [
    remedy(
      'set config_path on 3 nodes and restart containerd there',
      'disruptive',
      ...nodes.flatMap((name) => [setConfigPath(name), restart(name)]),
    ),
  ],
})
const connect: Step = { op: 'network.connect', network: 'kind', container: 'kind-registry', aliases: [] }
const detached = finding('registry-not-on-network', registry(), {
  check: 'network/registry-on-cluster-network',
  hop: 'network',
  message: 'kind-registry is on bridge; the nodes are on kind',
  remedies: [remedy('attach it to the network of the cluster', 'safe', connect)],
})
const configSteps = (status: FixStep['status']): FixStep[] =>
  nodes.flatMap((name) => [did(setConfigPath(name), status, { diff: configDiff }), did(restart(name), status)])

export const dryRun = fixReport({
  dryRun: true,
  status: 'unhealthy',
  exitCode: 1,
  repairs: [repairOf(detached, 'planned', [did(connect, 'planned')]), repairOf(noConfigPath, 'planned', configSteps('planned'))],
  before: unhealthy([detached, noConfigPath]),
})

/** What is shown before it is asked for: neither how to have it done nor that nothing is. */
export const question = fixReport({ ...dryRun, dryRun: false })

/** Only what is safe is allowed. */
export const inPart = fixReport({
  id,
  journal,
  status: 'unhealthy',
  exitCode: 1,
  repairs: [repairOf(detached, 'applied', [did(connect, 'applied')]), repairOf(noConfigPath, 'not-allowed', configSteps('planned'))],
  before: unhealthy([detached, noConfigPath]),
  after: unhealthy([noConfigPath]),
})

const [first, second, third] = nodes as [string, string, string]
export const failed = fixReport({
  id,
  journal,
  status: 'unhealthy',
  exitCode: 1,
  repairs: [
    repairOf(noConfigPath, 'failed', [
      did(setConfigPath(first), 'applied', { diff: configDiff }),
      did(restart(first), 'applied', { durationMs: 1_840 }),
      did(setConfigPath(second), 'applied', { diff: configDiff }),
      did(restart(second), 'failed', {
        reason:
          'containerd did not become active within 20 s: Job for containerd.service failed because the control process exited with error code',
      }),
      did(setConfigPath(third), 'not-reached', { diff: configDiff }),
      did(restart(third), 'not-reached'),
    ]),
    repairOf(detached, 'not-reached', [did(connect, 'not-reached')]),
  ],
  next: ['see why containerd does not start on dev-worker, then take back what was done or run fix again'],
  before: unhealthy([noConfigPath, detached]),
  after: unhealthy([
    {
      ...noConfigPath,
      id: `${noConfigPath.code}:node/dev/${second}`,
      subject: node(second),
      message: `containerd 2.1.4 on ${second} has no config_path, so it reads no hosts.toml`,
    },
    detached,
    finding('node-not-running', node(second), { check: 'node/running', hop: 'start', message: `containerd does not run on ${second}` }),
  ]),
})

const notThere = finding(
  'image-not-in-registry',
  { kind: 'image', cluster: 'dev', name: 'localhost:5001/ap:1' },
  {
    check: 'cluster/pod-images',
    hop: 'manifest',
    message: 'kind-registry has no localhost:5001/ap:1',
    remedies: [
      {
        title: 'correct the name in the workload, or push the image under the name that it wants',
        risk: 'safe',
        steps: [
          { op: 'manual', text: 'there is localhost:5001/app:1' },
          { op: 'manual', command: 'docker push localhost:5001/ap:1' },
        ],
        show: ['there is localhost:5001/app:1', 'docker push localhost:5001/ap:1'],
      },
    ],
  },
)
export const manual = fixReport({
  status: 'unhealthy',
  exitCode: 1,
  repairs: [
    repairOf(
      notThere,
      'manual',
      notThere.remedies[0]!.steps.map((step) => did(step, 'planned')),
    ),
  ],
  before: unhealthy([notThere]),
})

export const declined = fixReport({
  status: 'unhealthy',
  exitCode: 1,
  repairs: [repairOf(detached, 'declined', [did(connect, 'planned')])],
  before: unhealthy([detached]),
})

export const nothing = fixReport()

export const noDocker = fixReport({
  status: 'incomplete',
  exitCode: 3,
  error: { code: 'docker-unreachable', message: 'Docker does not answer: connect ENOENT /var/run/docker.sock' },
  before: null,
})

/** Ended by Ctrl-C between two steps. */
export const interrupted = fixReport({
  id,
  journal,
  status: 'incomplete',
  exitCode: 130,
  error: { code: 'interrupted', message: 'the run was interrupted' },
  repairs: [
    repairOf(
      missing,
      'failed',
      nodes.map((name, nth) => did(hostsToml(name), nth === 0 ? 'applied' : 'not-reached', { diff: newFile })),
      { reason: 'the run was interrupted' },
    ),
  ],
  before: withPods,
})

/** Of two faults, on the nodes of another provider; afterwards one node could not be asked. */
const yaml = '/etc/rancher/k3s/registries.yaml'
const agents = ['k3d-shop-server-0', 'k3d-shop-agent-0']
const stale = agents.map((name) =>
  finding('registries-yaml-missing', node(name, 'shop'), {
    check: 'node/registries-yaml',
    hop: 'resolve',
    message: `${name} has no registries.yaml that leads to k3d-registry`,
    remedies: [
      remedy(
        `write registries.yaml on ${name} and start it again`,
        'disruptive',
        {
          op: 'file.splice',
          node: name,
          path: yaml,
          line: 2,
          remove: 0,
          insert: ['  "localhost:5001":', '    endpoint:', '      - http://k3d-registry:5000'],
          expect: 'abc',
        },
        { op: 'container.restart', container: name },
      ),
    ],
  }),
)
const shop = report().clusters.map((one) => ({
  ...one,
  name: 'shop',
  provider: 'k3d' as const,
  context: 'k3d-shop',
  network: 'k3d-shop',
  nodes: agents.map((name, nth) => ({ name, role: nth === 0 ? 'server' : 'agent', running: true })),
}))
const unasked = 'docker exec in k3d-shop-agent-0 was refused: OCI runtime exec failed'
export const k3d = fixReport({
  id,
  journal,
  status: 'incomplete',
  exitCode: 3,
  error: { code: 'node-exec', message: unasked },
  repairs: stale.map((one) =>
    repairOf(
      one,
      'applied',
      one.remedies[0]!.steps.map((step) =>
        did(
          step,
          'applied',
          step.op === 'file.splice'
            ? {
                diff: '@@ -1,3 +1,6 @@\n mirrors:\n+  "localhost:5001":\n+    endpoint:\n+      - http://k3d-registry:5000\n   docker.io:\n     endpoint:\n',
              }
            : {},
        ),
      ),
      { cluster: 'shop' },
    ),
  ),
  before: unhealthy(stale, { clusters: shop }),
  after: report({
    status: 'incomplete',
    exitCode: 3,
    error: { code: 'node-exec', message: unasked },
    clusters: shop,
    checks: [
      check(
        'node/registries-yaml',
        'k3s leads to the registry',
        pass(node(agents[0]!, 'shop')),
        blocked(node(agents[1]!, 'shop'), unasked),
      ),
    ],
  }),
})

const undo = (steps: FixStep[], status: Repair['status']): Partial<FixReport> => ({
  command: 'undo',
  id,
  journal,
  repairs: [{ cluster: 'dev', title: 'write hosts.toml on 3 nodes', risk: 'safe', status, steps }],
  before: null,
})
const removed = '@@ -1,1 +0,0 @@\n-[host."http://kind-registry:5000"]\n'
export const undone = fixReport(
  undo(
    nodes.map((name) => did(hostsToml(name), 'undone', { diff: removed })),
    'undone',
  ),
)
export const undoneInPart = fixReport({
  ...undo(
    nodes.map((name, nth) =>
      nth === 1
        ? did(hostsToml(name), 'kept', { reason: 'someone has changed it since: it is not what was written' })
        : did(hostsToml(name), 'undone', { diff: removed }),
    ),
    'kept',
  ),
  status: 'unhealthy',
  exitCode: 1,
})

const run: Step = {
  op: 'container.run',
  container: 'kind-registry',
  image: 'registry:3',
  publish: '127.0.0.1:5001:5000',
  restart: 'always',
  volume: 'kind-registry',
}
const configMap: Step = {
  op: 'configmap.put',
  cluster: 'dev',
  kubectl: 'kubectl --context kind-dev',
  namespace: 'kube-public',
  name: 'local-registry-hosting',
  data: { 'localRegistryHosting.v1': 'host: "localhost:5001"\n' },
}
const part = (title: string, status: Repair['status'], steps: FixStep[]): Repair => ({ cluster: 'dev', title, risk: 'safe', status, steps })
const parts = (status: 'applied' | 'unchanged'): Repair[] => [
  part('run the registry kind-registry on 127.0.0.1:5001', status, [did(run, status)]),
  part('attach it to the network kind', status, [did(connect, status)]),
  part(
    'lead 3 nodes to it',
    status,
    nodes.map((name) => did(hostsToml(name), status, status === 'applied' ? { diff: newFile } : {})),
  ),
  part('tell tools of it', status, [did(configMap, status)]),
]
const legs = (ms: readonly [number, number, number]): NonNullable<CheckResult['hops']> =>
  (['push', 'unpack', 'start'] as const).map((hop, nth) => ({ registryHost: 'localhost:5001', hop, status: 'pass', ms: ms[nth]! }))
const proven = report({
  checks: [
    ...report().checks,
    check(
      'probe/run',
      'the node pulls the image and runs it',
      ...nodes.map((name, nth) => ({ ...pass(node(name)), hops: legs([96, 187 + nth, 301 + nth]) })),
    ),
  ],
})
const next = [
  'push      docker tag app localhost:5001/app:1 && docker push localhost:5001/app:1',
  'pull      image: localhost:5001/app:1',
  'tools     Tilt and Skaffold find it by the ConfigMap kube-public/local-registry-hosting',
]
export const setup = fixReport({
  command: 'setup',
  id,
  journal,
  repairs: parts('applied'),
  next,
  before: report({ registries: [] }),
  after: proven,
})
export const setupAgain = fixReport({ command: 'setup', repairs: parts('unchanged'), next, before: report(), after: proven })

/** The port is taken. */
export const setupFailed = fixReport({
  command: 'setup',
  status: 'incomplete',
  exitCode: 3,
  error: { code: 'setup-failed', message: 'port 5001 of 127.0.0.1 is taken by the container other-registry' },
  repairs: [
    part('run the registry kind-registry on 127.0.0.1:5001', 'failed', [
      did(run, 'failed', { reason: 'Bind for 127.0.0.1:5001 failed: port is already allocated' }),
    ]),
    part('attach it to the network kind', 'not-reached', [did(connect, 'not-reached')]),
  ],
  before: report({ registries: [] }),
})

const plannedSteps = (repairs: readonly Repair[]): Repair[] =>
  repairs.map((one) => ({ ...one, status: 'planned', steps: one.steps.map((step) => ({ ...step, status: 'planned' })) }))
export const setupPlanned = fixReport({
  command: 'setup',
  dryRun: true,
  status: 'unhealthy',
  exitCode: 1,
  repairs: plannedSteps(parts('applied')),
  before: report({ registries: [] }),
})
export const undoPlanned = fixReport({ ...undone, dryRun: true, status: 'unhealthy', exitCode: 1, repairs: plannedSteps(undone.repairs) })
