import type { CodeInfo } from './code-info.ts'

/** containerd and its configuration. */
export const configurationCodes = {
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
} as const satisfies Record<string, CodeInfo>
