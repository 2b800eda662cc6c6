import { expect, test } from 'vitest'
import { describeChange, describeStep } from '../../../src/effects/journal/describe.ts'
import type { JournalStep } from '../../../src/effects/journal/read.ts'
import { entryOf, steps } from './steps.ts'

test.each<[keyof typeof steps, string]>([
  ['container.start', 'started container kind-registry'],
  ['container.unpause', 'resumed container kind-registry'],
  ['container.restart', 'restarted container k3d-dev-agent-0'],
  ['container.run', 'created container kind-registry from registry:2'],
  ['container.recreate', 'recreated container kind-registry, published at 127.0.0.1:5001 for its port 5000 and 5443 for its port 443'],
  ['network.connect', 'connected kind-registry to network kind'],
  ['network.disconnect', 'disconnected kind-registry from network kind'],
  ['file.put', 'wrote /etc/containerd/certs.d/localhost:5001/hosts.toml on dev-worker'],
  ['file.splice', 'changed /etc/containerd/config.toml on dev-worker'],
  ['file.copy', 'copied /certs/ca.crt of registry to /etc/containerd/certs.d/registry:5000/ca.crt on dev-worker'],
  ['path.move', 'moved /etc/containerd/certs.d/a to /etc/containerd/certs.d/a.off on dev-worker'],
  ['service.restart', 'restarted containerd on dev-worker'],
  ['configmap.put', 'wrote ConfigMap kube-public/local-registry-hosting of cluster dev'],
  ['pod.delete', 'deleted pod shop/web-0 of cluster dev'],
  ['image.push', 'pushed shop/web:1 as localhost:5001/shop/web:1'],
  ['host.file.put', 'wrote /etc/docker/certs.d/localhost:5001/ca.crt on this machine'],
  ['cluster.create', 'created kind cluster dev'],
])('%s: %s', (op, line) => expect(describeStep(steps[op])).toBe(line))

test('an image that is pushed under its own name has one name', () => {
  expect(describeStep({ op: 'image.push', source: 'localhost:5001/a', target: 'localhost:5001/a' })).toBe('pushed localhost:5001/a')
})

test('no line tells contents or settings', () => {
  expect(JSON.stringify(steps)).toContain('hunter2')
  expect(Object.values(steps).map(describeStep).join('\n')).not.toContain('hunter2')
})

test.each<[JournalStep['state'], string | undefined, string]>([
  ['intended', undefined, 'began to restart containerd on dev-worker'],
  ['done', undefined, 'restarted containerd on dev-worker'],
  ['failed', 'the node is stopped', 'could not restart containerd on dev-worker: the node is stopped'],
  ['undone', undefined, 'restarted containerd on dev-worker; taken back'],
  ['kept', 'the node is gone', 'restarted containerd on dev-worker; not taken back: the node is gone'],
])('what became of a step: %s', (state, reason, line) => {
  expect(describeChange({ entry: entryOf(steps['service.restart']), state, ...(reason !== undefined && { reason }) })).toBe(line)
})
