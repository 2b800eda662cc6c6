/** The containerd of a version: the lab's build where there is one, else one of its own. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { binaryPath, moduleDir, programArtifact } from '../../binaries.ts'
import { artifactPath, cacheKey, hasArtifact, makeArtifact } from '../../cache.ts'
import { withLock } from '../../lock.ts'
import { run } from '../../run.ts'
import { step } from '../../steps.ts'
import { labBuild, sourcesOf } from './versions.ts'

const recipe = 1
const tags = 'no_btrfs no_devmapper no_zfs no_aufs'
const goEnv = { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false' }

/** Path of the binary. */
export async function containerdBinary(version: string): Promise<string> {
  const lab = labBuild(version)
  if (lab && hasArtifact(programArtifact(lab))) return binaryPath(lab, 'containerd')
  const artifact = { group: 'bin', name: `containerd-alone-${version}`, key: cacheKey({ recipe, version, tags, arch: process.arch }) }
  if (!hasArtifact(artifact)) await withLock(() => makeArtifact(artifact, (out) => build(version, out)))
  return join(artifactPath(artifact), 'containerd')
}

function build(version: string, out: string): Promise<void> {
  const { module, version: tag } = sourcesOf(version)
  return step(`containerd ${version} alone`, async ({ log }) => {
    const sources = await moduleDir(module, tag, { log })
    // As the main module it has the dependencies of its own go.mod; what it vendors is not in its zip as a whole.
    const own = join(out, 'src')
    await cp(sources, own, { recursive: true, filter: (path) => path !== join(sources, 'vendor') })
    await run('chmod', ['-R', 'u+w', own])
    // k3s' fork has btrfs in any build, which needs a C compiler.
    const builtins = join(own, 'cmd/containerd/builtins/builtins_linux.go')
    await writeFile(builtins, (await readFile(builtins, 'utf8')).replaceAll(/^.*btrfs.*\n/gm, ''))
    const path = /^module (\S+)/m.exec(await readFile(join(own, 'go.mod'), 'utf8'))![1]!
    const how = ['-mod=mod', '-trimpath', '-tags', tags, '-ldflags', `-s -w -X ${path}/version.Version=${tag}`]
    await run('go', ['build', ...how, '-o', join(out, 'containerd'), './cmd/containerd'], { cwd: own, log, env: goEnv })
    await rm(own, { recursive: true })
  })
}
