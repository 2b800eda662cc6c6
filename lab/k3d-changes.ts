/** The hands with which k3d clusters are changed: each gives what takes the change back, also where it was repaired meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import { readNote } from './cluster-note.ts'
import { docker, dockerOutput, k3dNodes, type NodeContainer } from './docker.ts'
import { changeNodes, onNodes, putFile, type Undo } from './fault.ts'
import { generated, type K3dShape } from './k3d-config.ts'
import { ensureCertsD } from './k3d-nodes.ts'
import { ensureK3dRegistry } from './k3d-registry.ts'
import { certsDir, registriesFile } from './k3s-stand-in/paths.ts'
import { waitReady } from './nodes.ts'
import { placeOf } from './place.ts'
import { connectRegistry, ensureHello } from './registry.ts'

const readyTimeout = 120_000

interface Known {
  readonly nodes: readonly NodeContainer[]
  readonly shape: K3dShape
  /** registries.yaml as the cluster was made with it. */
  readonly text: string
}

async function known(cluster: string): Promise<Known> {
  const [note, nodes] = await Promise.all([readNote(cluster), k3dNodes(cluster)])
  if (note?.provider !== 'k3d') throw new Error(`the lab has no k3d cluster '${cluster}'`)
  return { nodes, shape: note, text: note.registriesYaml ?? (note.registries === generated ? '' : note.registries) }
}

/** Restarts nodes, and with them k3s: registries.yaml is read, certs.d is written, and all is Ready again. */
export async function restartNodes(cluster: string, nodes: readonly string[]): Promise<void> {
  await dockerOutput(['restart', ...nodes])
  if (!(await waitReady(await k3dNodes(cluster), readyTimeout, '/dev/null')))
    throw new Error(`${nodes.join(', ')}: not Ready after a restart`)
}

/** Restarts a node whose k3s then ends at once. Its container goes on: k3d's entrypoint waits for the API. */
async function restartRefused(node: string): Promise<void> {
  await dockerOutput(['restart', node])
  const since = await dockerOutput(['inspect', '--format', '{{.State.StartedAt}}', node])
  for (const end = Date.now() + readyTimeout; ; await sleep(200)) {
    const { stdout, stderr } = await docker(['logs', '--since', since, node])
    if (`${stdout}${stderr}`.includes('level=fatal')) return
    if (Date.now() > end) throw new Error(`k3s on ${node} does not end`)
  }
}

/** What the cluster was made with, as files: registries.yaml and what k3s makes of it. Nothing is restarted. */
export const restoreFiles =
  (cluster: string): Undo =>
  async () => {
    const { nodes, shape, text } = await known(cluster)
    await putFile(
      nodes.map((one) => one.name),
      registriesFile,
      text,
    )
    await ensureCertsD(nodes, shape, text, '/dev/null')
  }

/** Another registries.yaml on nodes. k3s does not see it before it is started again. */
export async function registriesYaml(cluster: string, nodes: readonly string[], text: string): Promise<Undo> {
  const before = await known(cluster)
  await putFile(nodes, registriesFile, text)
  return () => putFile(nodes, registriesFile, before.text)
}

/**
 * Another registries.yaml on nodes, and k3s started with it.
 * @param refused k3s does not start with this text: waits until it has said so instead
 */
export async function appliedRegistriesYaml(cluster: string, nodes: readonly string[], text: string, refused?: 'refused'): Promise<Undo> {
  const before = await known(cluster)
  const write = `cat > ${registriesFile}`
  const unmark = await changeNodes(nodes, write, 'true', text)
  if (refused === undefined) await restartNodes(cluster, nodes)
  else for (const node of nodes) await restartRefused(node)
  return async () => {
    await putFile(nodes, registriesFile, before.text)
    await restartNodes(cluster, nodes)
    await unmark()
  }
}

/** Another file below certs.d, which containerd reads at its next pull; undefined removes its directory. */
export async function certsDFile(cluster: string, nodes: readonly string[], path: string, text: string | undefined): Promise<Undo> {
  const file = `${certsDir}/${path}`
  if (text === undefined) await onNodes(nodes, `rm -r '${file.slice(0, file.lastIndexOf('/'))}'`)
  else await putFile(nodes, file, text)
  return async () => {
    const { nodes: all, shape, text: registries } = await known(cluster)
    await ensureCertsD(all, shape, registries, '/dev/null')
  }
}

/** The registry made anew by k3d, with nothing in it, on the networks where the old one was. */
export async function recreateRegistry(cluster: string): Promise<Undo> {
  const { registry } = await placeOf(cluster)
  const networks = '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}'
  const before = (await dockerOutput(['inspect', '--format', networks, registry.container]))
    .split('\n')
    .filter((name) => name.startsWith('k3d-'))
  await dockerOutput(['rm', '-f', '-v', registry.container])
  await ensureK3dRegistry('auto')
  for (const network of before) await connectRegistry(registry, network)
  return () => ensureHello(registry)
}

/** The registry off the network of a cluster. */
export async function detachRegistry(cluster: string): Promise<Undo> {
  const { registry, context: network } = await placeOf(cluster)
  await docker(['network', 'disconnect', network, registry.container])
  return () => connectRegistry(registry, network)
}
