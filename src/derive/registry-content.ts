import { isHttpFailure, type Look } from '../model/observation.ts'
import { probeRepository } from '../model/probe.ts'
import type { Registry } from '../model/topology.ts'
import { askBase, askedAt } from './registry-detail.ts'

/** Where the host reaches a registry's API, `http://127.0.0.1:5001/v2/`; null where it does not, or for a cache, which would fetch. */
export async function registryBase(look: Look, registry: Registry): Promise<string | null> {
  const where = askedAt(registry)
  if (where === undefined || registry.role === 'pull-through-cache') return null
  // One that does not answer at its base would only let every further question time out.
  const base = await askBase(look, where)
  return base.isRegistry ? base.url : null
}

/** The repositories of a registry, from the first page of its catalog, but for that of probes; null where that cannot be had. */
export async function repositoriesOf(look: Look, registry: Registry): Promise<string[] | null> {
  const base = await registryBase(look, registry)
  const listed = base === null ? null : listOf(await getJson(look, `${base}_catalog?n=100`), 'repositories')
  return listed?.filter((one) => one !== probeRepository) ?? null
}

/** The tags of a repository; null where that cannot be had, and for a repository that is not there. */
export async function tagsOf(look: Look, registry: Registry, repository: string): Promise<string[] | null> {
  const base = await registryBase(look, registry)
  return base === null ? null : listOf(await getJson(look, `${base}${repository}/tags/list`), 'tags')
}

async function getJson(look: Look, url: string): Promise<unknown> {
  const asked = await look.try('http', { vantage: 'host', method: 'GET', url })
  if (!asked.ok || isHttpFailure(asked.answer) || asked.answer.status !== 200) return null
  return parsed(asked.answer.body)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function listOf(body: unknown, key: string): string[] | null {
  if (body === null || typeof body !== 'object') return null
  const list = (body as Record<string, unknown>)[key]
  // Names go into command lines and URLs: only what the distribution specification allows. An empty list can be null.
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string' && /^[\w][\w./-]*$/.test(one)) : []
}

interface Descriptor {
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
}

/** A manifest, or an index of several, as far as it tells what else has to be there. */
interface Manifest {
  readonly manifests?: readonly Descriptor[]
  readonly config?: Descriptor
  readonly layers?: readonly Descriptor[]
}

const isDigest = (text: unknown): text is string => typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)

function descriptor(value: unknown): Descriptor[] {
  const { digest, size, platform } = (value ?? {}) as Record<string, unknown>
  if (!isDigest(digest) || typeof size !== 'number') return []
  const { os, architecture, variant } = (platform ?? {}) as Record<string, unknown>
  const named = typeof os === 'string' && typeof architecture === 'string'
  return [{ digest, size, ...(named && { platform: { os, architecture, ...(typeof variant === 'string' && { variant }) } }) }]
}

/** Reads what a registry gave for a manifest; null for what is none. */
export function readManifest(text: string): Manifest | null {
  const body = parsed(text)
  if (body === null || typeof body !== 'object') return null
  const { manifests, config, layers } = body as Record<string, unknown>
  const list = (value: unknown): Descriptor[] => (Array.isArray(value) ? value.flatMap(descriptor) : [])
  if (Array.isArray(manifests)) return { manifests: list(manifests) }
  const ofConfig = descriptor(config)[0]
  return ofConfig ? { config: ofConfig, layers: list(layers) } : null
}

export type Content =
  /** Every part of the image is there, in its size. */
  | { readonly kind: 'complete' }
  | { readonly kind: 'no-platform'; readonly has: readonly string[] }
  | { readonly kind: 'incomplete'; readonly of: number; readonly missing: readonly { readonly digest: string; readonly saw: string }[] }
  /** It could not be asked for. */
  | { readonly kind: 'unknown' }

/**
 * Whether a registry holds an image for a platform whole: its manifest for it, and every blob in the size that the manifest tells.
 * @param manifest what the registry gave for the image's tag or digest
 * @param platform of the node, `linux/amd64`; null where that is not known
 */
export async function contentOf(
  look: Look,
  registry: Registry,
  repository: string,
  manifest: string,
  platform: string | null,
): Promise<Content> {
  const base = await registryBase(look, registry)
  const top = readManifest(manifest)
  if (top === null) return { kind: 'unknown' }
  const wanted = top.manifests?.find((one) => one.platform && platform !== null && runsOn(platformNameOf(one.platform), platform))
  if (top.manifests && !wanted)
    return platform === null || top.manifests.some((one) => !one.platform)
      ? { kind: 'unknown' }
      : { kind: 'no-platform', has: top.manifests.map((one) => platformNameOf(one.platform!)).filter((one) => one !== 'unknown/unknown') }
  if (base === null) return { kind: 'unknown' }
  const image = wanted ? await childManifest(look, base, repository, wanted.digest) : top
  if (image === 'missing') return { kind: 'incomplete', of: 1, missing: [{ digest: wanted!.digest, saw: 'HTTP 404' }] }
  if (!image?.config) return { kind: 'unknown' }
  const blobs = [image.config, ...(image.layers ?? [])]
  const saw = await Promise.all(blobs.map((blob) => problemOf(look, base, repository, blob)))
  if (saw.includes('unknown')) return { kind: 'unknown' }
  const missing = blobs.flatMap(({ digest }, index) => (saw[index] === null ? [] : [{ digest, saw: saw[index]! }]))
  return missing.length === 0 ? { kind: 'complete' } : { kind: 'incomplete', of: blobs.length, missing }
}

async function childManifest(look: Look, base: string, repository: string, digest: string): Promise<Manifest | 'missing' | null> {
  const asked = await look.try('http', { vantage: 'host', method: 'GET', url: `${base}${repository}/manifests/${digest}` })
  if (!asked.ok || isHttpFailure(asked.answer)) return null
  if (asked.answer.status === 404) return 'missing'
  return asked.answer.status === 200 ? readManifest(asked.answer.body) : null
}

/** As much of a body as the observation lets come. */
const mostBytes = 65_536

/**
 * What is wrong with a blob: null where nothing is, `unknown` where the registry does not tell. A registry remembers the
 * sizes of what it once had (distribution, its cache of blob descriptors), so the beginning of it is asked for, and not only HEAD.
 */
async function problemOf(look: Look, base: string, repository: string, { digest, size }: Descriptor): Promise<string | null> {
  const url = `${base}${repository}/blobs/${digest}`
  const asked = await look.try('http', { vantage: 'host', method: 'GET', url, keep: 'size' })
  if (!asked.ok) return 'unknown'
  if (isHttpFailure(asked.answer)) {
    const { connected, code, message } = asked.answer.error
    if (!connected || code === 'TIMEOUT') return 'unknown'
    // A registry that breaks off everything tells nothing of its blobs.
    const head = await look.try('http', { vantage: 'host', method: 'HEAD', url })
    return head.ok && !isHttpFailure(head.answer) ? message : 'unknown'
  }
  const { status, headers, bytes } = asked.answer
  if (status === 404) return 'HTTP 404'
  // A registry may lead to where it stores its blobs.
  if (status !== 200) return status < 400 ? null : 'unknown'
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== size) return `${length} of ${size} bytes`
  return bytes === undefined || bytes >= Math.min(size, mostBytes) ? null : `${bytes} of ${size} bytes`
}

export const platformNameOf = ({ os, architecture, variant }: NonNullable<Descriptor['platform']>): string =>
  [os, architecture, variant].filter((part) => part !== undefined).join('/')

/** Also what a processor runs of its elder kin. Source: containerd/platforms v1.0.0, compare.go (platformVector). */
const elders: { readonly [architecture: string]: readonly string[] } = { amd64: ['386'], arm64: ['arm'] }

/** Whether an image for a platform is taken on a node of another, `linux/arm/v7` on `linux/arm64`. */
export function runsOn(image: string, node: string): boolean {
  const [os, architecture = ''] = image.split('/')
  const [nodeOs, nodeArchitecture = ''] = node.split('/')
  return os === nodeOs && (architecture === nodeArchitecture || (elders[nodeArchitecture] ?? []).includes(architecture))
}
