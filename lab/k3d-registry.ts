/** The registry beside the lab's k3d clusters, made by k3d itself as its users do. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { ensureProgram } from './binaries.ts'
import { docker, dockerOutput } from './docker.ts'
import { k3dCli } from './k3d-cli.ts'
import { cachePath } from './paths.ts'
import { k3d } from './programs.ts'
import { ensureRunning, k3dRegistry, registryState } from './registry.ts'
import { ensureRegistryImage } from './small-images.ts'
import type { ImageChoice } from './upstream.ts'
import { k3dRegistryImage } from './versions.ts'

/** Holds the id of the container that the lab has made: k3d gives it no label that would tell. */
const note = (): string => cachePath('registries', k3dRegistry.container)

const idOf = async (container: string): Promise<string> =>
  (await docker(['container', 'inspect', '--format', '{{.Id}}', container])).stdout.trim()

/** Brings the registry's container up, whatever state it is in, and waits until it answers. */
export async function ensureK3dRegistry(choice: ImageChoice): Promise<void> {
  await ensureRegistryImage(choice, k3dRegistryImage)
  await ensureProgram(k3d)
  const { container, port } = k3dRegistry
  await ensureRunning(k3dRegistry, async (log) => {
    await mkdir(cachePath('registries'), { recursive: true })
    // before it exists: of one that is there after a kill, it is known that the lab has made it
    await writeFile(note(), '')
    const name = container.replace(/^k3d-/, '')
    const made = await k3dCli(['registry', 'create', name, '--port', `127.0.0.1:${port}`, '--no-help'], undefined, { log, check: false })
    await writeFile(note(), await idOf(container))
    return made
  })
}

/** Removes the registry's container if the lab made it. */
export async function removeK3dRegistry(): Promise<boolean> {
  const made = await readFile(note(), 'utf8').catch(() => undefined)
  if (made === undefined) return false
  const isThere = (await registryState(k3dRegistry)) !== undefined
  const own = isThere && (made === '' || made === (await idOf(k3dRegistry.container)))
  if (own) await dockerOutput(['rm', '-f', '-v', k3dRegistry.container])
  await rm(note(), { force: true })
  return own
}
