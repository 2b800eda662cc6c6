import type { CheckResult, Report } from '../../src/model/report.ts'
import type { Hop, Subject } from '../../src/model/words.ts'
import { blocked, check, cluster, fail, finding, node, pass, registry, report, root, skip, symptom } from './reports.ts'

// The reports that people will see, one per kind of outcome. Named by what happened.

const stopped = finding('registry-not-running', registry(), {
  check: 'registry/running',
  hop: 'registry',
  message: 'kind-registry is not running: it exited 12 minutes ago with code 137, and its restart policy is "no"',
  evidence: [
    {
      vantage: 'engine',
      asked: 'state of the container kind-registry',
      saw: 'exited, exit code 137, restart policy no',
      command: "docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.HostConfig.RestartPolicy.Name}}' kind-registry",
    },
  ],
  remedies: [
    {
      title: 'start the registry container',
      risk: 'safe',
      steps: [{ op: 'container.start', container: 'kind-registry' }],
      show: ['docker start kind-registry'],
    },
  ],
})
const unanswered = finding('registry-not-answering', registry(), {
  check: 'registry/answering',
  hop: 'publish',
  message: 'nothing answers on 127.0.0.1:5001',
  evidence: [
    {
      vantage: 'host',
      asked: 'GET http://127.0.0.1:5001/v2/',
      saw: 'connect ECONNREFUSED 127.0.0.1:5001',
      command: 'curl -i http://127.0.0.1:5001/v2/',
    },
  ],
})
const pods = ['app-7c9d-x2x4k', 'app-7c9d-p9s2v', 'app-7c9d-zz7qd'].map((name, nth) =>
  symptom(name, stopped, { node: nth === 1 ? 'dev-worker2' : 'dev-worker' }),
)

const nodes = ['dev-control-plane', 'dev-worker', 'dev-worker2']

export const registryStopped: Report = report({
  status: 'unhealthy',
  exitCode: 1,
  registries: report().registries.map(({ networks: _, ...rest }) => ({ ...rest, running: false })),
  findings: [stopped, unanswered],
  rootCauses: [root(stopped, [unanswered], pods)],
  symptoms: pods,
  checks: [
    check('registry/running', 'the registry container is running', fail(registry(), stopped)),
    check('registry/answering', 'the registry answers on the host', fail(registry(), unanswered)),
    check(
      'network/registry-on-cluster-network',
      'the registry is attached to the cluster network',
      skip(cluster(), 'kind-registry is not running'),
    ),
    check('node/registry-config', "every node's containerd is led to the registry", ...nodes.map((name) => pass(node(name)))),
  ],
})

const hostsToml = '/etc/containerd/certs.d/localhost:5001/hosts.toml'
const missing = finding('hosts-toml-missing', node('dev-worker2'), {
  check: 'node/registry-config',
  hop: 'resolve',
  qualifier: 'localhost:5001',
  message: 'dev-worker2 has no certs.d/localhost:5001, so containerd asks https://localhost:5001, which is the node itself',
  evidence: [
    { vantage: 'node', asked: 'ls /etc/containerd/certs.d', saw: '(empty)', command: 'docker exec dev-worker2 ls /etc/containerd/certs.d' },
    { vantage: 'node', asked: 'HEAD https://localhost:5001/v2/app/manifests/1', saw: 'dial tcp [::1]:5001: connect: connection refused' },
  ],
  remedies: [
    {
      title: 'write hosts.toml on dev-worker2',
      risk: 'safe',
      steps: [{ op: 'file.put', node: 'dev-worker2', path: hostsToml, content: '[host."http://kind-registry:5000"]\n', expect: null }],
      show: [
        'docker exec dev-worker2 mkdir -p /etc/containerd/certs.d/localhost:5001',
        `docker exec -i dev-worker2 tee ${hostsToml} <<'EOF'\n[host."http://kind-registry:5000"]\nEOF`,
      ],
    },
  ],
})
const detached = finding('registry-not-on-network', registry(), {
  check: 'network/registry-on-cluster-network',
  hop: 'network',
  message: 'kind-registry is on bridge; the nodes are on kind',
  evidence: [
    {
      vantage: 'engine',
      asked: 'networks of kind-registry',
      saw: 'bridge',
      command: "docker inspect -f '{{json .NetworkSettings.Networks}}' kind-registry",
    },
  ],
  remedies: [
    {
      title: 'attach it to the network of the cluster',
      risk: 'safe',
      steps: [{ op: 'network.connect', network: 'kind', container: 'kind-registry', aliases: [] }],
      show: ['docker network connect kind kind-registry'],
    },
  ],
})
const unresolved = nodes.map((name) =>
  finding('registry-name-unresolvable', node(name), {
    check: 'node/resolves',
    hop: 'name',
    message: `${name} cannot resolve kind-registry`,
    evidence: [
      { vantage: 'node', asked: 'getent hosts kind-registry', saw: '(nothing)', command: `docker exec ${name} getent hosts kind-registry` },
    ],
  }),
)
const detachedPods = [symptom('api-0', detached, { owner: 'sts/api', image: 'localhost:5001/api:2' })]
const missingPods = [symptom('app-7c9d-x2x4k', missing, { node: 'dev-worker2' })]

export const twoFaults: Report = report({
  status: 'unhealthy',
  exitCode: 1,
  findings: [detached, missing, ...unresolved],
  rootCauses: [root(detached, unresolved, detachedPods), root(missing, [], missingPods)],
  symptoms: [...detachedPods, ...missingPods],
  checks: [
    check('registry/running', 'the registry container is running', pass(registry())),
    check('network/registry-on-cluster-network', 'the registry is attached to the cluster network', fail(cluster(), detached)),
    check('node/resolves', 'every node resolves the name of the registry', ...unresolved.map((each) => fail(each.subject, each))),
    check(
      'node/registry-config',
      "every node's containerd is led to the registry",
      ...nodes.map((name) => (name === 'dev-worker2' ? fail(node(name), missing) : pass(node(name)))),
    ),
  ],
})

const configMap = finding('hosting-configmap-missing', cluster(), {
  check: 'api/hosting-configmap',
  hop: 'push',
  message: 'dev has no ConfigMap kube-public/local-registry-hosting, so Tilt and Skaffold do not find the registry',
  evidence: [
    {
      vantage: 'api',
      asked: 'GET configmaps/local-registry-hosting',
      saw: 'not found',
      command: 'kubectl --context kind-dev -n kube-public get configmap local-registry-hosting',
    },
  ],
  remedies: [
    {
      title: 'create the ConfigMap',
      risk: 'safe',
      steps: [
        {
          op: 'configmap.put',
          cluster: 'dev',
          kubectl: 'kubectl --context kind-dev',
          namespace: 'kube-public',
          name: 'local-registry-hosting',
          data: { 'localRegistryHosting.v1': 'host: "localhost:5001"\n' },
        },
      ],
      show: [
        `kubectl --context kind-dev -n kube-public create configmap local-registry-hosting --from-literal=localRegistryHosting.v1='host: "localhost:5001"'`,
      ],
    },
  ],
})

export const warningOnly: Report = report({
  findings: [configMap],
  rootCauses: [root(configMap)],
  checks: [...report().checks, check('api/hosting-configmap', 'the cluster tells tools of its registry', pass(cluster(), configMap))],
})

const silent = 'the Kubernetes API of dev does not answer within 5 s (https://127.0.0.1:41231)'
export const apiSilent: Report = report({
  status: 'incomplete',
  exitCode: 3,
  error: { code: 'kube-unreachable', message: silent },
  checks: [
    ...report().checks,
    check('api/hosting-configmap', 'the cluster tells tools of its registry', blocked(cluster(), silent)),
    check(
      'pod/pulls',
      'pods can pull their images',
      blocked(cluster(), silent),
      blocked(node('dev-worker2'), 'docker exec in dev-worker2 was refused'),
    ),
  ],
})

export const noDocker: Report = report({
  status: 'incomplete',
  exitCode: 3,
  error: { code: 'docker-unreachable', message: 'Docker does not answer: connect ENOENT /var/run/docker.sock' },
  clusters: [],
  registries: [],
  checks: [],
})

export const healthy: Report = report({
  choices: [{ about: 'cluster dev', why: 'context kind-dev: its certificate authority and port are this cluster’s' }],
})

const image = (name: string): Subject => ({ kind: 'image', cluster: 'dev', name })
const podImages = 'every pod gets its image from the local registry'
const notPushed = ['app:2', 'api:2'].map((name) =>
  finding('image-not-pushed', image(`localhost:5001/${name}`), {
    check: 'cluster/pod-images',
    hop: 'push',
    message: `localhost:5001/${name} was not pushed: the Docker engine has it, and kind-registry does not`,
    evidence: [
      {
        vantage: 'node',
        asked: `localhost:5001/${name} from dev-worker, as containerd asks`,
        saw: `HEAD http://kind-registry:5000/v2/${name.replace(':', '/manifests/')}: HTTP 404`,
      },
      { vantage: 'engine', asked: 'its images', saw: `localhost:5001/${name}`, command: `docker images localhost:5001/${name}` },
    ],
    remedies: [
      {
        title: 'push it',
        risk: 'safe',
        steps: [{ op: 'manual', text: 'push it', command: `docker push localhost:5001/${name}` }],
        show: [`docker push localhost:5001/${name}`],
      },
    ],
  }),
)
const notFound = 'failed to resolve reference "localhost:5001/app:2": localhost:5001/app:2: not found'
const [appPods, apiPods] = [
  ['app-5f6b-aaaaa', 'app-5f6b-bbbbb'].map((name) =>
    symptom(name, notPushed[0]!, { image: 'localhost:5001/app:2', message: notFound, class: 'not-found' }),
  ),
  ['migrate', 'api', 'worker', 'cron', 'web', 'mail'].flatMap((name) =>
    symptom(`${name}-0`, notPushed[1]!, {
      image: 'localhost:5001/api:2',
      message: notFound.replaceAll('app', 'api'),
      class: 'not-found',
      owner: `sts/${name}`,
      namespace: 'shop',
      id: `dev/shop/${name}-0/app`,
      ...(name === 'migrate' && { reason: 'Pulling', message: 'Pulling image "localhost:5001/api:2" since 2026-11-21T09:51:03Z' }),
      ...(name === 'api' && { reason: 'ErrImagePull', state: 'intermittent' }),
      ...(name === 'worker' && { node: '' }),
    }),
  ),
]

const coredns = ['fkmdr', 'sb7rw'].map((name) =>
  symptom(`coredns-66bc5c9577-${name}`, null, {
    id: `dev/kube-system/coredns-66bc5c9577-${name}/coredns`,
    namespace: 'kube-system',
    container: 'coredns',
    node: 'dev-control-plane',
    image: 'registry.k8s.io/coredns/coredns:v1.12.1',
    owner: 'deploy/coredns',
    message:
      'Back-off pulling image "registry.k8s.io/coredns/coredns:v1.12.1": ErrImagePull: failed to do request: Head "https://registry.k8s.io/v2/coredns/coredns/manifests/v1.12.1": dial tcp: lookup registry.k8s.io on 172.18.0.1:53: no such host',
    class: 'dns-failure',
    registry: null,
    explanation: 'not of a local registry, but of registry.k8s.io: the name under which nodes ask for the registry does not resolve',
  }),
)
const metrics = symptom('metrics-server-0', null, {
  ...coredns[0]!,
  id: 'dev/kube-system/metrics-server-0/metrics-server',
  pod: 'metrics-server-0',
  container: 'metrics-server',
  owner: 'sts/metrics-server',
  node: 'dev-worker',
  image: 'registry.k8s.io/metrics-server/metrics-server:v0.8.0',
  message: coredns[0]!.message.replaceAll('coredns/coredns', 'metrics-server/metrics-server').replaceAll('v1.12.1', 'v0.8.0'),
})
const slow = symptom('db-0', null, {
  owner: 'sts/db',
  image: 'docker.io/postgres:17',
  reason: 'Pulling',
  message: 'Pulling image "docker.io/postgres:17" since 2026-11-21T09:58:00Z, and no outcome yet',
  class: 'unknown',
  registry: null,
  explanation: 'not of a local registry, but of docker.io: its pull has no outcome yet',
})

/** Of two images, with pods of seven owners, and pods that are no matter of the registry. */
export const imageNotPushed: Report = report({
  status: 'unhealthy',
  exitCode: 1,
  findings: notPushed,
  rootCauses: [root(notPushed[0]!, [], appPods), root(notPushed[1]!, [], apiPods)],
  symptoms: [...appPods, ...apiPods, ...coredns],
  checks: [...report().checks, check('cluster/pod-images', podImages, fail(cluster(), ...notPushed))],
})

const hurry = (pod: string): string => `kubectl --context kind-dev delete pod ${pod} -n default`
const stale = ['app-7c9d-x2x4k', 'app-7c9d-p9s2v'].map((pod, nth) =>
  symptom(pod, null, {
    state: 'stale',
    backOffUntil: `2026-11-21T10:0${nth + 2}:10.000Z`,
    explanation: `the image can be had now, and the kubelet tries again after 10:0${nth + 2}:10 UTC`,
    command: hurry(pod),
  }),
)
const { owner: _, ...bare } = symptom('debug', null, { image: 'localhost:5001/debug:1', state: 'stale' })
const replace = 'kubectl --context kind-dev get pod debug -n default -o yaml | kubectl --context kind-dev replace --force -f -'

/** All is well again, and the pods do not know yet. */
export const podsWait: Report = report({
  symptoms: [
    ...stale,
    { ...bare, explanation: 'the image can be had now, and the kubelet tries again within 5 minutes', command: replace },
    ...coredns,
    metrics,
    slow,
  ],
  checks: [...report().checks, check('cluster/pod-images', podImages, pass(cluster()))],
})

export const elsewhereOnly: Report = report({
  symptoms: [...coredns, metrics, slow],
  checks: [...report().checks, check('cluster/pod-images', podImages, pass(cluster()))],
})

const refused = 'docker exec in dev-worker2 was refused: OCI runtime exec failed'
export const nodeNotAsked: Report = report({
  status: 'incomplete',
  exitCode: 3,
  error: { code: 'node-exec', message: refused },
  symptoms: [
    symptom('app-7c9d-x2x4k', null, {
      node: 'dev-worker2',
      explanation: 'could not be asked for again; by the words of the kubelet: nodes do not reach the registry',
    }),
    stale[1]!,
  ],
  checks: [...report().checks, check('cluster/pod-images', podImages, blocked(cluster(), refused))],
})

/** The legs of a probe by one registry host, up to the one that failed. */
function legs(
  registryHost: string,
  ms: readonly [push: number, pull?: number, start?: number],
  failed?: Hop,
): NonNullable<CheckResult['hops']> {
  const names = ['push', 'unpack', 'start'] as const
  const passed = ms.flatMap((each, nth) =>
    each === undefined ? [] : [{ registryHost, hop: names[nth]!, status: 'pass' as const, ms: each }],
  )
  return failed === undefined ? passed : [...passed, { registryHost, hop: failed, status: 'fail' }]
}
const probes = (...ran: readonly CheckResult[]): Report['checks'] => [
  ...report().checks,
  check('probe/push', 'an image can be pushed to the registry', {
    ...pass({ kind: 'registry', cluster: 'dev', name: 'kind-registry' }),
    timings: { push: 96 },
    hops: legs('localhost:5001', [96]),
  }),
  check('probe/run', 'the node pulls the image and runs it', ...ran),
]
const stays = 'kind-registry refuses to delete: 6910 bytes of the probe stay in it, and at most 8 times as many, however often it is run'

export const probed: Report = report({
  checks: probes(
    { ...pass(node('dev-control-plane')), hops: legs('localhost:5001', [96, 212, 340]), notes: [stays] },
    { ...pass(node('dev-worker')), hops: legs('localhost:5001', [96, 187, 301]) },
    { ...pass(node('dev-worker2')), hops: legs('localhost:5001', [96, 12_480, 318]) },
  ),
})

const cannotPull = finding('in-cluster-pull-failed', registry(), {
  check: 'probe/run',
  hop: 'name',
  message: 'pulls from kind-registry fail on dev-worker2: dial tcp: lookup kind-registry on 172.18.0.1:53: no such host',
  qualifier: 'localhost:5001:dev-worker2',
  evidence: [{ vantage: 'node', asked: 'its image from dev-worker2, as containerd asks', saw: 'no such host' }],
})
export const probeFails: Report = report({
  status: 'unhealthy',
  exitCode: 1,
  findings: [cannotPull],
  rootCauses: [root(cannotPull)],
  checks: probes(
    { ...pass(node('dev-control-plane')), hops: legs('localhost:5001', [96, 212, 340]) },
    { ...blocked(node('dev-worker'), 'the cluster does not take the pod of the probe: denied by policy no-strangers') },
    { ...fail(node('dev-worker2'), cannotPull), hops: legs('localhost:5001', [96], 'name') },
  ),
})

/** Names as k3d makes them, by the name on the host and the one on the network. */
export const probedByTwoHosts: Report = report({
  checks: probes(
    ...['k3d-a-longer-name-of-a-cluster-server-0', 'k3d-a-longer-name-of-a-cluster-agent-0'].map((name, nth) => ({
      ...pass(node(name, 'a-longer-name-of-a-cluster')),
      hops: [...legs('localhost:5001', [96, 187 + nth, 301]), ...legs('k3d-a-longer-name-registry:5000', [96, 190 + nth, 299])],
    })),
  ),
})

export const incidents = {
  healthy,
  registryStopped,
  twoFaults,
  warningOnly,
  apiSilent,
  noDocker,
  imageNotPushed,
  podsWait,
  elsewhereOnly,
  nodeNotAsked,
  probed,
  probeFails,
  probedByTwoHosts,
}
