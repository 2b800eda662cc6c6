/** Faults in what leads a node's containerd to the registry. */
import {
  certsDirectory,
  hostsToml,
  kubectl,
  nodesOf,
  onNodes,
  removeHostsToml,
  restoreAll,
  restoreHosts,
  undoAll,
  type Fault,
} from '../fault.ts'
import { nameThisMachine, ownHostName } from '../own-host-name.ts'
import { startOtherRegistry } from '../other-registry.ts'
import { removePod, waitingPod } from '../pods.ts'
import { helloImage, registryName, registryPort } from '../registry.ts'

export const hostsTomlFaults: readonly Fault[] = [
  {
    name: 'registry-named-by-host-port',
    title: 'a pod named the registry by its container and the port that it has on the host, where nobody listens on the network',
    causes: [{ code: 'hosts-toml-missing' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    foundByPods: true,
    pull: { node: 'worker', image: `${registryName}:${registryPort}/lab/hello:1` },
    make: async (cluster) => restoreHosts(cluster),
  },
  {
    name: 'hosts-toml-missing',
    title: 'one of three nodes had no hosts.toml for the registry',
    causes: [{ code: 'hosts-toml-missing', node: 'worker2' }],
    explains: [],
    exitCode: 1,
    probe: 'resolve',
    repairable: true,
    pull: { node: 'worker2' },
    make: (cluster) => removeHostsToml(cluster, `${cluster.name}-worker2`),
  },
  {
    name: 'hosts-toml-push-only',
    title: 'the hosts.toml of all nodes allowed pushes only, so containerd went on to the default endpoint',
    causes: [{ code: 'hosts-toml-no-capability' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    make: async (cluster) =>
      hostsToml(cluster, await nodesOf(cluster.name), '[host."http://kind-registry:5000"]\n  capabilities = ["push"]\n'),
  },
  {
    name: 'hosts-toml-no-toml',
    title: 'the hosts.toml of one node lacked a bracket, so containerd went on as if it were not there',
    causes: [{ code: 'hosts-toml-invalid', node: 'worker' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    make: (cluster) =>
      hostsToml(cluster, [`${cluster.name}-worker`], '[host."http://kind-registry:5000"\n  capabilities = ["pull", "resolve"]\n'),
  },
  {
    name: 'hosts-toml-ca-missing',
    title: 'the hosts.toml of all nodes named a certificate that was not there: a hard error, although the registry speaks HTTP',
    causes: [{ code: 'hosts-toml-unusable' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    make: async (cluster) => hostsToml(cluster, await nodesOf(cluster.name), '[host."http://kind-registry:5000"]\n  ca = "missing.crt"\n'),
  },
  {
    name: 'hosts-toml-directory-is-file',
    title: 'on one node a file lay where the directory of the registry host should be',
    causes: [{ code: 'hosts-toml-unusable', node: 'worker2' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker2' },
    async make(cluster) {
      await onNodes(
        [`${cluster.name}-worker2`],
        `mv ${certsDirectory}/hosts.toml /tmp/file && rm -r ${certsDirectory} && mv /tmp/file ${certsDirectory}`,
      )
      return restoreHosts(cluster)
    },
  },
  {
    name: 'hosts-toml-host-port',
    title: 'the hosts.toml of all nodes named the port that the registry has on the host, not its own',
    causes: [{ code: 'hosts-toml-wrong-endpoint' }],
    explains: [],
    exitCode: 1,
    probe: 'resolve',
    repairable: true,
    pull: { node: 'worker' },
    make: async (cluster) => hostsToml(cluster, await nodesOf(cluster.name), '[host."http://kind-registry:5001"]\n'),
  },
  {
    name: 'hosts-toml-other-registry',
    title: 'the hosts.toml of all nodes led to another registry, which answered and had nothing',
    causes: [{ code: 'hosts-toml-wrong-endpoint' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    async make(cluster) {
      const remove = await startOtherRegistry()
      return undoAll(remove, await hostsToml(cluster, await nodesOf(cluster.name), '[host."http://other-registry:5000"]\n'))
    },
  },
  {
    name: 'hosts-toml-no-scheme',
    title: 'the endpoint in the hosts.toml of all nodes had no scheme, so a registry that speaks HTTP was asked over HTTPS',
    causes: [{ code: 'http-registry-asked-over-https' }],
    explains: [],
    exitCode: 1,
    probe: 'resolve',
    repairable: true,
    pull: { node: 'worker' },
    make: async (cluster) => hostsToml(cluster, await nodesOf(cluster.name), '[host."kind-registry:5000"]\n'),
  },
  {
    name: 'hosts-toml-shadowed',
    title: 'on one node an empty directory localhost_5001_ came before the one with the hosts.toml',
    causes: [{ code: 'hosts-toml-shadowed', node: 'worker' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    async make(cluster) {
      await onNodes([`${cluster.name}-worker`], 'mkdir /etc/containerd/certs.d/localhost_5001_')
      return restoreHosts(cluster)
    },
  },
  {
    name: 'pod-names-container',
    title: 'a pod named the registry as kind-registry:5000, for which nodes had no hosts.toml: it was asked over HTTPS',
    causes: [{ code: 'http-registry-asked-over-https' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    foundByPods: true,
    ownPods: [{ name: 'names-container', cause: 'http-registry-asked-over-https' }],
    pull: { node: 'worker', image: 'kind-registry:5000/lab/hello:1' },
    async make(cluster) {
      await waitingPod(cluster.name, 'names-container', 'kind-registry:5000/lab/hello:1')
      return undoAll(restoreHosts(cluster), () => removePod(cluster.name, 'names-container'))
    },
  },
  {
    name: 'host-name-unknown-to-nodes',
    title: 'pods named the registry by a name from the /etc/hosts of the machine, which the nodes did not know',
    causes: [{ code: 'hosts-toml-missing' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    foundByPods: true,
    pods: [{ node: 'worker', image: `${ownHostName}:5001/lab/hello:1`, cause: 'hosts-toml-missing' }],
    async make(cluster) {
      const forget = await nameThisMachine()
      return undoAll(restoreHosts(cluster), forget)
    },
  },
  {
    name: 'nothing-set-up',
    title: 'a registry and a cluster with a pod that uses it, and nothing that connects the two',
    causes: [{ code: 'hosts-toml-missing' }, { code: 'hosting-configmap-missing' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    foundByPods: true,
    ownPods: [{ name: 'wants-registry', cause: 'hosts-toml-missing' }],
    pull: { node: 'worker' },
    async make(cluster) {
      const { name } = cluster
      await kubectl(name, '-n', 'kube-public', 'delete', 'configmap', 'local-registry-hosting')
      await onNodes(await nodesOf(name), `rm -r ${certsDirectory}`)
      await waitingPod(name, 'wants-registry', helloImage)
      return undoAll(restoreAll(cluster), () => removePod(name, 'wants-registry'))
    },
  },
]
