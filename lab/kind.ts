/** kind clusters: healthy as kind's own local-registry script leaves them. */
import { binaryPath, ensureProgram, programArtifact } from './binaries.ts'
import { hasArtifact } from './cache.ts'
import { hostingConfigMap, kindConfig } from './cluster-config.ts'
import { readNote, type UpOptions, wantedShape } from './cluster-note.ts'
import { bringUp, type ClusterProvider } from './clusters.ts'
import { dockerOutput, kindNodes, type NodeContainer } from './docker.ts'
import { ensureEngine } from './engine.ts'
import { sweepBuilds } from './layers.ts'
import { ensureNodeImage } from './node-image.ts'
import { configPathIs, ensureHosts, publishRegistry } from './nodes.ts'
import { kind } from './programs.ts'
import { connectRegistry, ensureHello, ensureRegistry } from './registry.ts'
import { run, type RunOptions, type RunResult } from './run.ts'
import { upstreamNode } from './upstream.ts'
import { resolveContainerd, resolveKubelet } from './versions.ts'

const kindCli = (args: readonly string[], options: RunOptions): Promise<RunResult> => run(binaryPath(kind, 'kind'), args, options)

function kubeconfigArgs(kubeconfig: string | undefined): readonly string[] {
  return kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]
}

export const kindProvider: ClusterProvider = {
  name: 'kind',
  nodes: kindNodes,
  async remove(name, kubeconfig, log) {
    if (hasArtifact(programArtifact(kind))) {
      await kindCli(['delete', 'cluster', '--name', name, ...kubeconfigArgs(kubeconfig)], { log, check: false })
    }
    const left = await kindNodes(name)
    if (left.length > 0) await dockerOutput(['rm', '-f', '-v', ...left.map((n) => n.name)], { log })
  },
}

/** Brings a cluster up. Call it with the lock held. */
export async function upKindLocked(options: UpOptions): Promise<void> {
  const { name, kubeconfig } = options
  await ensureEngine()
  await sweepBuilds()
  const note = await readNote(name)
  const shape = wantedShape(options, note?.provider === 'kind' ? note : undefined)
  if (shape.registry) await ensureRegistry(options.images ?? 'auto')
  const version = resolveContainerd(shape.containerd)
  let ownImage = true
  await bringUp({
    provider: kindProvider,
    name,
    shape,
    size: shape.workers + 1,
    kubeconfig,
    async image() {
      await ensureProgram(kind)
      const kubelet = resolveKubelet(shape.kubelet)
      const upstream = kubelet === undefined ? await upstreamNode(version, options.images ?? 'auto') : undefined
      ownImage = upstream === undefined
      return upstream ?? ensureNodeImage(version, kubelet)
    },
    create(image, log) {
      const args = ['create', 'cluster', '--name', name, '--image', image, '--config', '-', ...kubeconfigArgs(kubeconfig)]
      return kindCli(args, { log, input: kindConfig(shape, version, ownImage) })
    },
    whyUnfit: async (nodes) => ((await configPathIs(shape.configPath, nodes)) ? undefined : "a node's config_path has been changed"),
    ...(shape.registry && { connect: (nodes, _note, log) => connectCluster(nodes, log) }),
    exportKubeconfig: (file, log) => kindCli(['export', 'kubeconfig', '--name', name, ...kubeconfigArgs(file)], { log }),
  })
}

/** What connects a cluster with the running registry, and the registry's image. */
export async function connectCluster(nodes: readonly NodeContainer[], log: string): Promise<void> {
  // Attaching a network renews the container's published ports, which breaks a push that is under way.
  await Promise.all([ensureHosts(nodes, log), publishRegistry(nodes, hostingConfigMap(), log), connectRegistry().then(() => ensureHello())])
}
