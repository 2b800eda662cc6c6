/** Images that are built on the engine, each like no other: what a developer changes and builds again. */
import { docker } from './docker.ts'
import { run } from './fault.ts'
import { ensureHelloImage } from './small-images.ts'

let builds = 0

/** Builds an image that runs as a pod that stays up; under the same name once more it is another build, made later. */
export async function build(ref: string): Promise<void> {
  const dockerfile = `FROM ${await ensureHelloImage()}\nLABEL registry-doctor.lab.build=${process.pid}.${++builds}.${Date.now()}\n`
  const { code, stderr } = await docker(['build', '-q', '-t', ref, '-'], { input: dockerfile })
  if (code !== 0) throw new Error(`build of ${ref} failed: ${stderr.trim()}`)
}

/** Builds an image for machines of another kind: its program does not run here. */
export async function buildForeign(ref: string, folder: string): Promise<void> {
  await run('build', '-q', '--platform', 'linux/s390x', '-t', ref, folder)
}

/** Builds and pushes. */
export async function buildAndPush(ref: string): Promise<void> {
  await build(ref)
  await run('push', '-q', ref)
}
