import { probeRepository, probeSlots } from '../../model/probe.ts'
import type { Cluster } from '../../model/topology.ts'
import { listProbeImages, removeImagesOf } from '../commands.ts'
import { imagesOf } from './target.ts'
import type { ProbeTools } from './tools.ts'

/** An image of some probe that a node still holds. */
export interface LeftImage {
  readonly node: string
  readonly reference: string
}

/** The images of probes on the running nodes of a cluster, whichever run left them there. A node that cannot be asked has none to tell. */
export async function leftImages({ ports: { docker } }: Pick<ProbeTools, 'ports'>, { nodes }: Cluster): Promise<LeftImage[]> {
  const running = nodes.filter((one) => one.running).map((one) => one.name)
  const { argv, limitSeconds } = listProbeImages()
  const held = await Promise.all(
    running.map(async (node) => {
      const listed = await docker.run(node, argv, (limitSeconds + 2) * 1000).catch(() => null)
      const names = (listed?.stdout ?? '').split('\n').filter((name) => name.includes(`/${probeRepository}@sha256:`))
      return names.map((reference) => ({ node, reference }))
    }),
  )
  return held.flat()
}

/** The references of each slot's images: who holds one of them is not asked for it again. */
export async function referencesOfSlots(cluster: string, registryHosts: readonly string[]): Promise<readonly (readonly string[])[]> {
  const slots = Array.from({ length: probeSlots }, (_, slot) => imagesOf(cluster, registryHosts, slot))
  return (await Promise.all(slots)).map((images) => images.map((one) => one.reference))
}

/**
 * Removes images of probes from nodes, by one process for each node.
 * @returns what could not be removed, in words
 */
export async function removeImages({ ports: { docker } }: Pick<ProbeTools, 'ports'>, images: readonly LeftImage[]): Promise<string[]> {
  const nodes = [...new Set(images.map((one) => one.node))]
  const left = await Promise.all(
    nodes.map(async (node) => {
      const references = [...new Set(images.filter((one) => one.node === node).map((one) => one.reference))]
      const stays = (why: string): string => `${references.join(', ')} ${references.length === 1 ? 'stays' : 'stay'} on ${node}: ${why}`
      const { argv, limitSeconds } = removeImagesOf(references)
      try {
        const { exitCode, stderr } = await docker.run(node, argv, (limitSeconds + 2) * 1000)
        // What was never pulled is not there; the last line may only count what failed.
        const why = stderr.split(/\n|\\n/).filter((line) => line.trim() !== '' && !isNoFault.test(line))
        return exitCode === 0 || (stderr.trim() !== '' && why.length === 0) ? null : stays(why.at(-1) ?? `exit ${exitCode}`)
      } catch (error) {
        return stays((error as Error).message)
      }
    }),
  )
  return left.filter((one) => one !== null)
}

const isNoFault = /no such image|not found|unable to remove the image\(s\)|level=(?:info|warning)/i
