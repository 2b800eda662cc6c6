import { parseImageReference, type ImageReference } from '../../containerd/image-reference.ts'
import { platformNameOf, readManifest, runsOn } from '../../derive/registry-content.ts'
import { registryHostsOf } from '../../derive/registry-pulls.ts'
import type { ImagePart } from '../../derive/registry-image.ts'
import { compare, type Comparison, type Standard } from '../../derive/same-image.ts'
import { isAbsent, type Look, type Tried } from '../../model/observation.ts'
import { readBuilds, type Build, type Builds } from './builds.ts'
import { familiarRepository, isPushHost, type Chain } from './chain.ts'
import { dateIn } from './engine.ts'

/** A builder of buildx that runs in a container, and so keeps what it builds to itself. */
export interface BuilderSide {
  readonly container: string
  readonly builds: Tried<Builds>
  /** What it made last under a name of the image. */
  readonly last?: NamedBuild
}

export interface NamedBuild {
  readonly build: Build
  readonly name: string
  /** Whether the name is that of the registry, and not one that is still to be tagged. */
  readonly isOfRegistry: boolean
}

/** A builder with what it made last, held against the registry. */
export interface ComparedBuilder extends BuilderSide {
  readonly comparison: Comparison
  /** None of what it made is for the nodes. */
  readonly isForeign: boolean
  /** Made after that of the registry, and another one. */
  readonly later: boolean
  /** When that of the registry was made. */
  readonly pushed?: string
}

/** The builders of buildx in containers that run, with what they made last under the names of a chain. */
export async function builderSides(look: Look, chain: Chain): Promise<BuilderSide[]> {
  const containers = await look.try('docker.containers', {})
  const builders = (containers.ok ? containers.answer : []).filter(
    (one) => one.name.startsWith('buildx_buildkit_') && one.state === 'running',
  )
  return Promise.all(
    builders.map(async ({ name: container }): Promise<BuilderSide> => {
      const history = await look.try('builder.history', { container })
      if (!history.ok) return { container, builds: history }
      const builds = readBuilds(history.answer.records)
      const [last] = builds.images
        .flatMap((build) => namedBuild(chain, build) ?? [])
        .toSorted((a, b) => Date.parse(b.build.completed) - Date.parse(a.build.completed))
      return { container, builds: { ok: true, answer: builds }, ...(last && { last }) }
    }),
  )
}

function namedBuild(chain: Chain, build: Build): NamedBuild | null {
  const { reference } = chain
  if (reference.digest !== undefined && reference.digest !== build.digest) return null
  for (const name of build.names) {
    const one = parseImageReference(name)
    if ('error' in one || familiarRepository({ reference: one }) !== familiarRepository(chain)) continue
    if (reference.digest === undefined && one.tag !== chain.object) continue
    const isOfRegistry = isHostOf(chain, one)
    // Docker Hub's is a name that was not meant for there, where the registry is another.
    if (isOfRegistry || one.registryHost === 'docker.io') return { build, name, isOfRegistry }
  }
  return null
}

/** Whether a name leads to the registry of a chain: from the host, from nodes, or from a container on the nodes' network. */
function isHostOf({ reference, registry, clusters }: Chain, { registryHost }: ImageReference): boolean {
  if (registryHost === reference.registryHost) return true
  if (registry === null) return false
  const ofNodes = clusters.flatMap(({ name }) => registryHostsOf(registry, name))
  return [registry.address, ...ofNodes].includes(registryHost) || isPushHost(registry, registryHost)
}

/** Holds what builders made last against what the registry has. */
export async function comparedBuilders(look: Look, sides: readonly BuilderSide[], standard: Standard | null): Promise<ComparedBuilder[]> {
  const compared = await Promise.all(sides.map(async (side) => ({ ...side, ...(await compareBuild(look, side, standard)) })))
  const dates = [
    ...(standard === null ? [] : [trustedDate(dateIn(standard, standard.platforms[0] ?? ''))]),
    // An image of which all layers were cached is as old as those: its push is younger.
    ...compared.map(({ last, comparison }) => (comparison.same && last?.build.output === 'pushed' ? last.build.completed : undefined)),
  ].flatMap((one) => one ?? [])
  const pushed = dates.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1)
  return compared.map((one): ComparedBuilder => {
    const isLater = pushed !== undefined && Date.parse(one.last?.build.completed ?? '') > Date.parse(pushed)
    return { ...one, later: one.comparison.same === false && isLater, ...(pushed !== undefined && { pushed }) }
  })
}

/** Builds that can be repeated have a date that says nothing of when they were made, the year 1970 or 1980. */
const trustedDate = (date: string | undefined): string | undefined =>
  date !== undefined && Date.parse(date) > Date.UTC(2000, 0) ? date : undefined

async function compareBuild(
  look: Look,
  { container, last }: BuilderSide,
  standard: Standard | null,
): Promise<Pick<ComparedBuilder, 'comparison' | 'isForeign'>> {
  const digest = last?.build.digest
  if (last === undefined || digest === undefined || standard === null) return { comparison: {}, isForeign: false }
  if (digest === standard.image.digest) return { comparison: { same: true }, isForeign: false }
  const { platforms } = standard
  const parts = await partsOf(look, container, last.build)
  const isWanted = ({ platform }: ImagePart): boolean =>
    platforms.length === 0 || platform === undefined || platforms.some((one) => runsOn(platform, one))
  const part = parts.find(isWanted)
  if (part?.manifest === undefined) return { comparison: {}, isForeign: parts.length > 0 }
  const config = part.config ?? (await manifestOf(look, container, part.manifest))?.config?.digest
  const names = { digests: [digest, part.manifest], ...(config !== undefined && { config }) }
  const comparison = await compare(look, standard, part.platform ?? platforms[0], names)
  // Every build with an attestation has an index of its own: only its configuration tells that it is another image.
  return { comparison: comparison.same === false && config === undefined ? {} : comparison, isForeign: false }
}

/** What a builder made for each platform, as far as it keeps it. */
async function partsOf(look: Look, container: string, { digest, platforms }: Build): Promise<ImagePart[]> {
  const read = await manifestOf(look, container, digest!)
  if (read === null) return []
  if (!read.manifests)
    return [
      {
        manifest: digest!,
        ...(read.config && { config: read.config.digest }),
        ...(platforms[0] !== undefined && { platform: platforms[0] }),
      },
    ]
  return read.manifests
    .map((one) => ({ manifest: one.digest, ...(one.platform && { platform: platformNameOf(one.platform) }) }))
    .filter((one) => one.platform !== 'unknown/unknown')
}

async function manifestOf(look: Look, container: string, digest: string): Promise<ReturnType<typeof readManifest>> {
  const asked = await look.try('builder.manifest', { container, digest })
  return asked.ok && !isAbsent(asked.answer) ? readManifest(asked.answer.text) : null
}
