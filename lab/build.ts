/** `build`: everything that clusters need, with the slow parts side by side. */
import { ensureBaseImage } from './base-image.ts'
import { ensureProgram } from './binaries.ts'
import { ensureEngine } from './engine.ts'
import { ensureKubectl } from './kubectl.ts'
import { sweepBuilds } from './layers.ts'
import { ensureNodeImage, nodePrograms } from './node-image.ts'
import { kind } from './programs.ts'
import { together } from './run.ts'
import { ensureHelloImage, ensureRegistryImage } from './small-images.ts'
import { type ImageChoice, upstreamNode } from './upstream.ts'
import type { ContainerdVersion, KubeletVersion } from './versions.ts'

/** What is to be built. */
export interface BuildOptions {
  readonly containerd: readonly ContainerdVersion[]
  readonly images: ImageChoice
  /** Another kubelet than the node images' own; it takes minutes to compile, so only where it is asked for. */
  readonly kubelet?: KubeletVersion | undefined
}

/** Makes everything for these versions. Call it with the lock held. */
export async function build(options: BuildOptions): Promise<void> {
  // kind is needed in any case and compiles while the engine is being installed
  await together([ensureProgram(kind), buildImages(options)])
}

async function buildImages({ containerd, images, kubelet }: BuildOptions): Promise<void> {
  await ensureEngine()
  await sweepBuilds()
  const own: ContainerdVersion[] = []
  for (const version of containerd) {
    if (kubelet !== undefined || (await upstreamNode(version, images)) === undefined) own.push(version)
  }
  // compilers are bound by the processor, the root file system by network and disk: side by side
  await together([
    ...nodePrograms(own, kubelet).map(ensureProgram),
    ...(own.length > 0 ? [ensureBaseImage()] : [ensureKubectl()]),
    ensureRegistryImage(images),
    ensureHelloImage(),
  ])
  for (const version of own) await ensureNodeImage(version, kubelet)
}
