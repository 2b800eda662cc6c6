/** Faults in containerd's own configuration. */
import { registryTable } from '../cluster-config.ts'
import { configToml, nodesOf, undoAll, type Fault } from '../fault.ts'
import { waitForPull } from '../pods.ts'
import { resolveContainerd } from '../versions.ts'

/** The default of containerd 2.2 and later, written out. */
export const listOfRoots = `sed -i 's|config_path = .*|config_path = "/etc/containerd/certs.d:/etc/docker/certs.d"|' config.toml`

export const configTomlFaults: readonly Fault[] = [
  {
    name: 'config-path-missing',
    title: 'kind nodes with containerd 2.1 whose configuration sets no config_path: the registry set-up was ignored',
    causes: [{ code: 'config-path-missing' }],
    explains: [],
    exitCode: 1,
    probe: 'resolve',
    repairable: true,
    harmlessOn: /^2\.[2-9]\./,
    pull: { node: 'worker' },
    make: async ({ name }) =>
      configToml(await nodesOf(name), `sed -i -E '/config_path/d; /\\.registry\\]/d; /cri\\.v1\\.images.\\]/d' config.toml`),
  },
  {
    name: 'config-path-list',
    title: 'config_path was a list, and containerd pulled through the transfer service, which takes it for one name',
    causes: [{ code: 'config-path-list-ignored' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    harmlessOn: /^1\./,
    pull: { node: 'worker' },
    make: async ({ name }) => configToml(await nodesOf(name), `${listOfRoots} && sed -i '/discard_unpacked_layers/d' config.toml`),
  },
  {
    name: 'mirrors-and-config-path',
    title: 'one node had legacy mirrors beside its config_path: containerd ran, but not its CRI plugin',
    causes: [{ code: 'mirrors-and-config-path', node: 'worker' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    make: async ({ name, containerd }) => {
      const table = `[plugins."${registryTable(resolveContainerd(containerd!))}".registry.mirrors."localhost:5001"]`
      const node = `${name}-worker`
      const restore = await configToml([node], 'cat >> config.toml', `${table}\n  endpoint = ["http://kind-registry:5000"]\n`)
      return undoAll(() => waitForPull(node, 'ok'), restore)
    },
  },
]
