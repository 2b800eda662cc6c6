import type { Severity } from './words.ts'

export interface CodeInfo {
  readonly severity: Severity
  /** What is wrong, in a few words, of no particular cluster. */
  readonly title: string
  /** How the fault comes about and what it breaks: the text of docs/codes/<code>.md. */
  readonly explanation: string
  /** What makes it go away, in words. The exact commands are in each finding's remedies. */
  readonly repair: string
}

/**
 * Every code that a finding can have. Codes are a contract: they are never renamed, and each has a page in docs/codes.
 * Ordered by the way of an image: engine and registry, network, containerd's configuration, API.
 */
export const codes = {
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
  'registry-not-on-network': {
    severity: 'error',
    title: "the registry is not attached to the cluster's network",
    explanation:
      'Nodes reach the registry container by its name on the Docker network that they share. ' +
      'On the default bridge a container has no name, and one that was created again is no longer attached.',
    repair: 'Attach the registry container to the network of the cluster. This works at once; nothing has to be restarted.',
  },
  'registry-name-unresolvable': {
    severity: 'error',
    title: 'the name under which nodes ask for the registry does not resolve',
    explanation:
      "The nodes' containerd is led to a host name that Docker's DNS does not know on the cluster's network, although the registry itself runs. " +
      'Usually the container has another name than the one in hosts.toml.',
    repair: 'Attach the registry to the network under the expected name as an alias, or write the present name into hosts.toml.',
  },
  'registry-unreachable-from-node': {
    severity: 'error',
    title: 'a node cannot connect to the registry',
    explanation:
      "The registry's name resolves on the node, but a connection to it is refused, blocked or times out although the registry runs: " +
      'a wrong port, a firewall between the Docker networks, or an address that means something else inside the node (localhost is the node itself).',
    repair: 'Correct the address in hosts.toml: the name of the registry container and the port on which it listens inside its container.',
  },
  'cri-not-available': {
    severity: 'error',
    title: "a node's containerd does not serve the kubelet",
    explanation:
      'containerd has stopped, or its CRI plugin is not loaded because it refused the configuration (`unknown service runtime.v1.ImageService`): ' +
      'legacy mirrors together with config_path, a file that is no TOML. The node can then neither pull nor start anything.',
    repair: 'Read what containerd says in its journal, correct /etc/containerd/config.toml, and restart containerd.',
  },
  'config-path-missing': {
    severity: 'error',
    title: 'containerd does not read the mirror configuration',
    explanation:
      'containerd before 2.2 reads certs.d/*/hosts.toml only where `config_path` is set for the CRI plugin. Without it the files are ignored, ' +
      'and an image of `localhost:PORT` is asked from the node itself: `dial tcp [::1]:PORT: connect: connection refused`. ' +
      'The note in older kind documentation that no patch is needed since kind v0.27 holds only for node images with containerd 2.2 and later (kind v0.31).',
    repair:
      'Set `config_path` in /etc/containerd/config.toml on every node and restart containerd there. Running pods go on; the cluster does not have to be recreated. ' +
      'For new clusters put the same lines into `containerdConfigPatches` of the kind configuration.',
  },
  'hosts-toml-missing': {
    severity: 'error',
    title: 'no mirror for the registry host on a node',
    explanation:
      'The node has no hosts.toml that leads images of this registry host to the registry, so containerd asks the host itself. ' +
      '`localhost:PORT` then is the node, where nothing listens. Nodes that were added or recreated after the registry was set up lack the file.',
    repair: 'Write the hosts.toml on the node. containerd reads it at the next pull; nothing has to be restarted.',
  },
  'hosts-toml-wrong-endpoint': {
    severity: 'error',
    title: 'the hosts.toml of a node does not lead to the registry',
    explanation:
      'The node has a hosts.toml for this registry host, but none of the requests that containerd makes with it reaches the registry: ' +
      'the file names no endpoint of the registry, or containerd rejects it and goes on as if it were not there.',
    repair:
      'Write the hosts.toml with the address at which the nodes reach the registry. containerd reads it at the next pull; nothing has to be restarted.',
  },
  'hosting-configmap-missing': {
    severity: 'warning',
    title: 'the ConfigMap that tells tools of the local registry is missing',
    explanation:
      'Tools such as Tilt and Skaffold find the local registry through the ConfigMap kube-public/local-registry-hosting (KEP-1755). ' +
      'Without it they push elsewhere or ask for a registry. Pulls are not affected.',
    repair: 'Create the ConfigMap.',
  },
  'hosting-configmap-wrong': {
    severity: 'warning',
    title: 'the ConfigMap that tells tools of the local registry is wrong',
    explanation:
      'The ConfigMap kube-public/local-registry-hosting (KEP-1755) cannot be read, or names a host at which this registry does not answer. ' +
      'Tools that follow it push to the wrong place.',
    repair: 'Correct the ConfigMap.',
  },
} as const satisfies Record<string, CodeInfo>

export type Code = keyof typeof codes

export const isCode = (text: string): text is Code => Object.hasOwn(codes, text)

/** Where the page of a code is, relative to the root of the package. */
export const docsOf = (code: Code): string => `docs/codes/${code}.md`
