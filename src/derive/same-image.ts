import type { Look } from '../model/observation.ts'
import type { Registry } from '../model/topology.ts'
import { partFor, registryImage, type ImagePart, type RegistryImage } from './registry-image.ts'

/** Names that one place has for an image: digests of its index, manifest or configuration. */
export interface ImageNames {
  readonly digests: readonly string[]
  /** That of its configuration, where it is known to be that. */
  readonly config?: string
}

/** The image that others are compared with, and where more of it can be asked. */
export interface Standard {
  readonly image: RegistryImage
  readonly registry: Registry
  readonly repository: string
  readonly platforms: readonly string[]
}

/** Whether a place has the image of the registry; undefined where that cannot be told. What it has, as far as it is known. */
export interface Comparison {
  readonly same?: boolean
  readonly part?: ImagePart
}

/**
 * Compares what a place holds with what the registry holds, for one platform. An index, its manifest for that platform and
 * the configuration of that manifest are the same image. A digest that no tag names any more is asked for before it is
 * called another image: an index that was pushed again can still hold the same manifest.
 */
export async function compare(
  look: Look,
  { image, registry, repository, platforms }: Standard,
  platform: string | undefined,
  names: ImageNames,
): Promise<Comparison> {
  const part = partFor(image, platform)
  if (!part) return {}
  const own = [image.digest, part.manifest, part.config].filter((one) => one !== undefined)
  if (names.digests.some((one) => own.includes(one)) || (names.config !== undefined && names.config === part.config))
    return { same: true, part }
  const asked = await Promise.all(names.digests.map((digest) => registryImage(look, registry, repository, digest, platforms)))
  const others = asked.flatMap((one) => (one.kind === 'holds' ? (partFor(one.image, platform) ?? []) : []))
  const same = others.some((one) => one.manifest === part.manifest || (one.config !== undefined && one.config === part.config))
  const known = others[0] ?? (names.config === undefined ? undefined : { config: names.config })
  if (same) return { same, part }
  const isTold =
    names.config !== undefined || others.length > 0 || (names.digests.length > 0 && asked.every((one) => one.kind === 'missing'))
  return { ...(isTold && { same: false }), ...(known && { part: known }) }
}
