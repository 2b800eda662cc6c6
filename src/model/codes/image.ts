import type { CodeInfo } from './code-info.ts'

/** Images. */
export const imageCodes = {
  'image-not-pushed': {
    severity: 'error',
    title: 'the image was built but not pushed to the registry',
    explanation:
      'The Docker engine, or a builder of buildx in a container, has the image, and the local registry does not. `docker build` and `docker tag` only name an image on the host; nodes pull from the registry and see nothing of it. ' +
      'A builder in a container keeps what it builds, without `--push` or `--load`; its `localhost` is itself, so that a push to `localhost:5001` fails there. ' +
      'With containerd 1.x the error of the pod often hides this: it tells of the endpoint that was asked last, `dial tcp [::1]:5001: connect: connection refused`.',
    repair: 'Push it. The pod gets it at its next try.',
  },
  'image-not-in-registry': {
    severity: 'error',
    title: 'the registry does not hold the image',
    explanation:
      'The node is led to the registry, and the registry answers 404 for this repository, tag or digest: a misspelt name, a tag that was never pushed, a manifest that was deleted.',
    repair: 'Correct the name of the image in the workload, or push the image under this name.',
  },
  'registry-emptied': {
    severity: 'error',
    title: 'the registry has lost what it held',
    explanation:
      "A node pulled images from this registry (containerd's own record tells), and the registry now holds none of them: its container was created anew without its volume, or another one was put in its place. Pods that run go on until their node needs the image again.",
    repair: 'Push the images again. To keep them next time, give the container a volume for /var/lib/registry.',
  },
  'registry-content-incomplete': {
    severity: 'error',
    title: 'the registry holds the manifest of the image, but not all of its content',
    explanation:
      'The manifest is served, and a part that it names is missing or has another size: a garbage collection during a push, a full disk, a volume that was copied while it changed. The pull fails late, with `unexpected EOF`, `short read` or `content at … not found`.',
    repair:
      'Push the image again. A layer that the registry believes to have is not sent again: then remove the image from the registry first, or build it anew.',
  },
  'image-platform-mismatch': {
    severity: 'error',
    title: 'the image is not made for the platform of the node',
    explanation:
      'The image is an index of several platforms, and none of them is that of the node: `no match for platform in manifest: not found`, which is no 404. An image that was built on an ARM machine, or with `--platform`, has only what it was built for. One without an index is pulled all the same, and its containers end with `exec format error`.',
    repair: 'Build it for the platform of the nodes and push it again.',
  },
  'image-stale-on-node': {
    severity: 'error',
    title: 'pods run another build of the image than the registry has under its tag',
    explanation:
      'The tag was pushed again, and pods run what it meant before. With imagePullPolicy IfNotPresent, the default of every tag but `latest`, a node that holds an image of that name does not ask for it again: a restart starts the old build once more, and which build a pod gets depends on its node. With Always a pod keeps what it was started with until it is started again.',
    repair:
      'Give each build a tag of its own, or set imagePullPolicy to Always; then let the pods be made anew. Images that were loaded into the nodes have to be loaded again.',
  },
  'image-host-not-served': {
    severity: 'error',
    title: 'a workload names a registry host that no node knows',
    explanation:
      'An image of a workload is of a registry host that can only be local, such as `old-reg:5000` or `localhost:5002`, and no node gets to a registry by it: the prefix of an earlier registry in a chart, a misspelt name, or the name of a container where the nodes know the registry by another. ' +
      'What a node holds goes on running, and what has no pods shows nothing; the next pull fails with `no such host`, `connection refused` or `server gave HTTP response to HTTPS client`.',
    repair: 'Name the images as the nodes know the registry, and push them there; or lead the nodes to a registry by this host.',
  },
  'image-name-invalid': {
    severity: 'error',
    title: 'the image name of a pod is none',
    explanation:
      'The name cannot be parsed, so nothing is asked of anybody: capital letters in the repository, `http://` in front, a space, an empty tag. The pod waits with InvalidImageName.',
    repair: 'Correct the name in the workload: `HOST[:PORT]/REPOSITORY[:TAG]`, the repository in lower case.',
  },
  'error-masks-not-found': {
    severity: 'error',
    title: "the pod's error tells of another request than the one that decides",
    explanation:
      'containerd asks several endpoints for an image and reports one error. Before 2.0 a 404 is passed over where there is any other error, so an image that is missing in the registry shows as `connection refused` on `[::1]` or as `server gave HTTP response to HTTPS client` of the endpoint behind it. ' +
      'Since 2.0 it is the other way round: a 404 of the endpoint behind it hides that the mirror itself failed.',
    repair: 'Repair the cause that it is listed under; the error of the pod alone leads astray.',
  },
} as const satisfies Record<string, CodeInfo>
