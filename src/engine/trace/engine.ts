import { engineView } from '../../derive/engine-view.ts'
import { isLocalName } from '../../derive/missing-image.ts'
import { compare, type Comparison, type Standard } from '../../derive/same-image.ts'
import { tried } from '../../derive/tried.ts'
import { isAbsent, type Answer, type EngineImage, type Look, type Tried } from '../../model/observation.ts'
import { familiarRepository, noLocalRegistry, type Chain } from './chain.ts'
import { drawn, facts, unasked, type Drawn } from './place.ts'

/** An image of the engine under one of its names. */
export interface NamedImage {
  readonly name: string
  readonly image: EngineImage
}

/** What the engine has under the names that are meant, the nearest first. */
export interface EngineSide {
  /** Those by which it is pushed, or would be after `docker tag`. */
  readonly own: readonly NamedImage[]
  /** Under the name of another local registry. */
  readonly other?: NamedImage
  /** The name under which it was looked for. */
  readonly wanted: string
}

/**
 * The engine's own images of the names of a chain.
 * @throws ObservationFailure where the engine cannot be asked
 */
export async function engineSide(look: Look, chain: Chain): Promise<EngineSide> {
  const { reference, pushAs, registry } = chain
  const repository = familiarRepository(chain)
  const name = `${repository}${reference.digest === undefined ? ':' : '@'}${chain.object}`
  const usual = reference.registryHost === 'docker.io' ? name : `${reference.registryHost}/${name}`
  const wanted = [...new Set([...(pushAs === undefined ? [] : [pushAs]), usual, ...(registry === null ? [] : [name])])]
  const { images } = await look('docker.images', { repository })
  const listed = images.map((one) => one.name)
  const named = async (one: string): Promise<NamedImage[]> => {
    const image = await look('docker.image', { name: one })
    return isAbsent(image) ? [] : [{ name: one, image }]
  }
  // A digest is no name in the list.
  const own = (await Promise.all(wanted.filter((one) => reference.digest !== undefined || listed.includes(one)).map(named))).flat()
  const isOther = (one: string): boolean => isLocalName(one, name) && !wanted.includes(one)
  const other = own.length > 0 || registry === null ? undefined : listed.find(isOther)
  const [found] = other === undefined ? [] : await named(other)
  return { own, wanted: wanted[0]!, ...(found && { other: found }) }
}

/** Whether it is an image of the containerd image store, which is known by its manifest and not by its configuration. */
const isOfContainerd = ({ id, descriptor, digests }: EngineImage): boolean =>
  descriptor !== undefined || digests.some((one) => one.endsWith(`@${id}`))

/** An image of the engine, held against that of the registry. */
export interface ComparedImage extends NamedImage {
  readonly comparison: Comparison
  /** When that of the registry was made. */
  readonly pushed?: string
  /** Made after that of the registry. */
  readonly later: boolean
}

/** Compares what the engine has with what the registry has: what was built again comes first. */
export async function comparedImage(look: Look, { own }: EngineSide, standard: Standard | null): Promise<ComparedImage | null> {
  const all = await Promise.all(own.map(async (one) => ({ ...one, ...(await compareOne(look, one.image, standard)) })))
  return all.find((one) => one.later) ?? all[0] ?? null
}

async function compareOne(look: Look, image: EngineImage, standard: Standard | null): Promise<Omit<ComparedImage, keyof NamedImage>> {
  if (standard === null) return { comparison: {}, later: false }
  const known = image.digests.map((one) => one.slice(one.indexOf('@') + 1))
  const names = isOfContainerd(image)
    ? { digests: [...new Set([image.descriptor ?? image.id, ...known])] }
    : { digests: known, config: image.id }
  const comparison = await compare(look, standard, image.platform, names)
  const pushed = dateIn(standard, image.platform)
  const [ours, theirs] = [Date.parse(image.created ?? ''), Date.parse(pushed ?? '')]
  // Of what is pushed of an index the registry may know only a part; one date is one build.
  if (comparison.same === false && isOfContainerd(image) && ours === theirs) return { comparison: {}, later: false }
  return { comparison, later: comparison.same === false && ours > theirs, ...(pushed !== undefined && { pushed }) }
}

/** When the image of the registry was made, for a platform; of an index that has it not, for any. */
export const dateIn = ({ image: { parts } }: Standard, platform: string): string | undefined =>
  (parts.find((one) => one.platform === platform) ?? parts.find((one) => one.created !== undefined))?.created

/** The row of the engine. */
export function enginePlace(side: Tried<EngineSide>, compared: ComparedImage | null, { registry, image }: Chain): Drawn {
  const base = { place: 'engine', name: 'Docker engine' } as const
  if (!side.ok) return unasked({ ...base, asked: image }, side)
  const { own, other, wanted } = side.answer
  const shown = compared ?? own[0] ?? null
  if (shown === null) {
    const detail = other === undefined ? undefined : `it has ${other.name}`
    return drawn({ ...base, asked: wanted, state: 'missing', ...facts({ detail }) })
  }
  const { id, platform, created, descriptor } = shown.image
  const same = registry === null ? undefined : compared?.comparison.same
  return drawn({
    ...base,
    asked: shown.name,
    state: 'holds',
    digest: descriptor ?? id,
    ...(!isOfContainerd(shown.image) && { of: 'config' as const }),
    ...facts({ platforms: [platform], created, same, detail: same === false ? standing(compared!) : undefined }),
  })
}

const standing = ({ later, image, pushed }: ComparedImage): string => {
  if (later) return 'made after that of the registry'
  if (image.created === undefined || pushed === undefined) return 'another image than that of the registry'
  return 'another image than that of the registry, and not made after it: pushed by another builder'
}

export type EngineAnswer = Tried<Answer<'docker.distribution'>>

/** The registry answered the engine that there is no such image. The engine answers 404 also for what is none of its words. */
export const isNotFound = (asked: EngineAnswer | null): boolean =>
  asked?.ok === true && asked.answer.status === 404 && /unknown|not found/i.test(asked.answer.message ?? '')

/** Asks the engine for the image of a registry, as it would pull it. */
export const engineAnswer = (look: Look, { pushAs }: Chain): Promise<EngineAnswer> | null =>
  pushAs === undefined ? null : look.try('docker.distribution', { image: pushAs })

/** The row of the registry as the engine sees it. */
export async function fromEngine(look: Look, chain: Chain, asked: EngineAnswer | null, standard: Standard | null): Promise<Drawn> {
  const { registry, pushAs, image } = chain
  const base = { place: 'registry-from-engine', name: registry?.name ?? chain.reference.registryHost } as const
  if (registry === null) return drawn({ ...base, asked: image, state: 'not-asked', detail: noLocalRegistry(chain) })
  if (asked === null || pushAs === undefined)
    return drawn({ ...base, asked: image, state: 'not-asked', detail: `where the host reaches ${registry.name} is not known` })
  const place = { ...base, asked: pushAs }
  // It knows the registry anyway, and what it gives tells no more.
  if (!asked.ok) return { ...unasked(place, asked), findings: [] }
  const { status, message = `HTTP ${status}`, digest, platforms } = asked.answer
  if (status === 200) {
    const known = standard?.image
    const of = digest !== undefined && digest === known?.digest ? known.of : undefined
    const same = digest === undefined || known?.digest === undefined ? undefined : digest === known.digest
    return drawn({ ...place, state: 'holds', ...facts({ digest, of, platforms: platforms ? [...platforms] : undefined, same }) })
  }
  if (isNotFound(asked)) return drawn({ ...place, state: 'missing' })
  const view = await tried(engineView(look, registry.hostAddress!))
  return drawn({ ...place, state: view.ok && view.answer.reaches ? 'unknown' : 'fails', detail: message })
}
