import type { CodeInfo } from './code-info.ts'

/** Engine and registry. */
export const engineCodes = {
  'node-not-running': {
    severity: 'error',
    title: 'a node of the cluster is not running',
    explanation:
      'The container that is this node has stopped. Nothing can be scheduled or pulled there, and what the node would say about itself could not be asked. ' +
      'A stopped control-plane node also takes the Kubernetes API with it.',
    repair: 'Start the node container again. kind and k3d nodes keep their state over a stop.',
  },
  'registry-not-found': {
    severity: 'error',
    title: 'the local registry that the cluster refers to does not exist',
    explanation:
      'The cluster refers to a local registry (in its ConfigMap local-registry-hosting, in a hosts.toml of a node, or because --registry names it), ' +
      'but no container of this engine serves as it and no node reaches it elsewhere. A registry that was removed together with another cluster leaves this behind.',
    repair:
      'Create the registry container again under the same name and host port, attach it to the cluster network, and push the images again.',
  },
  'registry-not-running': {
    severity: 'error',
    title: 'the registry container is not running',
    explanation:
      'The container of the local registry exists but has stopped. A stopped container has no address and no name on the Docker network, ' +
      'so nodes see it as a name that does not resolve, or as a refused connection: several symptoms of this one cause.',
    repair:
      'Start the container. With the restart policy `always` or `unless-stopped` it comes back by itself after a restart of the engine.',
  },
  'registry-hanging': {
    severity: 'error',
    title: 'the registry accepts connections but never answers',
    explanation:
      'The connection is accepted, and then nothing comes back: a paused container, a blocked disk, an exhausted process. ' +
      'Pulls neither succeed nor fail for minutes, and since the kubelet pulls one image at a time by default, other pulls of the node wait behind them.',
    repair: 'Unpause the container if it is paused; otherwise restart it and read its log.',
  },
  'registry-port-not-published': {
    severity: 'warning',
    title: 'the registry is not published on the host',
    explanation:
      'The registry container publishes no port on the host, so nothing can be pushed to it from there. Pulls of the nodes are not affected.',
    repair: 'Create the registry container again with a published port, keeping its volume, if images are to be pushed from the host.',
  },
  'registry-port-conflict': {
    severity: 'error',
    title: "something else answers on the registry's host port",
    explanation:
      'The host port of the registry is answered by another program, on all addresses or on one of 127.0.0.1 and ::1 only. ' +
      'Pushes to `localhost` then go to the wrong place: images that were pushed are not in the registry.',
    repair: 'Stop the other program, or publish the registry on another host port. On macOS, AirPlay holds port 5000.',
  },
  'registry-not-answering': {
    severity: 'error',
    title: 'the registry does not answer as a registry',
    explanation:
      'The registry container runs, but on its port nothing listens, or what answers `/v2/` is no registry. ' +
      'It may still be starting, may have failed to load its configuration, or listens on another port.',
    repair: 'Read the log of the registry container and compare the port it listens on with the published one.',
  },
} as const satisfies Record<string, CodeInfo>
