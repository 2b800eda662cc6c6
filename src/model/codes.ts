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
  'node-dns-broken': {
    severity: 'error',
    title: "a node's DNS does not work",
    explanation:
      "The registry's name is known on the cluster's network, and other nodes resolve it, but this node asks a name server that does not answer or does not know it: " +
      'an edited /etc/resolv.conf, a name server that is gone. Pulls by name then fail with `lookup … server misbehaving`, `i/o timeout` or `no such host`.',
    repair:
      "Write the name server of the cluster's network back into /etc/resolv.conf of the node (another node of the cluster has it), or start the node container again.",
  },
  'node-proxy-in-the-way': {
    severity: 'error',
    title: "a node's containerd sends requests for the registry to a proxy",
    explanation:
      "containerd on the node has HTTP_PROXY or HTTPS_PROXY in its environment, and NO_PROXY does not cover the registry. The proxy does not know a name that only exists on the cluster's network, or cannot be reached: " +
      '`proxyconnect tcp: …`, or a status 403, 502, 503 or 504 at the URL of the mirror. curl in the node can succeed all the same: it reads other variables.',
    repair:
      'Add the name of the registry to NO_PROXY of containerd on every node and restart containerd. kind hands on the variables of the shell in which the cluster was created: set NO_PROXY there for new clusters.',
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
  'config-path-list-ignored': {
    severity: 'error',
    title: 'a list in config_path is taken for one name',
    explanation:
      '`config_path` holds several directories separated by colons. Where containerd pulls through the transfer service (the default since 2.1), it takes the whole text for the name of one directory, finds nothing, and says nothing: hosts.toml files are ignored. ' +
      'The default of containerd 2.2 and later is such a list. kind nodes escape it because `discard_unpacked_layers` makes containerd pull locally.',
    repair: 'Set `config_path` to one directory and restart containerd. Running pods go on.',
  },
  'mirrors-and-config-path': {
    severity: 'error',
    title: 'legacy mirrors exclude config_path, so the CRI plugin is not loaded',
    explanation:
      '`registry.mirrors` (with containerd 1.x also `registry.configs.*.tls`) and a `config_path` that is not empty exclude each other: containerd refuses the configuration of its CRI plugin, and the node can neither pull nor start anything (`unknown service runtime.v1…`). ' +
      'containerd 2.2.0 and 2.2.1 have a config_path by default, so there mirrors alone are enough.',
    repair: 'Remove the mirrors and write a hosts.toml in their place, then restart containerd.',
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
      'the file names another address, another port (the one that is published on the host is none inside the network), or the wrong protocol.',
    repair:
      'Write the hosts.toml with the address at which the nodes reach the registry. containerd reads it at the next pull; nothing has to be restarted.',
  },
  'hosts-toml-invalid': {
    severity: 'error',
    title: 'containerd rejects the hosts.toml of a node',
    explanation:
      'The hosts.toml for this registry host is not accepted by this version of containerd: no TOML, a byte order mark, a table twice, an unknown capability, a value of another type. ' +
      'That is no error of a pull: containerd logs `failed to decode` and goes on as if the file were not there, so it asks the registry host itself. What one version accepts, another may reject.',
    repair: 'Correct the file where the finding points. containerd reads it at the next pull; nothing has to be restarted.',
  },
  'hosts-toml-unusable': {
    severity: 'error',
    title: 'a file that a hosts.toml needs cannot be read, and every pull fails',
    explanation:
      'The hosts.toml names a certificate or key file that is not there, cannot be read or holds none, or a file lies where containerd expects a directory. Unlike a hosts.toml that cannot be parsed this is a hard error: no endpoint is tried, not even the next one.',
    repair:
      'Put the file where the hosts.toml says, or take the line out. containerd reads it at the next pull; nothing has to be restarted.',
  },
  'hosts-toml-shadowed': {
    severity: 'error',
    title: 'another directory is taken before the hosts.toml of the registry',
    explanation:
      'containerd takes the first directory that exists for a registry host, of each root `host_port_`, then `host:port`, then `_default`, and merges nothing. A directory that comes first hides the hosts.toml that leads to the registry, even if it is empty.',
    repair: 'Move the directory away that comes first. containerd looks again at the next pull; nothing has to be restarted.',
  },
  'hosts-toml-no-capability': {
    severity: 'error',
    title: 'the hosts.toml of a node does not let containerd pull from the registry',
    explanation:
      'The hosts.toml names the registry, but its `capabilities` lack `pull` or `resolve`: containerd passes over the entry and asks the next endpoint. An image by tag needs both.',
    repair:
      'Give the entry the capabilities `pull` and `resolve`, or leave the line out: without it an entry has all. containerd reads the file at the next pull.',
  },
  'http-registry-asked-over-https': {
    severity: 'error',
    title: 'a registry that speaks HTTP is asked over HTTPS',
    explanation:
      'No endpoint before it can serve, and the next one is asked over HTTPS while the registry there speaks plain HTTP: `http: server gave HTTP response to HTTPS client`. ' +
      'An endpoint without a scheme is HTTPS, and so is the default endpoint of every registry host but localhost. `skip_verify` does not change the protocol.',
    repair: 'Write a hosts.toml whose endpoint begins with `http://`. containerd reads it at the next pull; nothing has to be restarted.',
  },
  'registry-certificate-untrusted': {
    severity: 'error',
    title: "a node does not trust the registry's certificate",
    explanation:
      'The registry speaks TLS with a certificate whose authority is not among those that the node knows: `x509: certificate signed by unknown authority`. That Docker on the host trusts it changes nothing for the nodes.',
    repair: 'Copy the certificate of the authority to the nodes and name it in hosts.toml as `ca`. containerd reads it at the next pull.',
  },
  'registry-certificate-wrong-name': {
    severity: 'error',
    title: "the registry's certificate is for another name",
    explanation:
      'The certificate of the registry does not hold the name or address by which nodes ask for it: `x509: certificate is valid for …, not …`. A certificate made for localhost does not hold the name of the container.',
    repair: 'Make a certificate that also has the name by which the nodes ask, or let hosts.toml ask by a name that it has.',
  },
  'registry-certificate-expired': {
    severity: 'error',
    title: "the registry's certificate has expired or is not valid yet",
    explanation:
      'The time on the node is outside of the validity of the certificate: `x509: certificate has expired or is not yet valid`. After a suspended machine wakes up, its clock can be the reason.',
    repair: 'Make a new certificate, or set the clock right.',
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
