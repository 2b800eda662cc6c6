import type { CodeInfo } from './code-info.ts'

/** The cluster's network. */
export const networkCodes = {
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
} as const satisfies Record<string, CodeInfo>
