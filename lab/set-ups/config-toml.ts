/** Unusual settings of containerd itself. */
import { certsDir, registryTable } from '../cluster-config.ts'
import type { UpOptions } from '../cluster-note.ts'
import { certsDirectory, configToml, nodesOf, onNodes, proxy, restoreHosts, undoAll, type Undo } from '../fault.ts'
import { listOfRoots } from '../faults/config-toml.ts'
import { registryHost } from '../registry.ts'
import type { SetUp } from '../set-up.ts'
import { resolveContainerd } from '../versions.ts'

const registryTableOf = ({ containerd }: UpOptions): string => `plugins."${registryTable(resolveContainerd(containerd!))}".registry`

/** Mirrors in config.toml, as they were made before there was hosts.toml, and no config_path. */
async function mirrors(cluster: UpOptions): Promise<Undo> {
  const settings = `[${registryTableOf(cluster)}.mirrors."${registryHost}"]\n  endpoint = ["http://kind-registry:5000"]\n`
  const nodes = await nodesOf(cluster.name)
  await onNodes(nodes, `rm -r ${certsDirectory}`)
  return undoAll(
    restoreHosts(cluster),
    await configToml(nodes, `sed -i 's/config_path = .*/config_path = ""/' config.toml && cat >> config.toml`, settings),
  )
}

export const configTomlSetUps: readonly SetUp[] = [
  {
    name: 'two roots and local pulls, the file in the second',
    async make(cluster) {
      const nodes = await nodesOf(cluster.name)
      const restore = await configToml(nodes, `${listOfRoots} && mkdir -p /etc/docker && mv certs.d /etc/docker/ && mkdir certs.d`)
      return undoAll(restoreHosts(cluster), () => onNodes(nodes, 'rm -r /etc/docker'), restore)
    },
  },
  { name: 'legacy mirrors and no config_path', make: mirrors },
  {
    name: 'config_path in a file that config.toml imports',
    // There an imported file's table of a plugin takes the place of the whole table, sandbox image and all.
    brokenOn: /^1\./,
    async make(cluster) {
      const nodes = await nodesOf(cluster.name)
      const content = `version = 2\n[${registryTableOf(cluster)}]\n  config_path = "${certsDir}"\n`
      const imports = 'imports = ["/etc/containerd/conf.d/*.toml"]'
      const script = `sed -i '/config_path/d' config.toml && sed -i '1i ${imports}' config.toml && mkdir conf.d && cat > conf.d/registry.toml`
      return undoAll(() => onNodes(nodes, 'rm -r /etc/containerd/conf.d'), await configToml(nodes, script, content))
    },
  },
  {
    name: 'a proxy, and the registry in NO_PROXY',
    make: async ({ name }) => proxy(await nodesOf(name), 'http://127.0.0.1:3128', '.svc,kind-registry'),
  },
]
