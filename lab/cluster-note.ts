/** What the lab remembers of its clusters: written before a cluster is made, so that a half made one is known. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { cachePath } from './paths.ts'
import { type ClusterShape, defaultEventTtl, refuseKubelet, resolveEventTtl } from './cluster-config.ts'
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

export interface ClusterNote extends ClusterShape {
  readonly image: string
  readonly kubeconfig?: string | undefined
  /** false until the cluster has been healthy once. */
  readonly complete: boolean
}

const noteFile = (name: string): string => cachePath('clusters', `${name}.json`)

/** What notes say nothing of that were written before these could be chosen. */
const unsaid = { kubelet: ownKubelet, eventTtl: defaultEventTtl }

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

/** The shape that a call asks for, seen from what is there. */
export function wantedShape(options: UpOptions, existing: ClusterShape | undefined): ClusterShape {
  const kubelet = resolveKubelet(options.kubelet ?? existing?.kubelet ?? ownKubelet)?.version ?? ownKubelet
  refuseKubelet(kubelet, options.images)
  return {
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
  const keys = ['workers', 'containerd', 'configPath', 'registry', 'kubelet', 'eventTtl'] as const
  const different = keys.filter((k) => existing[k] !== wanted[k])
  if (different.length === 0) return undefined
  return different.map((k) => `${k} ${existing[k]}, wanted ${wanted[k]}`).join('; ')
}
