import type { IntendedStep } from '../../../src/effects/journal/journal.ts'
import type { DoneStep } from '../../../src/effects/ops/op.ts'

/** One step of each op. */
export const steps: { readonly [O in DoneStep['op']]: Extract<DoneStep, { readonly op: O }> } = {
  'container.start': { op: 'container.start', container: 'kind-registry' },
  'container.unpause': { op: 'container.unpause', container: 'kind-registry' },
  'container.restart': { op: 'container.restart', container: 'k3d-dev-agent-0' },
  'container.run': {
    op: 'container.run',
    container: 'kind-registry',
    image: 'registry:2',
    publish: '127.0.0.1:5001:5000',
    restart: 'always',
    env: { REGISTRY_HTTP_SECRET: 'hunter2' },
  },
  'container.recreate': {
    op: 'container.recreate',
    container: 'kind-registry',
    publish: [
      { hostIp: '127.0.0.1', hostPort: 5001, port: 5000 },
      { hostIp: '', hostPort: 5443, port: 443 },
    ],
  },
  'network.connect': { op: 'network.connect', network: 'kind', container: 'kind-registry', aliases: [] },
  'network.disconnect': { op: 'network.disconnect', network: 'kind', container: 'kind-registry' },
  'file.put': {
    op: 'file.put',
    node: 'dev-worker',
    path: '/etc/containerd/certs.d/localhost:5001/hosts.toml',
    content: '[host."http://kind-registry:5000"]\n# hunter2\n',
    expect: null,
  },
  'file.splice': {
    op: 'file.splice',
    node: 'dev-worker',
    path: '/etc/containerd/config.toml',
    line: 3,
    remove: 1,
    insert: ['password = "hunter2"'],
    expect: 'abc',
  },
  'file.copy': {
    op: 'file.copy',
    node: 'dev-worker',
    path: '/etc/containerd/certs.d/registry:5000/ca.crt',
    from: { container: 'registry', path: '/certs/ca.crt' },
    expect: null,
  },
  'path.move': { op: 'path.move', node: 'dev-worker', from: '/etc/containerd/certs.d/a', to: '/etc/containerd/certs.d/a.off' },
  'service.restart': { op: 'service.restart', node: 'dev-worker', service: 'containerd' },
  'configmap.put': {
    op: 'configmap.put',
    cluster: 'dev',
    kubectl: 'kubectl --context kind-dev',
    namespace: 'kube-public',
    name: 'local-registry-hosting',
    data: { 'localRegistryHosting.v1': 'hunter2' },
  },
  'pod.delete': { op: 'pod.delete', cluster: 'dev', kubectl: 'kubectl --context kind-dev', namespace: 'shop', pod: 'web-0' },
  'image.push': { op: 'image.push', source: 'shop/web:1', target: 'localhost:5001/shop/web:1' },
  'host.file.put': { op: 'host.file.put', path: '/etc/docker/certs.d/localhost:5001/ca.crt', content: 'hunter2', expect: null },
  'cluster.create': { op: 'cluster.create', provider: 'kind', cluster: 'dev', config: 'hunter2' },
}

export const entryOf = (step: DoneStep, more: Partial<IntendedStep> = {}): IntendedStep => ({
  title: 'write hosts.toml on dev-worker',
  step,
  before: null,
  ...more,
})
