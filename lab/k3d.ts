/** k3d clusters: healthy as k3d leaves them with a registry beside them. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureProgram, programArtifact } from './binaries.ts'
import { hasArtifact, withTempDir } from './cache.ts'
import { type ClusterNote, readNote } from './cluster-note.ts'
import { bringUp, type ClusterProvider } from './clusters.ts'
import { docker, dockerOutput, k3dNodes, type NodeContainer } from './docker.ts'
import { ensureEngine } from './engine.ts'
import { k3dCli } from './k3d-cli.ts'
import {
  k3dConfig,
  k3dHostingConfigMap,
  k3dRegistryOf,
  type K3dShape,
  registriesSource,
  type UpK3dOptions,
  wantedK3dShape,
} from './k3d-config.ts'
import { ensureCertsD, ensureRegistriesYaml, readNodeFile, refuseRegistries } from './k3d-nodes.ts'
import { ensureK3dRegistry } from './k3d-registry.ts'
import { ensureK3sImage } from './k3s-image.ts'
import { registriesFile } from './k3s-stand-in/paths.ts'
import { sweepBuilds } from './layers.ts'
import { publishRegistry } from './nodes.ts'
import { k3d } from './programs.ts'
import { connectRegistry, ensureHello, ensureRunning, type LabRegistry, registryState } from './registry.ts'
import { ensureRegistryImage } from './small-images.ts'
import { type ImageChoice, upstreamK3s } from './upstream.ts'
import { k3dRegistryImage, resolveK3s } from './versions.ts'

/** What k3d makes beside nodes, and what is left of a cluster that was half made. */
async function removeRest(name: string, log: string): Promise<void> {
  const lines = async (...args: string[]): Promise<readonly string[]> => (await dockerOutput(args, { log })).split('\n').filter(Boolean)
  const containers = await lines('ps', '-aq', '--filter', `label=k3d.cluster=${name}`)
  if (containers.length > 0) await dockerOutput(['rm', '-f', '-v', ...containers], { log })
  for (const network of await lines('network', 'ls', '-q', '--filter', `name=^k3d-${name}$`)) {
    const attached = await dockerOutput(['network', 'inspect', '--format', '{{range .Containers}}{{println .Name}}{{end}}', network], {
      log,
    })
    for (const one of attached.split('\n').filter(Boolean)) await docker(['network', 'disconnect', '-f', network, one], { log })
    await docker(['network', 'rm', network], { log })
  }
  await docker(['volume', 'rm', '-f', `k3d-${name}-images`], { log })
}

export const k3dProvider: ClusterProvider = {
  name: 'k3d',
  nodes: k3dNodes,
  async remove(name, kubeconfig, log) {
    if (hasArtifact(programArtifact(k3d))) await k3dCli(['cluster', 'delete', name], kubeconfig, { log, check: false })
    await removeRest(name, log)
  },
}

/** What k3d is given of a registry beside nodes, or makes of it with them. */
async function ensureRegistryOf({ registry }: K3dShape, images: ImageChoice): Promise<void> {
  if (registry === 'use') await ensureK3dRegistry(images)
  if (registry === 'create') await ensureRegistryImage(images, k3dRegistryImage)
}

/** Why an existing cluster cannot be used, beside what its provider knows nothing of. */
async function whyUnfit({ image }: ClusterNote, shape: K3dShape, registry: LabRegistry): Promise<string | undefined> {
  const isOwn = image.startsWith('registry-doctor-lab/')
  if (isOwn && image !== (await ensureK3sImage(resolveK3s(shape.containerd)))) return 'the stand-in has changed'
  if (shape.registry === 'create' && (await registryState(registry)) === undefined) return 'its registry is gone'
  return undefined
}

/** Brings a cluster up. Call it with the lock held. */
export async function upK3dLocked(options: UpK3dOptions): Promise<void> {
  const { name, kubeconfig, images = 'auto' } = options
  await ensureEngine()
  await sweepBuilds()
  const note = await readNote(name)
  const shape = wantedK3dShape(options, note?.provider === 'k3d' ? note : undefined)
  const version = resolveK3s(shape.containerd)
  refuseRegistries(shape)
  await ensureRegistryOf(shape, images)
  const registry = k3dRegistryOf(name, shape)
  let ownImage = true
  await bringUp({
    provider: k3dProvider,
    name,
    shape,
    size: shape.agents + 1,
    kubeconfig,
    async image() {
      await ensureProgram(k3d)
      const upstream = await upstreamK3s(version, images)
      ownImage = upstream === undefined
      return upstream ?? ensureK3sImage(version)
    },
    create: (image, log) =>
      withTempDir('k3d', async (dir) => {
        await writeFile(join(dir, 'k3d.yaml'), k3dConfig({ name, image, shape, registry, ownImage }))
        await writeFile(join(dir, registriesSource), shape.registries)
        await k3dCli(['cluster', 'create', '--config', join(dir, 'k3d.yaml')], kubeconfig, { log })
      }),
    learn: async (nodes) => ({ registriesYaml: await readNodeFile(nodes.find((one) => one.role === 'server')!.name, registriesFile) }),
    whyUnfit: (_nodes, known) => whyUnfit(known, shape, registry),
    async repair(nodes, { registriesYaml = '' }, log) {
      // the way to the API where there is one: clusters of published images
      await docker(['start', `k3d-${name}-serverlb`], { log })
      await ensureRegistriesYaml(nodes, registriesYaml, log)
      if (shape.registry === 'create') await ensureRunning(registry)
    },
    async connect(nodes, { registriesYaml }, log) {
      if (registriesYaml !== undefined) await ensureCertsD(nodes, shape, registriesYaml, log)
      if (shape.registry !== 'none') await connectK3d(nodes, registry, log)
    },
    async exportKubeconfig(file, log) {
      const where = file === undefined ? ['--kubeconfig-merge-default', '--kubeconfig-switch-context'] : ['--output', file]
      await k3dCli(['kubeconfig', 'merge', name, ...where], undefined, { log })
    },
  })
}

/** What connects a cluster with a running registry, and the registry's image. */
async function connectK3d(nodes: readonly NodeContainer[], registry: LabRegistry, log: string): Promise<void> {
  await publishRegistry(nodes, k3dHostingConfigMap(registry), log)
  // Attaching a network renews the container's published ports, which breaks a push that is under way.
  await connectRegistry(registry, `k3d-${nodes[0]!.cluster}`)
  await ensureHello(registry)
}
