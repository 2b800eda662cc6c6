/** The hands with which faults and set-ups of k3d are made. */
import { k3dNodes } from '../docker.ts'
import { changeNodes, type Fault, type Undo } from '../fault.ts'
import { appliedRegistriesYaml, restartNodes } from '../k3d-changes.ts'
import { k3dRegistry } from '../registry.ts'

/** registries.yaml as k3d makes it for a registry. */
export const k3dMirrors = `mirrors:\n  "${k3dRegistry.host}":\n    endpoint:\n      - "http://${k3dRegistry.host}"\n`

/** Names of the nodes of a k3d cluster, of a role where one is named. */
export const k3dNodeNames = async (cluster: string, role?: string): Promise<string[]> =>
  (await k3dNodes(cluster)).filter((one) => role === undefined || one.role === role).map((one) => one.name)

/** Another registries.yaml on every node, and k3s started with it. */
export const applied =
  (text: string) =>
  async ({ name }: { readonly name: string }): Promise<Undo> =>
    appliedRegistriesYaml(name, await k3dNodeNames(name), text)

const configFile = '/etc/rancher/k3s/config.yaml'

/** Nodes whose k3s is started with what a configuration file says. */
export async function configYaml(cluster: string, nodes: readonly string[], text: string): Promise<Undo> {
  const undo = await changeNodes(nodes, `cat > ${configFile}`, `rm ${configFile}`, text)
  await restartNodes(cluster, nodes)
  return async () => {
    await undo()
    await restartNodes(cluster, nodes)
  }
}

export const agentOf = (cluster: string): string => `k3d-${cluster}-agent-0`

/** The same on the agent alone, whose k3s is started again in a few seconds. */
export const appliedOnAgent =
  (text: string, more?: 'refused'): Fault['make'] =>
  ({ name }) =>
    appliedRegistriesYaml(name, [agentOf(name)], text, more)
