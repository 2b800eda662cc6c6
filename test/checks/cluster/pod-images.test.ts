import check from '../../../src/checks/cluster/pod-images.ts'
import type { PullEvent, WaitingContainer, WaitingPod } from '../../../src/model/observation.ts'
import { certsPath, kind, noCerts } from '../../sessions/kind.ts'
import { all, blocked, checkTable, finds, pass, says } from '../check-table.ts'

/** Held by the registry of the test world, and not. */
const [held, absent] = ['localhost:5001/lab/hello:1', 'localhost:5001/registry-doctor/absent:none']
const container = (image: string, more: Partial<WaitingContainer> = {}): WaitingContainer => ({
  name: 'app',
  kind: 'container',
  image,
  pullPolicy: 'Always',
  reason: 'ImagePullBackOff',
  message: `Back-off pulling image "${image}": ErrImagePull: ${image}: not found`,
  ...more,
})
const pod = (image: string, more: Partial<WaitingContainer> = {}, of: Partial<WaitingPod> = {}): WaitingPod => ({
  namespace: 'default',
  name: 'app',
  uid: 'u1',
  node: 'dev-worker',
  hasPullSecrets: false,
  containers: [container(image, more)],
  ...of,
})
const pulling = (image: string, at: string, uid = 'u1'): PullEvent => ({
  namespace: 'default',
  pod: 'app',
  uid,
  container: 'app',
  reason: 'Pulling',
  message: `Pulling image "${image}"`,
  since: at,
  at,
  count: 1,
})
const starts = { reason: 'ContainerCreating', message: undefined } as unknown as Partial<WaitingContainer>

checkTable(check, {
  'no pod waits': { session: kind({ images: [] }), expect: pass },
  'pods that only start': { session: kind({ images: [held, absent, 'nginx:1'] }), expect: pass },
  'a pod that waits for an image from elsewhere': {
    session: kind({ waiting: [pod('registry.k8s.io/coredns/coredns:v1.12.1')] }),
    expect: pass,
  },
  'a bad name of an image from elsewhere': { session: kind({ waiting: [pod('nginx:', { reason: 'InvalidImageName' })] }), expect: pass },
  'a pod in back-off whose image can be had now': { session: kind({ waiting: [pod(held)] }), expect: pass },
  'a pull that has begun just now': {
    session: kind({ waiting: [pod(held, starts)], events: [pulling(held, '2026-11-21T10:49:45.000Z')] }),
    expect: pass,
  },
  'a large image that takes its time': {
    session: kind({ waiting: [pod(held, starts)], events: [pulling(held, '2026-11-21T10:40:00.000Z')] }),
    expect: pass,
  },
  'an image that was never to be pulled and is there now': {
    session: kind({
      waiting: [pod(held, { reason: 'ErrImageNeverPull', pullPolicy: 'Never' })],
      everyNode: { holds: [{ name: held, digest: `sha256:${'a'.repeat(64)}`, pulled: false }] },
    }),
    expect: pass,
  },
  'a pod that is not scheduled': { session: kind({ waiting: [pod(absent, {}, { node: undefined as never })] }), expect: pass },

  'an image that is not there': {
    session: kind({ waiting: [pod(absent)] }),
    expect: all(
      finds('image-not-in-registry', `image/dev/${absent}`),
      says(/kind-registry does not hold .*; it holds lab\/hello/, /HTTP 404/),
    ),
  },
  'the same on two nodes, for a container and an init container': {
    session: kind({
      waiting: [pod(absent), pod(absent, { kind: 'init', reason: 'ErrImagePull' }, { name: 'other', uid: 'u2', node: 'dev-worker2' })],
    }),
    expect: finds('image-not-in-registry', `image/dev/${absent}`),
  },
  'an image that is only in the engine': {
    session: kind({ waiting: [pod(absent)], engineImages: [absent] }),
    expect: all(
      finds('image-not-pushed', `image/dev/${absent}`),
      says(/was not pushed: the Docker engine has it, and kind-registry does not/),
    ),
  },
  'an image that is in the engine under its bare name': {
    session: kind({ waiting: [pod(absent)], engineImages: ['registry-doctor/absent:none'] }),
    expect: all(finds('image-not-pushed'), says(/the Docker engine has it as registry-doctor\/absent:none/)),
  },
  'an image of that name from a registry elsewhere is another one': {
    session: kind({ waiting: [pod(absent)], engineImages: ['ghcr.io/registry-doctor/absent:none'] }),
    expect: finds('image-not-in-registry'),
  },
  'an image in a registry that the host does not reach': {
    session: kind({ waiting: [pod(absent)], host: { '127.0.0.1:5001': 'refused' } }),
    expect: finds('image-not-in-registry'),
  },
  'a name that is none': {
    session: kind({ waiting: [pod('localhost:5001/App:1', { reason: 'InvalidImageName' })] }),
    expect: all(finds('image-name-invalid', 'image/dev/localhost:5001/App:1'), says(/repository name \(App\) must be lowercase/)),
  },
  'an image that may not be pulled': {
    session: kind({ waiting: [pod(held, { reason: 'ErrImageNeverPull', pullPolicy: 'Never' })] }),
    expect: all(finds('pull-policy-never', `image/dev/${held}`), says(/imagePullPolicy Never forbids/)),
  },
  'a registry that wants credentials': {
    session: kind({
      registry: { serves: 'unauthorized' },
      waiting: [pod(held, { message: 'authorization failed: no basic auth credentials' })],
    }),
    expect: all(finds('registry-auth-required', 'registry/dev/kind-registry'), says(/answers 401 .* the pod has no imagePullSecrets/)),
  },
  'credentials that are refused': {
    session: kind({
      registry: { serves: 'unauthorized' },
      waiting: [pod(held, { message: 'authorization failed: no basic auth credentials' }, { hasPullSecrets: true })],
    }),
    expect: all(finds('registry-auth-required'), says(/also with the credentials of the pod/)),
  },
  'credentials that are taken, and an image that is not there': {
    session: kind({ registry: { serves: 'unauthorized' }, waiting: [pod(absent, {}, { hasPullSecrets: true })] }),
    expect: finds('image-not-in-registry'),
  },
  'a node that is misled: another check says how': {
    session: kind({
      waiting: [pod(held)],
      everyNode: noCerts,
      nodes: { worker: { files: { [certsPath('localhost:5001')]: null } } },
    }),
    expect: all(
      finds('in-cluster-pull-failed', 'registry/dev/kind-registry'),
      says(/pulls from kind-registry fail on dev-worker: .*connection refused/),
    ),
  },
  'two nodes, one of them misled': {
    session: kind({
      waiting: [pod(held), pod(held, {}, { name: 'other', uid: 'u2', node: 'dev-worker2' })],
      nodes: { worker2: { files: { '/etc/containerd/certs.d': null } } },
    }),
    expect: all(finds('in-cluster-pull-failed'), says(/fail on dev-worker2/)),
  },
  'a name of this machine, which nodes do not know': {
    session: kind({ hostNames: ['reg.lab.test'], waiting: [pod('reg.lab.test:5001/lab/hello:1', { message: 'no such host' })] }),
    expect: all(
      finds('hosts-toml-missing', 'node/dev/dev-worker', 'node/dev/dev-control-plane', 'node/dev/dev-worker2'),
      says(/dev-worker has no \/etc\/containerd\/certs.d\/reg.lab.test:5001\/hosts.toml/, /the host knows this name, dev-worker does not/),
    ),
  },
  'a name that this machine does not know either': {
    session: kind({ waiting: [pod('reg.lab.test:5001/lab/hello:1', { message: 'no such host' })] }),
    expect: pass,
  },
  'a name of this machine with the port of something else': {
    session: kind({ hostNames: ['reg.lab.test'], waiting: [pod('reg.lab.test:6000/lab/hello:1', { message: 'no such host' })] }),
    expect: pass,
  },
  'a node that has stopped': {
    session: kind({ waiting: [pod(held)], nodes: { worker: { state: 'exited' } } }),
    expect: finds('in-cluster-pull-failed'),
  },
  'a containerd that does not serve': {
    session: kind({
      waiting: [pod(held, { reason: 'ErrImagePull' })],
      nodes: { worker: { cri: { exitCode: 1, stderr: 'unknown service' } } },
    }),
    expect: finds('in-cluster-pull-failed'),
  },
  'a blob without content': {
    session: kind({
      registry: { blobBytes: 0 },
      waiting: [pod(held, { message: 'short read: expected 86 bytes but got 0: unexpected EOF' })],
    }),
    expect: all(
      finds('registry-content-incomplete', `image/dev/${held}`),
      says(/but 1 of its 1 parts is gone or incomplete/, /0 of 86 bytes/),
    ),
  },
  'a blob that is gone': {
    session: kind({ registry: { blobBytes: 'gone' }, waiting: [pod(held)] }),
    expect: all(finds('registry-content-incomplete'), says(/HTTP 404/)),
  },
  'no room': {
    session: kind({
      waiting: [pod(held, { message: 'write /var/lib/containerd/x/ingest/1/data: no space left on device' })],
      nodes: { worker: { disk: { mountedOn: '/var', totalKiB: 8192, availableKiB: 0, freeInodes: 10 } } },
    }),
    expect: all(finds('node-disk-full', 'node/dev/dev-worker'), says(/\/var on dev-worker is full: 0 of 8192 KiB left/)),
  },
  'no inode': {
    session: kind({
      waiting: [pod(held, { message: 'mkdir /var/lib/containerd/x: no space left on device' })],
      nodes: { worker: { disk: { mountedOn: '/var', totalKiB: 8192, availableKiB: 8000, freeInodes: 0 } } },
    }),
    expect: all(finds('node-disk-full'), says(/no inode left/)),
  },
  'room was made in the meantime': {
    session: kind({ waiting: [pod(held, { message: 'write /var/lib/containerd/x: no space left on device' })] }),
    expect: pass,
  },
  'a pull behind one of a registry that hangs': {
    session: kind({
      containers: [{ name: 'slow-registry', image: 'registry:3', serves: 'hangs', published: [] }],
      waiting: [pod(held, starts), pod('slow-registry:5000/app:1', starts, { name: 'slow', uid: 'u2' })],
      events: [pulling(held, '2026-11-21T10:48:00.000Z'), pulling('slow-registry:5000/app:1', '2026-11-21T10:47:00.000Z', 'u2')],
    }),
    expect: says(/pulls on dev-worker wait behind that of slow-registry:5000\/app:1, which has no outcome/),
  },
  'a pull behind one from elsewhere, which may just be large': {
    session: kind({
      waiting: [pod(held, starts), pod('large.example.com/app:1', starts, { name: 'large', uid: 'u2' })],
      events: [pulling(held, '2026-11-21T10:48:00.000Z'), pulling('large.example.com/app:1', '2026-11-21T10:47:00.000Z', 'u2')],
    }),
    expect: pass,
  },
  'a registry that hangs': {
    session: kind({
      registry: { serves: 'hangs' },
      waiting: [pod(held, starts)],
      events: [pulling(held, '2026-11-21T10:48:00.000Z')],
    }),
    expect: all(finds('in-cluster-pull-failed'), says(/no answer within the time limit/)),
  },
  'an image that was lost with all others': {
    session: kind({
      registry: { empty: true },
      waiting: [pod(absent)],
      everyNode: { holds: [{ name: 'localhost:5001/lab/hello:1', digest: `sha256:${'a'.repeat(64)}`, pulled: true }] },
    }),
    expect: says(/kind-registry has lost what it held: dev-control-plane pulled localhost:5001\/lab\/hello@sha256:aaa/),
  },
  'an image that was loaded into the nodes was never in the registry': {
    session: kind({
      registry: { empty: true },
      waiting: [pod(absent)],
      everyNode: { holds: [{ name: 'localhost:5001/lab/hello:1', digest: `sha256:${'a'.repeat(64)}`, pulled: false }] },
    }),
    expect: all(finds('image-not-in-registry'), says(/it is empty/)),
  },
  'containerd 1.7 tells of the other endpoint': {
    session: kind({ everyNode: { containerd: '1.7.34' }, waiting: [pod(absent, { message: 'connection refused' })] }),
    expect: says(/does not tell that kind-registry answered 404/),
  },

  'the API does not answer': { session: kind({ fails: ['kube.waitingPods'] }), expect: blocked(/kube.waitingPods failed/) },
  'the node cannot be asked': {
    session: kind({ waiting: [pod(held)], fails: ['node.trace'] }),
    expect: blocked(/node.trace failed/),
  },
  'events may not be read': { session: kind({ waiting: [pod(held)], fails: ['kube.pullEvents'] }), expect: pass },
})
