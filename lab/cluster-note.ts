/** What the lab remembers of its clusters: written before a cluster is made, so that a half made one is known. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { cachePath } from './paths.ts'
import { defaultEventTtl, type KindShape, refuseKubelet, resolveEventTtl } from './cluster-config.ts'
import type { K3dShape } from './k3d-config.ts'
import type { ImageChoice } from './upstream.ts'
import { defaultContainerd, ownKubelet, resolveContainerd, resolveKubelet } from './versions.ts'

/**
 * What a caller may ask for. Left out, workers, containerd, kubelet and event ttl are as an existing cluster has
 * them, and registry and config_path are wanted: `up` means healthy unless told otherwise.
 */
export interface UpOptions {
  readonly name: string
  readonly workers?: number | undefined
  readonly containerd?: string | undefined
  readonly kubelet?: string | undefined
  readonly eventTtl?: string | undefined
  readonly configPath?: boolean | undefined
  readonly registry?: boolean | undefined
  readonly kubeconfig?: string | undefined
  readonly images?: ImageChoice | undefined
}

export type ClusterShape = KindShape | K3dShape

export type ClusterNote = ClusterShape & {
  readonly image: string
  readonly kubeconfig?: string | undefined
  /** false until the cluster has been healthy once. */
  readonly complete: boolean
  /** The text of registries.yaml with which k3d nodes were made. */
  readonly registriesYaml?: string | undefined
}

const noteFile = (name: string): string => cachePath('clusters', `${name}.json`)

/** What notes say nothing of that were written before these could be chosen. */
const unsaid = { provider: 'kind', kubelet: ownKubelet, eventTtl: defaultEventTtl }

/** The lab's note of a cluster, if it made one of this name. */
export async function readNote(name: string): Promise<ClusterNote | undefined> {
  const text = await readFile(noteFile(name), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : { ...unsaid, ...(JSON.parse(text) as ClusterNote) }
}

export async function writeNote(name: string, note: ClusterNote): Promise<void> {
  await mkdir(cachePath('clusters'), { recursive: true })
  await writeFile(`${noteFile(name)}.new`, JSON.stringify(note))
  await rename(`${noteFile(name)}.new`, noteFile(name))
}

export async function removeNote(name: string): Promise<void> {
  await rm(noteFile(name), { force: true })
}

/** Names of all clusters that the lab has made and not removed. */
export async function notedClusters(): Promise<readonly string[]> {
  const files = await readdir(cachePath('clusters')).catch((): string[] => [])
  return files.filter((f) => f.endsWith('.json')).map((f) => f.slice(0, -'.json'.length))
}

/** The shape of a kind cluster that a call asks for, seen from what is there. */
export function wantedShape(options: UpOptions, existing: KindShape | undefined): KindShape {
  const kubelet = resolveKubelet(options.kubelet ?? existing?.kubelet ?? ownKubelet)?.version ?? ownKubelet
  refuseKubelet(kubelet, options.images)
  return {
    provider: 'kind',
    workers: options.workers ?? existing?.workers ?? 0,
    containerd: resolveContainerd(options.containerd ?? existing?.containerd ?? defaultContainerd).version,
    configPath: options.configPath ?? true,
    registry: options.registry ?? true,
    kubelet,
    eventTtl: resolveEventTtl(options.eventTtl ?? existing?.eventTtl ?? defaultEventTtl),
  }
}

/** In what an existing cluster differs from what is wanted, in words; undefined if in nothing. */
export function shapeDifference(existing: ClusterShape, wanted: ClusterShape): string | undefined {
  const [before, after] = [existing, wanted].map((one) => one as unknown as Record<string, string | number | boolean | null>)
  const different = Object.keys(wanted).filter((key) => before![key] !== after![key])
  const isText = (value: unknown): boolean => typeof value === 'string' && value.includes('\n')
  const words = different.map((key) =>
    isText(before![key]) || isText(after![key]) ? `another text of ${key} is wanted` : `${key} ${before![key]}, wanted ${after![key]}`,
  )
  return words.length === 0 ? undefined : words.join('; ')
}
