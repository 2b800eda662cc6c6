/** Builds small Go programs around containerd's own code, one per containerd version, into the lab's cache. */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { moduleDir } from '../../binaries.ts'
import { type Artifact, artifactPath, cacheKey, hasArtifact, makeArtifact } from '../../cache.ts'
import { run } from '../../run.ts'

/** `hosts`: endpoints of a certs.d. `resolve`: requests of a resolver. `references`: image references. */
export type ProgramName = 'hosts' | 'resolve' | 'references'

/** Raised when the way of building changes, so that cached programs are made again. */
const recipe = 2

const goEnv = { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false' }

interface Module {
  /** The path under which the code is imported. */
  readonly path: string
  /** Where it comes from: for versions of k3s the fork. */
  readonly source: string
  readonly version: string
}

function moduleOf(version: string): Module {
  const suffix = version.startsWith('1.') ? '' : '/v2'
  const owner = version.includes('-k3s') ? 'k3s-io' : 'containerd'
  return { path: `github.com/containerd/containerd${suffix}`, source: `github.com/${owner}/containerd${suffix}`, version: `v${version}` }
}

/** Where a package of containerd lies, which moved with 2.0: `containerd/…` in the programs stands for it. */
const packageOf = (version: string, name: 'remotes/docker' | 'reference'): string =>
  version.startsWith('1.') ? name : `${name === 'reference' ? 'pkg' : 'core'}/${name}`

/** The Go toolchain's language version and the versions of libraries are those that this containerd asks for. */
function goMod({ path, source, version }: Module, upstream: string): string {
  const goLine = /^go (\S+)$/m.exec(upstream)?.[1] ?? '1.24'
  const replace = source === path ? '' : `replace ${path} => ${source} ${version}\n`
  return `module containerdcode\n\ngo ${goLine}\n\nrequire ${path} ${version}\n${replace}`
}

/** Path of a program for one containerd version, such as `1.7.34` or `2.1.5-k3s1`; built unless it is in the cache. */
export async function ensureCode(name: ProgramName, version: string): Promise<string> {
  const sources = fileURLToPath(new URL(`./${name}/`, import.meta.url))
  const files = await Promise.all(
    (await readdir(sources)).map(async (file) => [file, await readFile(join(sources, file), 'utf8')] as const),
  )
  const artifact: Artifact = { group: 'bin', name: `containerd-code-${name}-${version}`, key: cacheKey({ recipe, files, version }) }
  if (!hasArtifact(artifact)) await makeArtifact(artifact, (out) => build(name, version, sources, out))
  return join(artifactPath(artifact), name)
}

async function build(name: ProgramName, version: string, sources: string, out: string): Promise<void> {
  const module = moduleOf(version)
  const code = await moduleDir(module.source, module.version)
  const src = join(out, 'src')
  const config = join(src, 'config')
  await mkdir(config, { recursive: true })
  for (const file of await readdir(sources)) {
    const text = await readFile(join(sources, file), 'utf8')
    const imports = (['remotes/docker', 'reference'] as const).map(
      (one) => [`"containerd/${one}"`, `"${module.path}/${packageOf(version, one)}"`] as const,
    )
    const moved = imports.reduce((all, [from, to]) => all.replace(from, to), text)
    await writeFile(join(file === 'load.go' ? config : src, file), moved)
  }
  // The package that reads hosts.toml is copied: what lies in Go's module cache cannot be added to.
  const original = join(code, packageOf(version, 'remotes/docker'), 'config')
  for (const file of ['hosts.go', 'config_unix.go']) await copyFile(join(original, file), join(config, file))
  await writeFile(join(src, 'go.mod'), goMod(module, await readFile(join(code, 'go.mod'), 'utf8')))
  await run('go', ['mod', 'tidy'], { cwd: src, env: goEnv })
  await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(out, name), '.'], { cwd: src, env: goEnv })
  await rm(src, { recursive: true })
}
