/** Unusual ways in which nodes are led to the registry. */
import { certsDir } from '../cluster-config.ts'
import { nodesOf, onNodes, putFile, restoreHosts, run, undoAll } from '../fault.ts'
import { registryName } from '../registry.ts'
import { withHostsToml, type SetUp } from '../set-up.ts'

const endpoint = '[host."http://kind-registry:5000"]\n'

/** Changes of the nodes' certs.d. */
const withCertsDirectory =
  (script: string): SetUp['make'] =>
  async (cluster) => {
    await onNodes(await nodesOf(cluster.name), `cd ${certsDir} && ${script}`)
    return restoreHosts(cluster)
  }

const addressOf = (key: 'IPAddress' | 'GlobalIPv6Address'): Promise<string> =>
  run('inspect', '-f', `{{.NetworkSettings.Networks.kind.${key}}}`, registryName).then((text) => text.trim())

export const hostsTomlSetUps: readonly SetUp[] = [
  {
    name: 'an entry for pushes only, and the registry as server',
    make: withHostsToml(`server = "http://kind-registry:5000"\n\n${endpoint}  capabilities = ["push"]\n`),
  },
  { name: 'a dead endpoint before the one that serves', make: withHostsToml(`[host."http://kind-registry:5999"]\n\n${endpoint}`) },
  {
    name: 'an endpoint that does not resolve before the one that serves',
    make: withHostsToml(`[host."http://old-registry:5000"]\n\n${endpoint}`),
  },
  { name: 'a directory _default instead of one for the host', make: withCertsDirectory('mv localhost:5001 _default') },
  { name: 'the directory in its other form, localhost_5001_', make: withCertsDirectory('mv localhost:5001 localhost_5001_') },
  {
    name: 'two directories of which the first one leads to the registry',
    make: withCertsDirectory('cp -r localhost:5001 localhost_5001_ && echo > localhost:5001/hosts.toml'),
  },
  {
    name: 'certs.d as a link to another directory',
    async make(cluster) {
      const nodes = await nodesOf(cluster.name)
      await onNodes(nodes, 'mv /etc/containerd/certs.d /etc/mirrors && ln -s ../mirrors /etc/containerd/certs.d')
      return undoAll(() => onNodes(nodes, 'rm -r /etc/mirrors'), restoreHosts(cluster))
    },
  },
  {
    name: "the registry's address as endpoint",
    make: async (cluster) => withHostsToml(`[host."http://${await addressOf('IPAddress')}:5000"]\n`)(cluster),
  },
  {
    name: "the registry's IPv6 address as endpoint",
    brokenOn: /^1\./,
    make: async (cluster) => withHostsToml(`[host."http://[${await addressOf('GlobalIPv6Address')}]:5000"]\n`)(cluster),
  },
  { name: 'skip_verify for a registry over HTTP, so that HTTPS is tried first', make: withHostsToml(`${endpoint}  skip_verify = true\n`) },
  { name: 'override_path with the whole path', make: withHostsToml('[host."http://kind-registry:5000/v2"]\n  override_path = true\n') },
  {
    name: 'capabilities, a header and keys that nobody knows',
    make: withHostsToml(
      `${endpoint}  capabilities = ["pull", "resolve"]\n  plain-http = true\n  [host."http://kind-registry:5000".header]\n    x-lab = ["1"]\n`,
    ),
  },
  {
    name: 'a hosts.toml for the name of the container too',
    pulls: [{ node: 'worker', image: `${registryName}:5000/lab/hello:1` }],
    async make(cluster) {
      await putFile(await nodesOf(cluster.name), `${certsDir}/${registryName}:5000/hosts.toml`, endpoint)
      return restoreHosts(cluster)
    },
  },
  {
    name: 'a mirror of Docker Hub beside it that is not there',
    async make(cluster) {
      await putFile(
        await nodesOf(cluster.name),
        `${certsDir}/docker.io/hosts.toml`,
        'server = "https://registry-1.docker.io"\n\n[host."http://hub-cache:5000"]\n',
      )
      return restoreHosts(cluster)
    },
  },
]
