import { probeRepository } from '../../model/probe.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import { dockerArchive } from '../probe-image/docker-archive.ts'
import type { Made } from './clean.ts'
import { imagesOf, type ProbeTarget } from './target.ts'
import type { ProbeTools } from './tools.ts'

/**
 * Pushes the images of a slot through the Docker engine, for where it reaches the registry and this process does not: in a
 * devcontainer. The engine pushes by a tag and in a form of its own, so the digest is what it tells.
 * @param pushHost by which the engine reaches the registry, `localhost:5001`
 * @returns the images as they can be pulled, or why there is none
 * @throws DockerError where the engine cannot be asked
 */
export async function pushByEngine(
  { ports: { docker } }: Pick<ProbeTools, 'ports'>,
  cluster: Cluster,
  { pushHost, registry, registryHosts, slot }: { pushHost: string; registry: Registry; registryHosts: readonly string[]; slot: number },
  made: Made,
): Promise<ProbeTarget['images'] | { readonly error: string }> {
  const platform = Object.values(cluster.platform)[0] === 'linux/arm64' ? 'linux/arm64' : 'linux/amd64'
  const pulled: ProbeTarget['images'][number][] = []
  for (const [nth, one] of (await imagesOf(cluster.name, registryHosts, slot)).entries()) {
    const name = `${pushHost}/${probeRepository}:${slot}-${nth}`
    made.tagged.push(name)
    await docker.load(await dockerArchive(one.image, platform, name))
    const pushed = await docker.push(name)
    if ('error' in pushed) return { error: pushed.error }
    made.stays.push({ registry: registry.name, bytes: one.image.bytes })
    pulled.push({ ...one, reference: `${one.registryHost}/${probeRepository}@${pushed.digest}` })
  }
  return pulled
}
