import type { PullFault } from '../../derive/pull-fault.ts'
import { contentOf, repositoriesOf, runsOn } from '../../derive/registry-content.ts'
import { askedAt } from '../../derive/registry-detail.ts'
import { partFor, platformsOf, registryImage, type RegistryAnswer, type RegistryImage } from '../../derive/registry-image.ts'
import { registryHostsOf } from '../../derive/registry-pulls.ts'
import { orNull, tried } from '../../derive/tried.ts'
import type { Look, Tried } from '../../model/observation.ts'
import type { Cluster } from '../../model/topology.ts'
import { familiarRepository, noLocalRegistry, type Chain } from './chain.ts'
import { denied, drawn, facts, isDenied, unasked, type Drawn } from './place.ts'

export type HostAnswer = Tried<RegistryAnswer>

/** What the registry of a chain has, as the host sees it; null where there is no registry. */
export async function hostAnswer(look: Look, chain: Chain, platforms: readonly string[]): Promise<HostAnswer | null> {
  const { registry, reference, object } = chain
  return registry === null ? null : tried(registryImage(look, registry, reference.repository, object, platforms))
}

/** The platforms of the nodes of a chain. */
export const nodePlatforms = (clusters: readonly Cluster[]): string[] => [
  ...new Set(clusters.flatMap((one) => one.nodes.flatMap(({ name }) => one.platform[name] ?? []))),
]

/** What keeps the nodes of a platform from what the registry has: a part that is gone, or no part for them. */
export interface ContentFault {
  readonly cluster: Cluster
  readonly node: string
  readonly fault: Extract<PullFault, { code: 'registry-content-incomplete' | 'image-platform-mismatch' }>
}

/** Judges the image of a registry for each platform of the running nodes. */
export async function contentFaults(look: Look, { registry, reference, clusters }: Chain, image: RegistryImage): Promise<ContentFault[]> {
  if (registry === null) return []
  const places = clusters.flatMap((cluster) => {
    const running = cluster.nodes.filter((one) => one.running)
    return [...new Map(running.map(({ name }) => [cluster.platform[name], name]))].map(([platform, node]) => ({ cluster, node, platform }))
  })
  const found = await Promise.all(
    places.map(async ({ cluster, node, platform }): Promise<ContentFault[]> => {
      // Of a manifest alone the platform does not matter.
      const content = await contentOf(look, registry, reference.repository, image.text, platform ?? null)
      if (content.kind === 'incomplete') return [{ cluster, node, fault: { code: 'registry-content-incomplete', content } }]
      if (content.kind !== 'no-platform' || platform === undefined) return []
      return [{ cluster, node, fault: { code: 'image-platform-mismatch', has: content.has, platform } }]
    }),
  )
  return found.flat()
}

/** The row of the registry as the host sees it. */
export async function fromHost(
  look: Look,
  chain: Chain,
  asked: HostAnswer | null,
  faults: readonly ContentFault[],
  platforms: readonly string[],
): Promise<Drawn> {
  const { registry, image, reference, object } = chain
  const base = { place: 'registry-from-host', name: registry?.name ?? reference.registryHost } as const
  if (registry === null || asked === null)
    return drawn({ ...base, asked: image, state: 'not-asked', detail: noLocalRegistry(chain) + (await howToName(look, chain)) })
  const host = (askedAt(registry) ?? registry.address).replace(/^https?:\/\//, '')
  const place = { ...base, asked: `${host}/${reference.repository}${reference.digest === undefined ? ':' : '@'}${object}` }
  if (!asked.ok) return unasked(place, asked)
  const { answer } = asked
  if (answer.kind === 'not-asked') return drawn({ ...place, state: 'not-asked', detail: answer.why })
  if (answer.kind === 'missing') return drawn({ ...place, state: 'missing' })
  if (answer.kind === 'fails' && isDenied(answer.status)) return unasked(place, denied)
  if (answer.kind === 'fails') return drawn({ ...place, state: 'fails', detail: answer.saw })
  const { digest, of } = answer.image
  const [first] = faults
  const created = (partFor(answer.image, platforms[0]) ?? answer.image.parts.find((one) => one.created !== undefined))?.created
  const known = facts({
    digest,
    of,
    platforms: platformsOf(answer.image),
    created,
    same: true,
    detail: first ? contentDetail(first) : foreignDetail(answer.image, platforms),
  })
  const isIncomplete = first?.fault.code === 'registry-content-incomplete'
  return drawn({ ...place, state: isIncomplete ? 'incomplete' : 'holds', ...known })
}

/** That of a manifest without an index no node judges the platform, and a machine that emulates it runs it. */
function foreignDetail({ of, parts }: RegistryImage, platforms: readonly string[]): string | undefined {
  const own = of === 'manifest' ? parts[0]?.platform : undefined
  const others = own === undefined ? [] : platforms.filter((one) => !runsOn(own, one))
  return others.length === 0 ? undefined : `it is for ${own}: on ${others.join(', ')} it runs only where that is emulated`
}

function contentDetail({ fault }: ContentFault): string {
  if (fault.code === 'image-platform-mismatch') return `nothing in it is for ${fault.platform}`
  const { missing, of } = fault.content
  return `${missing.length} of its ${of} parts ${missing.length === 1 ? 'is' : 'are'} gone or incomplete`
}

/** Who names an image without its registry host gets it from Docker Hub, also where a local registry holds it. */
async function howToName(look: Look, chain: Chain): Promise<string> {
  const repository = familiarRepository(chain)
  for (const registry of chain.elsewhere) {
    const held = (await orNull(repositoriesOf(look, registry))) ?? []
    const found = held.find((one) => one === repository) ?? held.find((one) => one.endsWith(`/${repository}`))
    const host = registryHostsOf(registry, chain.clusters[0]!.name)[0] ?? registry.registryHosts[0]
    if (found !== undefined && host !== undefined)
      return `; ${registry.name} holds ${found}: name it ${host}/${found}${chain.reference.digest === undefined ? ':' : '@'}${chain.object}`
  }
  return ''
}
