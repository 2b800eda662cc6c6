/** Work on the nodes of a running k3d cluster: what k3s reads at its start, and what it has written then. */
import { type Rendered, renderRegistriesYaml } from '../src/k3s/render.ts'
import { docker, dockerOutput, type NodeContainer } from './docker.ts'
import { generated, hasFlag, type K3dShape } from './k3d-config.ts'
import { certsDir, registriesFile } from './k3s-stand-in/paths.ts'
import { resolveK3s, UsageError } from './versions.ts'

const render = (shape: K3dShape, text: string, role: string): Rendered =>
  renderRegistriesYaml(text, { k3sVersion: resolveK3s(shape.containerd).k3s, disableDefaultRegistryEndpoint: hasFlag(shape, role) })

/** Refuses what k3s does not start with: k3d would wait for its nodes until it is out of time. */
export function refuseRegistries(shape: K3dShape): void {
  if (shape.registries === generated) return
  const rendered = render(shape, shape.registries, 'server')
  if (rendered.kind === 'refused') throw new UsageError(`k3s does not start with this registries.yaml: ${rendered.reason}`)
}

/** Text of a file on a node; empty if there is none. */
export async function readNodeFile(node: string, path: string): Promise<string> {
  const { code, stdout } = await docker(['exec', node, 'cat', path])
  return code === 0 ? stdout : ''
}

/** Writes a file on a node; its directory is made. */
async function writeNodeFile(node: string, path: string, text: string, log: string): Promise<void> {
  const script = 'mkdir -p "${1%/*}" && cat > "$1"'
  await dockerOutput(['exec', '-i', node, 'sh', '-ec', script, 'sh', path], { input: text, log })
}

/** Gives nodes the registries.yaml that they were made with. Those that had another one are restarted, as k3s reads it once. */
export async function ensureRegistriesYaml(nodes: readonly NodeContainer[], text: string, log: string): Promise<void> {
  const changed: string[] = []
  for (const { name } of nodes) if ((await readNodeFile(name, registriesFile)) !== text) changed.push(name)
  if (changed.length === 0) return
  for (const name of changed) await writeNodeFile(name, registriesFile, text, log)
  await dockerOutput(['restart', ...changed], { log })
}

/** Makes certs.d what k3s makes of registries.yaml at its start, and removes whatever else a test may have put there. */
export async function ensureCertsD(nodes: readonly NodeContainer[], shape: K3dShape, text: string, log: string): Promise<void> {
  const put = async ({ name, role }: NodeContainer): Promise<void> => {
    const rendered = render(shape, text, role)
    if (rendered.kind !== 'certs.d') return
    await dockerOutput(['exec', name, 'sh', '-ec', 'rm -rf "$1"; mkdir -p "$1"', 'sh', certsDir], { log })
    for (const [path, content] of Object.entries(rendered.files)) await writeNodeFile(name, `${certsDir}/${path}`, content, log)
  }
  await Promise.all(nodes.map(put))
}
