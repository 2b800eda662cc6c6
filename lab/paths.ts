/** Where the lab keeps its files: outside the work tree. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Root of the cache: $REGISTRY_DOCTOR_LAB_CACHE, $XDG_CACHE_HOME/registry-doctor-lab, ~/.cache/registry-doctor-lab. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env['REGISTRY_DOCTOR_LAB_CACHE']) return env['REGISTRY_DOCTOR_LAB_CACHE']
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'registry-doctor-lab')
}

/** A path below the cache root. */
export function cachePath(...parts: string[]): string {
  return join(cacheDir(), ...parts)
}
