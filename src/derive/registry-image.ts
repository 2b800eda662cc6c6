import { isHttpFailure, type Look } from '../model/observation.ts'
import type { Registry } from '../model/topology.ts'
import { platformNameOf, readManifest, registryBase, runsOn } from './registry-content.ts'
import { askBase, askedAt, describeAnswer } from './registry-detail.ts'

/** What an image is for one platform. */
export interface ImagePart {
  /** `linux/amd64`; absent where nobody tells. */
  readonly platform?: string
  /** Digest of its manifest. */
  readonly manifest?: string
  /** Digest of its configuration, by which Docker's classic store and the CRI know an image. */
  readonly config?: string
  /** When it was made. */
  readonly created?: string
}

/** An image as a registry holds it. */
export interface RegistryImage {
  readonly digest?: string
  readonly of: 'index' | 'manifest'
  /** What the registry gave for it. */
  readonly text: string
  readonly parts: readonly ImagePart[]
}

export type RegistryAnswer =
  | { readonly kind: 'holds'; readonly image: RegistryImage; readonly url: string }
  | { readonly kind: 'missing'; readonly url: string }
  | { readonly kind: 'fails'; readonly url: string; readonly saw: string; readonly status?: number }
  /** It is not for asking: `why` as a sentence. */
  | { readonly kind: 'not-asked'; readonly why: string }

/**
 * What a registry holds under a tag or a digest, as the host sees it. Of an index the parts for some platforms are read,
 * of the others only their manifests are known.
 * @param platforms those that matter, `linux/amd64`
 */
export function registryImage(
  look: Look,
  registry: Registry,
  repository: string,
  object: string,
  platforms: readonly string[],
): Promise<RegistryAnswer> {
  const key = `registryImage ${registry.name} ${repository} ${object} ${platforms.toSorted().join()}`
  return look.once(key, async (): Promise<RegistryAnswer> => {
    if (registry.role === 'pull-through-cache') return { kind: 'not-asked', why: 'a pull-through cache would fetch what it is asked for' }
    const base = await registryBase(look, registry)
    if (base === null) return noBase(look, registry)
    const url = `${base}${repository}/manifests/${object}`
    const answer = await look('http', { vantage: 'host', method: 'GET', url })
    if (isHttpFailure(answer)) return { kind: 'fails', url, saw: describeAnswer(answer) }
    if (answer.status === 404) return { kind: 'missing', url }
    if (answer.status !== 200) return { kind: 'fails', url, saw: describeAnswer(answer), status: answer.status }
    const digest = answer.headers['docker-content-digest'] ?? (object.startsWith('sha256:') ? object : undefined)
    const read = await partsOf(look, `${base}${repository}`, answer.body, digest, platforms)
    if (read === null) return { kind: 'fails', url, saw: 'what it gives is no manifest' }
    return { kind: 'holds', url, image: { ...(digest !== undefined && { digest }), ...read, text: answer.body } }
  })
}

async function noBase(look: Look, registry: Registry): Promise<RegistryAnswer> {
  const where = askedAt(registry)
  if (where === undefined) return { kind: 'not-asked', why: `where the host reaches ${registry.name} is not known` }
  const { url, answer } = await askBase(look, where)
  return { kind: 'fails', url, saw: describeAnswer(answer) }
}

async function partsOf(
  look: Look,
  repositoryUrl: string,
  text: string,
  digest: string | undefined,
  platforms: readonly string[],
): Promise<Pick<RegistryImage, 'of' | 'parts'> | null> {
  const top = readManifest(text)
  if (top === null) return null
  if (!top.manifests) return { of: 'manifest', parts: [await partOf(look, repositoryUrl, top.config?.digest, digest)] }
  const parts = top.manifests
    .map((one) => ({ digest: one.digest, ...(one.platform && { platform: platformNameOf(one.platform) }) }))
    // Attestations of BuildKit stand among the manifests.
    .filter((one) => one.platform !== 'unknown/unknown')
    .map(async (one): Promise<ImagePart> => {
      const { platform } = one
      const named = { ...(platform !== undefined && { platform }), manifest: one.digest }
      if (platform === undefined || !platforms.some((wanted) => runsOn(platform, wanted))) return named
      const body = await bodyOf(look, `${repositoryUrl}/manifests/${one.digest}`)
      const config = body === null ? undefined : readManifest(body)?.config?.digest
      return { ...(await partOf(look, repositoryUrl, config, one.digest)), ...named }
    })
  return { of: 'index', parts: await Promise.all(parts) }
}

async function partOf(look: Look, repositoryUrl: string, config: string | undefined, manifest: string | undefined): Promise<ImagePart> {
  const known = { ...(manifest !== undefined && { manifest }), ...(config !== undefined && { config }) }
  const text = config === undefined ? null : await bodyOf(look, `${repositoryUrl}/blobs/${config}`)
  return text === null ? known : { ...known, ...factsOf(text) }
}

async function bodyOf(look: Look, url: string): Promise<string | null> {
  const asked = await look.try('http', { vantage: 'host', method: 'GET', url })
  return asked.ok && !isHttpFailure(asked.answer) && asked.answer.status === 200 ? asked.answer.body : null
}

/** Platform and date of a configuration; one that is too large to be read whole tells nothing. */
function factsOf(text: string): Pick<ImagePart, 'platform' | 'created'> {
  try {
    const { os, architecture, variant, created } = JSON.parse(text) as Record<string, unknown>
    const platform =
      typeof os === 'string' && typeof architecture === 'string'
        ? platformNameOf({ os, architecture, ...(typeof variant === 'string' && variant !== '' && { variant }) })
        : undefined
    const isDate = typeof created === 'string' && !Number.isNaN(Date.parse(created)) && !created.startsWith('0001-')
    return { ...(platform !== undefined && { platform }), ...(isDate && { created }) }
  } catch {
    return {}
  }
}

/** The part of an image that a node of a platform takes: of an index its own before that of an elder kin. */
export function partFor({ of, parts }: RegistryImage, platform: string | undefined): ImagePart | undefined {
  if (of === 'manifest') return parts[0]
  if (platform === undefined) return parts.length === 1 ? parts[0] : undefined
  return parts.find((one) => one.platform === platform) ?? parts.find((one) => one.platform !== undefined && runsOn(one.platform, platform))
}

/** The platforms of an image, as far as they are known. */
export const platformsOf = ({ parts }: RegistryImage): string[] => parts.flatMap((one) => one.platform ?? [])
