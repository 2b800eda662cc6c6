/** Builds the Go programs into the cache, from their modules. */
import { readFileSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Artifact, artifactPath, cacheKey, hasArtifact, makeArtifact, once } from './cache.ts'
import type { Program } from './programs.ts'
import { output, run, type RunOptions } from './run.ts'
import { step } from './steps.ts'

/** Raised when the way of building changes, so that cached binaries are made again. */
const recipe = 1

// Static binaries: they run in images that hold nothing else. No workspace or vendored copies of the caller's.
const goEnv = { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false' }

export function programArtifact(program: Program): Artifact {
  return {
    group: 'bin',
    name: `${program.name}-${program.version}`,
    key: cacheKey({ recipe, program, arch: process.arch }),
  }
}

/** Path of a built binary. */
export function binaryPath(program: Program, name: string): string {
  return join(artifactPath(programArtifact(program)), name)
}

/** Runs tasks one after the other. */
function lane(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task)
    last = result.catch(() => {})
    return result
  }
}

// The network has its own lane, so that one module's sources arrive while another one compiles.
const fetching = lane()
const compiling = lane()

/** Directory of a module's sources in Go's module cache. */
export async function moduleDir(module: string, version: string, options: RunOptions = {}): Promise<string> {
  return (await moduleInfo(module, version, options)).Dir
}

async function moduleInfo(module: string, version: string, options: RunOptions): Promise<{ Dir: string; GoMod: string }> {
  const env = { ...goEnv, ...options.env }
  const json = await output('go', ['mod', 'download', '-json', `${module}@${version}`], { ...options, env })
  return JSON.parse(json) as { Dir: string; GoMod: string }
}

/** Text of a go.mod that requires the program's module with the settings that module has as a main module. */
export function goMod(program: Program, upstreamGoMod: string): string {
  // the go line also decides Go's compatibility settings (GODEBUG): take upstream's, not this machine's
  const goLine = /^go (\S+)$/m.exec(upstreamGoMod)?.[1] ?? '1.24'
  const staged = [...upstreamGoMod.matchAll(/^\s*(?:replace\s+)?(\S+) => \.\/staging\//gm)].map((m) => m[1])
  const replaces = staged.map((path) => `replace ${path} => ${path} ${program.stagingVersion ?? ''}`)
  return ['module lab', '', `go ${goLine}`, '', ...replaces, '', `require ${program.module} ${program.version}`, ''].join('\n')
}

async function fetchSources(program: Program, dir: string, log: string): Promise<void> {
  const { GoMod } = await moduleInfo(program.module, program.version, { log })
  const imports = program.packages.map((p) => `import _ "${p}"`).join('\n')
  await writeFile(join(dir, 'go.mod'), goMod(program, await readFile(GoMod, 'utf8')))
  // `go install pkg@version` is refused for modules with replaces; a main module of our own works for all
  await writeFile(join(dir, 'tools.go'), `//go:build tools\n\npackage lab\n\n${imports}\n`)
  await run('go', ['mod', 'tidy'], { cwd: dir, log, env: goEnv })
}

/** A fork's own sources: as the main module it keeps the replacements of its go.mod. */
async function copySources(program: Program, fork: NonNullable<Program['fork']>, dir: string, log: string): Promise<void> {
  const { Dir: sources } = await moduleInfo(program.module, program.version, { log })
  // what a module vendors is not in its zip as a whole
  await cp(sources, dir, { recursive: true, filter: (path) => path !== join(sources, 'vendor') })
  await run('chmod', ['-R', 'u+w', dir], { log })
  const lines = (await readFile(join(dir, fork.file), 'utf8')).split('\n')
  await writeFile(join(dir, fork.file), lines.filter((line) => !line.includes(fork.without)).join('\n'))
  await run('go', ['mod', 'download'], { cwd: dir, log, env: goEnv })
}

async function compile(program: Program, dir: string, out: string, log: string): Promise<void> {
  const ldflags = ['-s -w', ...(program.set ?? []).map((v) => `-X ${v}`)].join(' ')
  const tags = program.tags ? ['-tags', program.tags] : []
  const mod = program.fork ? ['-mod=mod'] : []
  const args = ['build', ...mod, '-trimpath', ...tags, '-ldflags', ldflags, '-o', `${out}/`, ...program.packages]
  await run('go', args, { cwd: dir, log, env: goEnv })
  for (const [from, to] of Object.entries(program.rename ?? {})) {
    await rename(join(out, from), join(out, to)).catch(() => {})
  }
}

/** Builds a program's binaries unless they are in the cache. Calls may overlap. */
export function ensureProgram(program: Program): Promise<void> {
  const artifact = programArtifact(program)
  return once(artifactPath(artifact), () => buildProgram(program, artifact))
}

async function buildProgram(program: Program, artifact: Artifact): Promise<void> {
  const title = `${program.name} ${program.version}`
  if (hasArtifact(artifact)) return step(title, async ({ done }) => done('cached'))
  await makeArtifact(artifact, async (out) => {
    const src = join(out, 'src')
    await mkdir(src)
    const { fork } = program
    const fetch = (log: string): Promise<void> => (fork ? copySources(program, fork, src, log) : fetchSources(program, src, log))
    await fetching(() => step(`${title} sources`, ({ log }) => fetch(log)))
    await compiling(() => step(`${title} compile`, ({ log }) => compile(program, src, out, log)))
    await rm(src, { recursive: true })
    await chmod(out, 0o755) // others may use the binaries
  })
}

const helperDir = fileURLToPath(new URL('./go/', import.meta.url))

function helperArtifact(name: string): Artifact {
  const source = readFileSync(join(helperDir, name, 'main.go'), 'utf8')
  return { group: 'bin', name, key: cacheKey({ recipe, source, arch: process.arch }) }
}

/** Path of one of the lab's own small programs (go/<name>/main.go), built when needed. */
export async function ensureHelper(name: string): Promise<string> {
  const artifact = helperArtifact(name)
  await once(artifactPath(artifact), async () => {
    if (!hasArtifact(artifact)) await makeArtifact(artifact, (out) => compileHelper(name, out))
  })
  return join(artifactPath(artifact), name)
}

// Not in the lane of the large programs: it takes a second, and the engine's start may wait for it.
function compileHelper(name: string, out: string): Promise<void> {
  return step(`helper ${name}`, async ({ log }) => {
    const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(out, name), 'main.go']
    await run('go', args, { cwd: join(helperDir, name), log, env: goEnv })
  })
}
