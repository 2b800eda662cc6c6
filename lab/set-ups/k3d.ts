/** Set-ups of k3d that work: also those that have been blamed for what they do not do. */
import { applied, appliedOnAgent as onAgent, configYaml, k3dMirrors, k3dNodeNames } from '../faults/k3d-hands.ts'
import { undoAll } from '../fault.ts'
import { registriesYaml } from '../k3d-changes.ts'
import { k3dRegistry } from '../registry.ts'
import type { SetUp } from '../set-up.ts'

const { host, port } = k3dRegistry
const configs = (tls: string): string => `configs:\n  "${host}":\n    tls:\n      ${tls}\n`
const flag = 'disable-default-registry-endpoint: true\n'

export const k3dSetUps: readonly SetUp[] = [
  {
    name: 'mirrors only',
    pulls: [{ node: 'server-0' }, { node: 'agent-0' }],
    make: async () => async () => {},
  },
  {
    name: 'mirrors and --disable-default-registry-endpoint on every node',
    make: async ({ name }) => configYaml(name, await k3dNodeNames(name), flag),
  },
  {
    name: 'mirrors and --disable-default-registry-endpoint on servers only',
    make: async ({ name }) => configYaml(name, await k3dNodeNames(name, 'server'), flag),
  },
  {
    name: 'mirrors and configs with insecure_skip_verify',
    make: onAgent(k3dMirrors + configs('insecure_skip_verify: true')),
  },
  {
    name: 'mirrors and configs with insecureSkipVerify, which k3s ignores',
    make: onAgent(k3dMirrors + configs('insecureSkipVerify: true')),
  },
  {
    name: 'mirrors and configs, with the flag that has no effect then',
    async make({ name }) {
      const nodes = await k3dNodeNames(name)
      const undo = await registriesYaml(name, nodes, k3dMirrors + configs('insecure_skip_verify: true'))
      // What is taken back first counts at the restart.
      return undoAll(await configYaml(name, nodes, flag), undo)
    },
  },
  {
    name: 'a mirror for localhost too',
    pulls: [{ node: 'agent-0', image: `localhost:${port}/lab/hello:1` }],
    make: applied(`${k3dMirrors}  "localhost:${port}":\n    endpoint: ["http://${host}"]\n`),
  },
  {
    name: 'a mirror for everything',
    make: onAgent(`mirrors:\n  "*":\n    endpoint: ["http://${host}"]\n`),
  },
  {
    name: 'registries.yaml edited, not applied, and nothing the worse for it',
    make: async ({ name }) => registriesYaml(name, await k3dNodeNames(name), `${k3dMirrors}configs: {}\n`),
  },
]
