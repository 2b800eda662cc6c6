/** The images that are not nodes: the registry, and the tiny one that tests pull. */
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { binaryPath, ensureHelper, ensureProgram, moduleDir } from './binaries.ts'
import { cacheKey, withTempDir } from './cache.ts'
import { dockerOutput, hasImage } from './docker.ts'
import { layerTar } from './oci.ts'
import { ensurePackages, findProgram } from './packages.ts'
import { registry } from './programs.ts'
import { run } from './run.ts'
import { step } from './steps.ts'
import { canPull, type ImageChoice } from './upstream.ts'
import { registryImage } from './versions.ts'

/** Applets that tests use inside the registry's container. */
const applets = ['sh', 'ls', 'cat', 'rm', 'find', 'wget', 'sleep', 'ps', 'kill', 'mkdir', 'du']

/** Path of a busybox on this machine, one static program. */
export async function ensureBusybox(): Promise<string> {
  await ensurePackages('busybox package', { busybox: 'busybox-static' })
  return findProgram('busybox') ?? '/bin/busybox'
}

/**
 * Gives the engine an image of this name (registry:3, or registry:2 for k3d), pulled if that can be, else made from
 * distribution's module with its own default settings. Upstream's users have exactly these: deletes refused, blob
 * descriptors in memory.
 */
export async function ensureRegistryImage(choice: ImageChoice, image: string = registryImage): Promise<string> {
  if (await hasImage(image)) return image
  if (choice !== 'lab' && (await canPull(image))) return image
  if (choice === 'upstream') throw new Error(`${image} cannot be pulled`)
  await ensureProgram(registry)
  const busybox = await ensureBusybox()
  await step(`image ${image}`, ({ log }) =>
    withTempDir('registry', async (dir) => {
      const root = join(dir, 'root')
      for (const d of ['bin', 'etc/distribution', 'var/lib/registry', 'tmp']) {
        await mkdir(join(root, d), { recursive: true })
      }
      await chmod(root, 0o755)
      await copyFile(binaryPath(registry, 'registry'), join(root, 'bin/registry'))
      await chmod(join(root, 'bin/registry'), 0o755)
      await copyFile(busybox, join(root, 'bin/busybox'))
      for (const applet of applets) await symlink('busybox', join(root, 'bin', applet))
      const module = await moduleDir(registry.module, registry.version, { log })
      const example = await readFile(join(module, 'cmd/registry/config-example.yml'), 'utf8')
      // the published image has the module's example without its password file
      await writeFile(join(root, 'etc/distribution/config.yml'), example.replace(/^auth:\n(?: .*\n)+/m, ''))
      await run('tar', ['-C', root, '--numeric-owner', '--owner=0', '--group=0', '-cf', join(dir, 'image.tar'), '.'], {
        log,
      })
      const changes = [
        `ENTRYPOINT ["/bin/registry","serve"]`,
        `CMD ["/etc/distribution/config.yml"]`,
        'ENV OTEL_TRACES_EXPORTER=none',
        'EXPOSE 5000',
        `VOLUME ["/var/lib/registry"]`,
        'LABEL registry-doctor.lab=registry',
      ].flatMap((c) => ['--change', c])
      await dockerOutput(['import', ...changes, join(dir, 'image.tar'), image], { log })
    }),
  )
  return image
}

/** Gives the engine the tiny test image: one static program that waits until it is told to end. */
export async function ensureHelloImage(): Promise<string> {
  const binary = await ensureHelper('pause')
  const image = `registry-doctor-lab/hello:${cacheKey({ binary: binary.split('/').slice(-2) })}`
  if (await hasImage(image)) return image
  await step('image hello', ({ log }) =>
    withTempDir('hello', async (dir) => {
      const tar = join(dir, 'hello.tar')
      await layerTar({ ref: image, binary, place: '' }, tar, log)
      await dockerOutput(['import', '--change', `ENTRYPOINT ["/pause"]`, tar, image], { log })
    }),
  )
  return image
}
