import type { CodeInfo } from './code-info.ts'

/** Access, node, pull. */
export const accessCodes = {
  'registry-auth-required': {
    severity: 'error',
    title: 'the registry wants credentials that the pull does not have',
    explanation:
      'The registry answers 401. Nodes do not know the credentials of `docker login` on the host: a pod needs imagePullSecrets, or its node a configuration with credentials.',
    repair: 'Create a pull secret and name it in the service account or the workload; or run the local registry without authentication.',
  },
  'registry-forbids': {
    severity: 'error',
    title: 'the registry forbids the pull',
    explanation: 'The registry, or a proxy before it, answers 403: the credentials, where there are any, have no right to this repository.',
    repair: 'Give the account the right to read the repository, and see whether a proxy stands between the nodes and the registry.',
  },
  'registry-rate-limits': {
    severity: 'error',
    title: 'the registry refuses because of too many requests',
    explanation: 'The registry, or what stands before it, answers 429. Every retry of a pod counts too.',
    repair: 'Wait, or raise the limit. Pods that wait try again by themselves.',
  },
  'registry-server-error': {
    severity: 'error',
    title: 'the registry fails with an error of its own',
    explanation:
      'The registry answers 5xx: its storage cannot be read or is full, its configuration is wrong, or a proxy before it does not reach it.',
    repair: 'Read the log of the registry container.',
  },
  'node-disk-full': {
    severity: 'error',
    title: 'a node has no room for the image',
    explanation:
      'The file system into which containerd writes on the node is full: `no space left on device`. Nodes of kind and k3d share the disk of the machine, or of the virtual machine in which Docker runs.',
    repair: 'Make room: remove images that nobody uses from the node and from the engine (`docker system df` shows what takes it).',
  },
  'pull-policy-never': {
    severity: 'error',
    title: 'the pod forbids to pull an image that its node does not have',
    explanation:
      'With imagePullPolicy Never the kubelet only uses what is on the node already: ErrImageNeverPull. That fits images that are loaded into the nodes (`kind load docker-image`), not those of a registry.',
    repair: 'Set imagePullPolicy to IfNotPresent, or load the image into the nodes.',
  },
  'pull-queue-blocked': {
    severity: 'error',
    title: 'pulls of a node wait behind one that does not end',
    explanation:
      'The kubelet pulls one image at a time by default (serializeImagePulls). A pull from a registry that accepts and never answers holds up all others of the node; their pods say nothing but `Pulling image`.',
    repair: 'Repair or remove what hangs; the others follow by themselves.',
  },
  'container-not-started': {
    severity: 'error',
    title: 'a node has the image and does not run it',
    explanation:
      'The pod of `check --probe` got its image, and its container did not come to its end: the runtime refuses it, the network of pods cannot be set up, or the processor of the node does not understand it. This has nothing to do with the registry, and keeps other pods of the node from starting too.',
    repair: 'Read the message: it is that of the kubelet. `kubectl describe node` and the log of containerd on the node tell more.',
  },
  'in-cluster-pull-failed': {
    severity: 'error',
    title: 'a pull on a node fails, and nothing that was checked explains it',
    explanation:
      "Pods of a node cannot pull from the local registry, the node's own containerd fails with the same request, and no other finding is its cause. The proof has the error; its class tells what it usually means.",
    repair: 'Read the error in the proof. `registry-doctor explain IMAGE` shows every request with its answer.',
  },
} as const satisfies Record<string, CodeInfo>
