import type { ImageReference } from '../containerd/image-reference.ts'
import { withoutTag } from '../model/image-name.ts'
import { isHttpFailure, type HeldImage, type Look } from '../model/observation.ts'
import { nearest } from '../model/near-name.ts'
import { probeRepository } from '../model/probe.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { repositoriesOf, registryBase, tagsOf } from './registry-content.ts'
import { orNull } from './tried.ts'

/** What is known of an image that a registry was asked for and does not hold. */
export interface MissingImage {
  /** The engine's own image that was meant to be pushed, by the engine's name for it. */
  readonly built?: string
  /** The name under which the host pushes it, where one is known. */
  readonly pushAs?: string
  /** What the registry holds instead, as a sentence of its own. */
  readonly holds?: string
  /** `REPOSITORY:TAG` that is there and nearly has its name. */
  readonly near?: string
  /** What a node pulled of this registry and it holds no more. */
  readonly lost?: { readonly node: string; readonly image: string }
}

/**
 * Why an image is not in a registry: not pushed, another name, or lost together with the rest.
 * Everything is asked of the engine, the registry and the nodes; what cannot be had is left out.
 */
export async function missingImage(look: Look, cluster: Cluster, registry: Registry, image: ImageReference): Promise<MissingImage> {
  const [built, names, lost] = await Promise.all([
    builtImage(look, registry, image),
    otherNames(look, registry, image),
    lostImage(look, cluster, registry, image.registryHost),
  ])
  return { ...built, ...names, ...(lost && { lost }) }
}

async function builtImage(
  look: Look,
  { hostAddress }: Registry,
  { registryHost, repository, tag }: ImageReference,
): Promise<Pick<MissingImage, 'built' | 'pushAs'>> {
  if (tag === undefined) return {}
  const listed = await look.try('docker.images', { repository })
  if (!listed.ok) return {}
  const names = listed.answer.images.map((one) => one.name)
  const pushAs = pushName(hostAddress, registryHost, `${repository}:${tag}`)
  // Its own name, the name for pushing, the bare one, and then any other local host's: a registry elsewhere is none of ours.
  const wanted = [`${registryHost}/${repository}:${tag}`, pushAs, `${repository}:${tag}`]
  const built =
    wanted.find((one) => one !== undefined && names.includes(one)) ?? names.find((one) => isLocalName(one, `${repository}:${tag}`))
  return built === undefined ? {} : { built, ...(pushAs !== undefined && { pushAs }) }
}

/**
 * Whether a name in the engine is that of an image of a registry on this machine.
 * @param image `REPOSITORY:TAG`
 */
export const isLocalName = (name: string, image: string): boolean =>
  /^(?:localhost|127\.0\.0\.1):\d+\//.test(name) && name.endsWith(`/${image}`)

/**
 * The name by which the host pushes an image: nodes name the registry as the cluster does, the host by where its port is published.
 * @param image `REPOSITORY:TAG`
 */
export function pushName(hostAddress: string | undefined, registryHost: string, image: string): string | undefined {
  if (hostAddress === undefined) return undefined
  const port = hostAddress.slice(hostAddress.lastIndexOf(':') + 1)
  const isItself = new RegExp(`^(?:localhost|127\\.0\\.0\\.1|\\[::1\\]):${port}$`).test(registryHost)
  return `${isItself ? registryHost : `localhost:${port}`}/${image}`
}

const mostShown = 8

async function otherNames(
  look: Look,
  registry: Registry,
  { repository, tag }: ImageReference,
): Promise<Pick<MissingImage, 'holds' | 'near'>> {
  const repositories = await repositoriesOf(look, registry)
  if (repositories === null) return {}
  if (repositories.length === 0) return { holds: 'it is empty' }
  if (repositories.includes(repository)) {
    const tags = await tagsOf(look, registry, repository)
    if (tags === null || tags.length === 0) return { holds: `of ${repository} it holds no tag` }
    const close = tag === undefined ? undefined : nearest(tag, tags)
    return {
      holds: `of ${repository} it holds the ${tags.length === 1 ? 'tag' : 'tags'} ${listed(tags)}`,
      near: `${repository}:${close ?? tags.at(-1)}`,
    }
  }
  const close = nearest(repository, repositories) ?? repositories.find((one) => lastPart(one) === lastPart(repository))
  if (close === undefined) return { holds: `it holds ${listed(repositories)}` }
  const tags = (await tagsOf(look, registry, close)) ?? []
  const near = tag !== undefined && tags.includes(tag) ? tag : tags[0]
  return { holds: `it holds ${listed(repositories)}`, ...(near !== undefined && { near: `${close}:${near}` }) }
}

const listed = (names: readonly string[]): string =>
  names.length <= mostShown ? names.join(', ') : `${names.slice(0, mostShown).join(', ')} and ${names.length - mostShown} more`

const lastPart = (repository: string): string => repository.slice(repository.lastIndexOf('/') + 1)

/** How many of what nodes pulled are asked for: one that the registry still holds is enough to know that it was not emptied. */
const mostAsked = 10

/**
 * An image that a node pulled from a registry which now holds none of what nodes pulled from it: it was created anew. A tag
 * that was pushed again leaves its old digest in the registry, so one that is still there says that it was not emptied.
 */
async function lostImage(look: Look, cluster: Cluster, registry: Registry, registryHost: string): Promise<MissingImage['lost'] | null> {
  const base = await registryBase(look, registry)
  if (base === null) return null
  const held = await Promise.all(
    cluster.nodes
      .filter((one) => one.running)
      .map(async ({ name: node }) => {
        const asked = await orNull(look('node.images', { node, registryHost }))
        return (asked?.images ?? []).filter((one) => one.pulled && !isOfProbe(one, registryHost)).map((one) => ({ node, ...one }))
      }),
  )
  const byDigest = new Map<string, string>()
  for (const one of held.flat()) {
    const name = `${repositoryOf(one, registryHost)}@${one.digest}`
    if (!byDigest.has(name) && byDigest.size < mostAsked) byDigest.set(name, one.node)
  }
  const [first] = byDigest
  if (!first) return null
  const isGone = await Promise.all(
    [...byDigest.keys()].map(async (name) => {
      const url = `${base}${name.replace('@', '/manifests/')}`
      const asked = await look.try('http', { vantage: 'host', method: 'HEAD', url })
      return asked.ok && !isHttpFailure(asked.answer) && asked.answer.status === 404
    }),
  )
  return isGone.every(Boolean) ? { node: first[1], image: `${registryHost}/${first[0]}` } : null
}

/** What a probe left is not kept in the registry. */
const isOfProbe = (one: HeldImage, registryHost: string): boolean => repositoryOf(one, registryHost) === probeRepository

/** The repository in a name that containerd has for an image, with a tag or a digest. */
const repositoryOf = ({ name }: HeldImage, registryHost: string): string => withoutTag(name.slice(registryHost.length + 1))
