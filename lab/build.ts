/** `build`: everything that clusters need, with the slow parts side by side. */
import { ensureBaseImage } from './base-image.ts'
import { ensureProgram } from './binaries.ts'
import { ensureEngine } from './engine.ts'
import { ensureKubectl } from './kubectl.ts'
import { sweepBuilds } from './layers.ts'
import { ensureK3sImage, k3sPrograms } from './k3s-image.ts'
import { ensureNodeImage, nodePrograms } from './node-image.ts'
import { k3d, kind } from './programs.ts'
import { together } from './run.ts'
import { ensureHelloImage, ensureRegistryImage } from './small-images.ts'
import { type ImageChoice, upstreamK3s, upstreamNode } from './upstream.ts'
import { type ContainerdVersion, k3dRegistryImage, type K3sVersion, type KubeletVersion } from './versions.ts'

/** What is to be built. */
export interface BuildOptions {
  readonly containerd: readonly ContainerdVersion[]
  /** For k3d, by the version of its containerd. */
  readonly k3s: readonly K3sVersion[]
  readonly images: ImageChoice
  /** Another kubelet than the node images' own; it takes minutes to compile, so only where it is asked for. */
  readonly kubelet?: KubeletVersion | undefined
}

/** Makes everything for these versions. Call it with the lock held. */
export async function build(options: BuildOptions): Promise<void> {
  // both are needed in any case and compile while the engine is being installed
  const clis = [...(options.containerd.length > 0 ? [kind] : []), ...(options.k3s.length > 0 ? [k3d] : [])]
  await together([...clis.map(ensureProgram), buildImages(options)])
}

/** Those of which the engine has no published image. */
async function withoutUpstream<T>(versions: readonly T[], upstream: (version: T) => Promise<string | undefined>): Promise<readonly T[]> {
  const own: T[] = []
  for (const version of versions) if ((await upstream(version)) === undefined) own.push(version)
  return own
}

async function buildImages({ containerd, k3s, images, kubelet }: BuildOptions): Promise<void> {
  await ensureEngine()
  await sweepBuilds()
  const own = kubelet === undefined ? await withoutUpstream(containerd, (one) => upstreamNode(one, images)) : containerd
  const ownK3s = await withoutUpstream(k3s, (one) => upstreamK3s(one, images))
  // compilers are bound by the processor, the root file system by network and disk: side by side
  await together([
    ...[...nodePrograms(own, kubelet), ...k3sPrograms(ownK3s)].map(ensureProgram),
    ...(own.length + ownK3s.length > 0 ? [ensureBaseImage()] : [ensureKubectl()]),
    ensureRegistryImage(images).then(() => (k3s.length > 0 ? ensureRegistryImage(images, k3dRegistryImage) : undefined)),
    ensureHelloImage(),
  ])
  for (const version of own) await ensureNodeImage(version, kubelet)
  for (const version of ownK3s) await ensureK3sImage(version)
}
