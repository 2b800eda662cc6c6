import type { EngineImage } from '../model/observation.ts'
import { defineObservation } from './observe.ts'

interface ListedImage {
  Id?: string
  RepoTags?: string[] | null
  RepoDigests?: string[] | null
}

export const dockerImages = defineObservation('docker.images', async ({ docker }, { repository }) => {
  const listed = (await docker.listImages()) as ListedImage[]
  const isMeant = (name: string): boolean => name === repository || name.endsWith(`/${repository}`)
  return {
    images: listed.flatMap(({ Id = '', RepoTags, RepoDigests }) => {
      const digests = (RepoDigests ?? []).filter((one) => isMeant(one.split('@', 1)[0]!))
      return (RepoTags ?? [])
        .filter((one) => isMeant(one.slice(0, one.lastIndexOf(':'))))
        .map((name) => ({ name, id: Id, digests: digests.map((one) => one.slice(one.indexOf('@') + 1)) }))
    }),
  }
})

/** A platform as the engine tells it, of an image or of what a registry has. */
export interface EnginePlatform {
  os?: string
  architecture?: string
  variant?: string
}

/** `linux/arm64/v8` */
export const platformName = ({ os = 'unknown', architecture = 'unknown', variant }: EnginePlatform): string =>
  [os, architecture, ...(variant ? [variant] : [])].join('/')

interface InspectedImage {
  Id?: string
  RepoTags?: string[] | null
  RepoDigests?: string[] | null
  Created?: string
  Os?: string
  Architecture?: string
  Variant?: string
  /** Only of the containerd image store, and there since engine 28. */
  Descriptor?: { digest?: string } | null
}

export const dockerImage = defineObservation('docker.image', async ({ docker }, { name }) => {
  const raw = (await docker.inspectImage(name)) as InspectedImage | null
  if (raw === null) return { absent: true }
  const { Id = '', RepoTags, RepoDigests, Created, Os, Architecture, Variant, Descriptor } = raw
  return {
    id: Id,
    names: RepoTags ?? [],
    digests: RepoDigests ?? [],
    // An image without a date is of the year 1 for the engine.
    ...(Created && !Created.startsWith('0001-') && { created: Created }),
    platform: platformName({
      ...(Os && { os: Os }),
      ...(Architecture && { architecture: Architecture }),
      ...(Variant && { variant: Variant }),
    }),
    ...(Descriptor?.digest && { descriptor: Descriptor.digest }),
  } satisfies EngineImage
})
