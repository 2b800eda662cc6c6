import { directoryOfMirror } from '../../containerd/host-directory.ts'
import { nodeContainerd, type NodeContainerd } from '../../derive/node-containerd.ts'
import { nodeK3s } from '../../derive/node-k3s.ts'
import { fileFacts } from '../../derive/node-files.ts'
import { orNull } from '../../derive/tried.ts'
import type { Finding } from '../../model/finding.ts'
import { ObservationFailure, type Look, type NodeRuntime } from '../../model/observation.ts'
import type { Cluster, Node } from '../../model/topology.ts'
import { defineCheck } from '../define-check.ts'

/** A node that boots needs some seconds until its containerd serves; that is no fault. */
const startSeconds = 20

export default defineCheck({
  id: 'node/cri-available',
  per: 'node',
  title: "the node's containerd runs and serves the kubelet",
  why: 'Without containerd, or with a CRI plugin that refused its configuration, a node pulls nothing at all, whatever the registry does. Its registry settings can be right all the same.',
  finds: ['cri-not-available', 'mirrors-and-config-path'],
  async run(look, { cluster, node }) {
    const runtime = await look('node.runtime', { node: node.name })
    // A busy machine is no fault of the node's.
    if (runtime.cri?.exitCode === 124)
      throw new ObservationFailure('node.runtime', 'timeout', `crictl did not answer on ${node.name} within 8 s`)
    const problem = problemOf(runtime)
    if (problem === null) return []
    const containerd = await orNull(nodeContainerd(look, node.name))
    if (containerd?.path.path === 'none') return [refused(cluster, node, containerd, containerd.path.text)]
    // What stands in the configuration is there after a restart too.
    const isLasting = problem.includes('configuration') || (await orNull(isRefused(look, cluster, node))) === true
    const { ageSeconds } = runtime
    if (ageSeconds !== undefined && ageSeconds < startSeconds && !isLasting)
      throw new ObservationFailure(
        'node.runtime',
        'starting',
        `${node.name} or its containerd was started ${ageSeconds} s ago and is not ready yet`,
      )
    return [
      {
        code: 'cri-not-available',
        subject: { kind: 'node', cluster: cluster.name, name: node.name },
        hop: 'unpack',
        message: `${node.name}: ${problem}`,
        data: { node: node.name, provider: cluster.provider, refused: isLasting },
        evidence: [
          {
            vantage: 'node',
            asked: 'crictl images',
            saw: runtime.cri?.stderr || problem,
            command: `docker exec ${node.name} crictl images`,
          },
        ],
      },
    ]
  },
})

/** A k3s that does not take its registries.yaml does not come up, however long it is waited for. */
const isRefused = async (look: Look, cluster: Cluster, node: Node): Promise<boolean> =>
  cluster.provider === 'k3d' && (await nodeK3s(look, cluster, node.name)).rendered.kind === 'refused'

/** The configuration that the plugin refused, by the rules of this version. */
function refused(cluster: Cluster, node: Node, { version, configFile, config, files }: NodeContainerd, text: string): Finding {
  const { mirrors = {}, configPath = '' } = config.settings
  const root = configPath.split(':').find(Boolean) ?? '/etc/containerd/certs.d'
  return {
    code: 'mirrors-and-config-path',
    subject: { kind: 'node', cluster: cluster.name, name: node.name },
    qualifier: 'containerd',
    hop: 'unpack',
    message: `containerd ${version.text} on ${node.name} does not load its CRI plugin: ${text}`,
    data: {
      nodes: [node.name],
      provider: cluster.provider,
      mirrors: Object.fromEntries(Object.entries(mirrors).map(([host, endpoints]) => [host, [...endpoints]])),
      root,
      configFile,
      containerd: version.text,
      // A hosts.toml that is there already stays.
      files: fileFacts(files, configFile, ...Object.keys(mirrors).map((host) => `${root}/${directoryOfMirror(host)}/hosts.toml`)),
    },
    evidence: [
      {
        vantage: 'node',
        asked: `registry settings in ${config.files.join(', ') || configFile}`,
        saw: `mirrors of ${Object.keys(mirrors).join(', ') || 'none'}; config_path ${configPath === '' ? 'of this version by default' : `"${configPath}"`}`,
        command: `docker exec ${node.name} grep -nE 'config_path|mirrors' ${configFile}`,
      },
    ],
  }
}

function problemOf({ args, cri }: NodeRuntime): string | null {
  if (args.length === 0) return 'containerd is not running'
  if (cri === undefined || cri.exitCode === 0) return null
  return /unknown service/.test(cri.stderr)
    ? "containerd runs, but its CRI plugin is not loaded: it refused containerd's configuration"
    : 'containerd runs, but its CRI does not answer'
}
