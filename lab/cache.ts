/** Finished artifacts in the cache, under names made from their inputs. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { cachePath } from './paths.ts'
import { run } from './run.ts'

/** Order of object keys must not change a cache key. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([k, v]) => [k, canonical(v)]))
}

/** Short key of everything that decides what an artifact contains. */
export function cacheKey(inputs: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(inputs)))
    .digest('hex')
    .slice(0, 12)
}

/** An artifact is a directory `<group>/<name>-<key>`; it exists only when it is complete. */
export interface Artifact {
  readonly group: string
  readonly name: string
  readonly key: string
}

export function artifactPath(artifact: Artifact): string {
  return cachePath(artifact.group, `${artifact.name}-${artifact.key}`)
}

export function hasArtifact(artifact: Artifact): boolean {
  return existsSync(artifactPath(artifact))
}

/** A temporary directory inside the cache (same file system, so that a rename is atomic). */
async function tempDir(name: string): Promise<string> {
  await mkdir(cachePath('tmp'), { recursive: true })
  return mkdtemp(cachePath('tmp', `${name}-`))
}

/** Gives `work` a temporary directory inside the cache and removes it afterwards. */
export async function withTempDir<T>(name: string, work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await tempDir(name)
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * Fills a temporary directory and renames it to its final name, so that a killed build leaves nothing
 * that looks complete.
 */
export async function makeArtifact(artifact: Artifact, fill: (dir: string) => Promise<void>): Promise<string> {
  const target = artifactPath(artifact)
  if (existsSync(target)) return target
  const dir = await tempDir(artifact.name)
  try {
    await fill(dir)
    await mkdir(cachePath(artifact.group), { recursive: true })
    await rename(dir, target)
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
  return target
}

/** Removes what killed builds left. Call it with the lock held: then nobody works there. */
export async function sweepTemp(): Promise<void> {
  for (const name of await readdir(cachePath('tmp')).catch((): string[] => [])) {
    // a root file system may have mounts of another making in it
    await run('rm', ['-rf', '--one-file-system', cachePath('tmp', name)], { check: false })
  }
}

const making = new Map<string, Promise<unknown>>()

/** Lets work that several parts need at once be done once per process. */
export function once<T>(key: string, work: () => Promise<T>): Promise<T> {
  const running = making.get(key) ?? work()
  making.set(key, running)
  running.catch(() => making.delete(key))
  return running as Promise<T>
}
