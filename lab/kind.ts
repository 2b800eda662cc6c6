/** kind clusters: up, down, and the way from a broken or half made one to a healthy one. */
import { binaryPath, ensureProgram, programArtifact } from './binaries.ts'
import { hasArtifact } from './cache.ts'
import { type ClusterShape, kindConfig } from './cluster-config.ts'
import { readNote, removeNote, shapeDifference, type UpOptions, wantedShape, writeNote } from './cluster-note.ts'
import { docker, dockerOutput, kindNodes, type NodeContainer } from './docker.ts'
import { ensureEngine, hasEngine, raiseInotifyLimit } from './engine.ts'
import { sweepBuilds } from './layers.ts'
import { ensureNodeImage } from './node-image.ts'
import { configPathIs, ensureHosts, isChanged, publishRegistry, waitReady } from './nodes.ts'
import { kind } from './programs.ts'
import { connectRegistry, ensureRegistry, helloImage, pushImage, registryHas, removeRegistry } from './registry.ts'
import { run } from './run.ts'
import { progress, step } from './steps.ts'
import { upstreamNode } from './upstream.ts'
import { resolveContainerd, resolveKubelet, UsageError } from './versions.ts'

const restartTimeout = 90_000
const readyTimeout = 180_000

/** Refuses clusters that others made. A note alone proves nothing: the name may have been used again since. */
async function refuseForeign(name: string, nodes: readonly NodeContainer[], advice: string): Promise<void> {
  const note = await readNote(name)
  const ours = nodes.every((n) => n.image === note?.image || n.image.startsWith('registry-doctor-lab/'))
  if (!ours) throw new UsageError(`cluster '${name}' was not made by the lab; ${advice}`)
}

function kubeconfigArgs(kubeconfig: string | undefined): readonly string[] {
  return kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]
}

/** Brings a cluster up, healthy as kind's own local-registry script leaves it. Call it with the lock held. */
export async function upKindLocked(options: UpOptions): Promise<void> {
  const { name } = options
  await ensureEngine()
  await sweepBuilds()
  const nodes = await kindNodes(name)
  await refuseForeign(name, nodes, 'choose another name')
  const note = await readNote(name)
  const shape = wantedShape(options, note)
  if (shape.registry) await ensureRegistry(options.images ?? 'auto')
  const reason = await whyCreate(name, nodes, shape)
  if (reason !== undefined) {
    if (nodes.length > 0) {
      progress(`cluster ${name}`, `made anew: ${reason}`)
      await removeCluster(name, note?.kubeconfig)
    }
    await createCluster(options, shape)
  }
  await finish(options, shape)
}

/** Restarts what is stopped; says why an existing cluster cannot be used, undefined if it is healthy. */
async function whyCreate(name: string, nodes: readonly NodeContainer[], shape: ClusterShape): Promise<string | undefined> {
  const note = await readNote(name)
  if (nodes.length === 0) return 'it does not exist'
  if (!note?.complete) return 'an earlier run did not finish it'
  const difference = shapeDifference(note, shape)
  if (difference !== undefined) return difference
  if (nodes.length !== note.workers + 1) return `${nodes.length} of ${note.workers + 1} nodes exist`
  return step(`cluster ${name} health`, async ({ log, done }) => {
    const stopped = nodes.filter((n) => n.state !== 'running')
    for (const node of stopped) await docker([node.state === 'paused' ? 'unpause' : 'start', node.name], { log })
    if (!(await waitReady(nodes, restartTimeout, log))) return 'its nodes do not become Ready'
    if (!(await configPathIs(note.configPath, nodes))) return "a node's config_path has been changed"
    if (await isChanged(nodes)) return 'a test has left a node changed'
    if (stopped.length === 0) done('running')
    return undefined
  })
}

async function createCluster(options: UpOptions, shape: ClusterShape): Promise<void> {
  const { name, kubeconfig } = options
  const version = resolveContainerd(shape.containerd)
  await ensureProgram(kind)
  const kubelet = resolveKubelet(shape.kubelet)
  const upstream = kubelet === undefined ? await upstreamNode(version, options.images ?? 'auto') : undefined
  const image = upstream ?? (await ensureNodeImage(version, kubelet))
  await raiseInotifyLimit()
  await writeNote(name, { ...shape, image, kubeconfig, complete: false })
  await step(`cluster ${name} create`, ({ log }) => {
    const args = ['create', 'cluster', '--name', name, '--image', image, '--config', '-', ...kubeconfigArgs(kubeconfig)]
    return run(binaryPath(kind, 'kind'), args, { log, input: kindConfig(shape, version, upstream === undefined) })
  })
}

/** Everything after the cluster itself; each part looks first, so that doing it again costs little. */
async function finish(options: UpOptions, shape: ClusterShape): Promise<void> {
  const { name } = options
  const nodes = await kindNodes(name)
  const note = await readNote(name)
  if (note === undefined) throw new Error(`no note of cluster '${name}'`)
  if (shape.registry) {
    await step(`cluster ${name} registry`, ({ log }) => connectCluster(nodes, log))
  }
  if (note.complete) {
    // the entry may have been lost with another kubeconfig, or be wanted in another file
    const args = ['export', 'kubeconfig', '--name', name, ...kubeconfigArgs(options.kubeconfig ?? note.kubeconfig)]
    await step(`cluster ${name} kubeconfig`, ({ log }) => run(binaryPath(kind, 'kind'), args, { log }))
    return
  }
  await step(`cluster ${name} ready`, async ({ log }) => {
    if (!(await waitReady(nodes, readyTimeout, log))) throw new Error('its nodes do not become Ready')
  })
  await writeNote(name, { ...note, complete: true })
}

/** What connects a cluster with the running registry, and the registry's image. */
export async function connectCluster(nodes: readonly NodeContainer[], log: string): Promise<void> {
  const push = async (): Promise<void> => {
    if (!(await registryHas('lab/hello', '1'))) await pushImage(helloImage)
  }
  // Attaching a network renews the container's published ports, which breaks a push that is under way.
  await Promise.all([ensureHosts(nodes, log), publishRegistry(nodes[0]!.cluster, log), connectRegistry().then(push)])
}

/** Removes a cluster's containers and kubeconfig entry, whatever state they are in. */
async function removeCluster(name: string, kubeconfig: string | undefined): Promise<void> {
  await step(`cluster ${name} delete`, async ({ log }) => {
    if (hasArtifact(programArtifact(kind))) {
      const args = ['delete', 'cluster', '--name', name, ...kubeconfigArgs(kubeconfig)]
      await run(binaryPath(kind, 'kind'), args, { log, check: false })
    }
    const left = await kindNodes(name)
    if (left.length > 0) await dockerOutput(['rm', '-f', '-v', ...left.map((n) => n.name)], { log })
  })
  await removeNote(name)
}

/** What `down` may take away with the cluster. */
export interface DownOptions {
  readonly kubeconfig?: string | undefined
  /** Remove the registry's container even if other clusters use it. */
  readonly registry?: boolean | undefined
}

/** Removes a cluster of the lab, and the registry with the last one. Call it with the lock held. */
export async function downLocked(name: string, options: DownOptions = {}): Promise<void> {
  if (!(await hasEngine())) return removeNote(name)
  await ensureEngine() // containers of a dead engine are still there
  await refuseForeign(name, await kindNodes(name), 'remove it with kind')
  const note = await readNote(name)
  await removeCluster(name, options.kubeconfig ?? note?.kubeconfig)
  if (options.registry || (await kindNodes()).length === 0) await removeRegistry()
}
