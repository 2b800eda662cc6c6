import { isLoopback } from '../../containerd/registry-host.ts'
import { leadOf, type Led } from '../../derive/plan-of-node.ts'
import type { Evidence, Finding } from '../../model/finding.ts'
import type { Cluster, Node, Registry } from '../../model/topology.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'node/registry-config',
  per: 'node',
  title: "the node's containerd is led to the registry",
  why: 'Inside a node `localhost:5001` is the node itself. containerd has to be told where the registry really is: by a hosts.toml, in a directory that it was configured to read.',
  finds: ['config-path-missing', 'hosts-toml-missing', 'hosts-toml-wrong-endpoint'],
  async run(look, { cluster, node, registries }) {
    const local = registries.filter((one) => one.role === 'registry')
    if (local.length === 0) return { skip: `${cluster.name} uses no local registry` }
    // Where a registry would be reached that is nowhere, no configuration can be held to.
    const known = local.filter((one) => one.place !== 'missing' || !isLoopback(one.address))
    if (known.length === 0) return { skip: `where nodes would reach ${local.map((one) => one.name).join(', ')} is not known` }
    const pairs = known.flatMap((registry) => hostsOf(registry, cluster).map((registryHost) => ({ registry, registryHost })))
    const findings = await Promise.all(
      pairs.map(async ({ registry, registryHost }) =>
        judge(await leadOf(look, cluster, node.name, registry, registryHost), cluster, node, registry, registryHost),
      ),
    )
    return findings.flat()
  },
})

const hostsOf = (registry: Registry, cluster: Cluster): string[] => [
  ...new Set(registry.references.filter((one) => one.cluster === cluster.name).map((one) => one.registryHost)),
]

function judge(led: Led, cluster: Cluster, node: Node, registry: Registry, registryHost: string): Finding[] {
  if (led.toRegistry) return []
  const { config, version, configFile } = led.containerd
  // A host that is not the node itself may just be down; only an answer in the wrong protocol shows that a mirror is wanted.
  if (!isLoopback(registryHost) && !/HTTP response to HTTPS client/.test(led.saw ?? '')) return []
  const fileThere = led.directory.found === 'directory' && (led.directory.hostsToml ?? '').trim() !== ''
  const code = config.roots.length === 0 ? 'config-path-missing' : fileThere ? 'hosts-toml-wrong-endpoint' : 'hosts-toml-missing'
  const root = config.roots[0] ?? '/etc/containerd/certs.d'
  // What containerd would take before it is where the file has to be; all hosts share `_default`.
  const isOwn = led.directory.found === 'directory' && !led.directory.directory.endsWith('/_default')
  const target = `${isOwn ? led.directory.directory : `${root}/${registryHost}`}/hosts.toml`
  const itself = isLoopback(registryHost) ? ', which is the node itself' : ''
  const what: Record<typeof code, string> = {
    'config-path-missing': `containerd ${version.text} on ${node.name} has no config_path, so it reads no hosts.toml and asks ${led.asked}${itself}`,
    'hosts-toml-missing': `${node.name} has no ${target}, so containerd asks ${led.asked}${itself}`,
    'hosts-toml-wrong-endpoint': `the hosts.toml of ${node.name} for ${registryHost} does not lead to ${registry.name}: containerd asks ${led.asked}`,
  }
  const command = `docker exec ${node.name} ${code === 'config-path-missing' ? `grep -n config_path ${configFile}` : `cat ${target}`}`
  const seen: Evidence =
    code === 'config-path-missing'
      ? {
          vantage: 'node',
          asked: `config_path in ${config.files.join(', ') || configFile}`,
          saw: 'none (the default before containerd 2.2 is none)',
          command,
        }
      : {
          vantage: 'node',
          asked: `directory of ${registryHost} in ${config.roots.join(', ')}`,
          saw:
            led.directory.found === 'none'
              ? 'none'
              : `${led.directory.directory}: ${fileThere ? led.directory.hostsToml!.trim() : 'no hosts.toml'}`,
          command,
        }
  return [
    {
      code,
      subject: { kind: 'node', cluster: cluster.name, name: node.name },
      qualifier: registryHost,
      hop: 'resolve',
      message: what[code],
      data: {
        nodes: [node.name],
        registryHost,
        endpoint: `${registry.scheme}://${registry.address}`,
        hostsToml: target,
        configFile,
        containerd: version.text,
        files: fileOf(led, configFile, target),
      },
      evidence: [seen, { vantage: 'node', asked: `HEAD of an image of ${registryHost}, as containerd asks`, saw: led.saw ?? '' }],
    },
  ]
}

/** What a repair must know of the files that are there: their text and hash. */
function fileOf({ containerd }: Led, ...paths: string[]): { [path: string]: { sha256: string; text: string | null } } {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const entry = containerd.files.entry(path)
      return entry?.type === 'file' ? [[path, { sha256: entry.sha256, text: entry.text ?? null }]] : []
    }),
  )
}
