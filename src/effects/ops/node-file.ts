import { createHash } from 'node:crypto'
import type { ContainerFile } from '../../ports/write/docker.ts'
import { makeMissing, missingAbove, moveAway, putFile, removeFile } from '../commands.ts'
import { StepRefused, type Present, type RepairWorld } from './op.ts'

/** What stood at a path of a node before a step. `bytes` are base64. */
export type FileBefore =
  | { readonly was: 'absent'; /** The uppermost directory that has to be made for it. */ readonly missing: string | null }
  | { readonly was: 'file'; readonly bytes: string; readonly mode: number; readonly uid: number; readonly gid: number }

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8')

/** @throws StepRefused where neither a file nor nothing is there */
export async function fileBefore({ ports: { docker } }: RepairWorld, node: string, path: string): Promise<FileBefore> {
  const there = await docker.read(node, path)
  if (there.type === 'file') {
    const { bytes, mode, uid, gid } = there
    return { was: 'file', bytes: Buffer.from(bytes).toString('base64'), mode: mode & 0o7777, uid, gid }
  }
  if (there.type !== 'absent') throw new StepRefused(`${path} on ${node} is a ${nouns[there.type]}, not a file`)
  if (!(await isRunning(docker, node))) return { was: 'absent', missing: null }
  const { stdout } = await done(docker.run(node, ...argv(missingAbove(path))), `look for ${path} on ${node}`)
  return { was: 'absent', missing: stdout.trim() || null }
}

const nouns = { dir: 'directory', link: 'link', other: 'device' } as const

/** @throws StepRefused where it is not what the step was planned on */
export function expectFile(before: FileBefore, expect: string | null, node: string, path: string): void {
  const found = before.was === 'absent' ? null : sha256(Buffer.from(before.bytes, 'base64'))
  if (found === expect) return
  const what = found === null ? 'is gone' : expect === null ? 'is there by now' : 'has been changed'
  throw new StepRefused(`${path} on ${node} ${what} since it was looked at; look again`)
}

/** Compares what is there now with what was there before and with what the step leaves. */
export async function presentFile(
  { ports: { docker } }: RepairWorld,
  node: string,
  path: string,
  before: FileBefore,
  after: Uint8Array,
): Promise<Present> {
  const there = await docker.read(node, path)
  const isBefore =
    before.was === 'absent'
      ? there.type === 'absent'
      : there.type === 'file' && Buffer.from(there.bytes).equals(Buffer.from(before.bytes, 'base64'))
  // What is written and was there in the same words is done.
  if (there.type === 'file' && Buffer.from(there.bytes).equals(Buffer.from(after))) return { is: 'after' }
  if (isBefore) return { is: 'before' }
  return { is: 'other', what: `${path} on ${node} ${there.type === 'absent' ? 'is gone' : 'has other content than was left there'}` }
}

/** Writes a whole file or none. One that is there keeps its owner and permissions. */
export async function writeFile(
  { ports: { docker } }: RepairWorld,
  node: string,
  path: string,
  bytes: Uint8Array,
  before: FileBefore,
): Promise<void> {
  const { mode, uid, gid } = before.was === 'file' ? before : { mode: 0o644, uid: 0, gid: 0 }
  await writeAs(docker, node, path, { bytes, mode, uid, gid })
}

/** Puts back what was there; directories that were made for it go where they are empty. */
export async function putBack({ ports: { docker } }: RepairWorld, node: string, path: string, before: FileBefore): Promise<void> {
  if (before.was === 'absent') await done(docker.run(node, ...argv(removeFile(path, before.missing))), `remove ${path} on ${node}`)
  else await writeAs(docker, node, path, { ...before, bytes: Buffer.from(before.bytes, 'base64') })
}

type Docker = RepairWorld['ports']['docker']

async function writeAs(docker: Docker, node: string, path: string, file: ContainerFile): Promise<void> {
  // In a node that does not run nothing can be executed; its files can be written all the same.
  if (!(await isRunning(docker, node))) return docker.putFiles(node, [{ path, ...file }])
  const command = putFile(path, file)
  if (command !== null) return void (await done(docker.run(node, ...argv(command)), `write ${path} on ${node}`))
  await done(docker.run(node, ...argv(makeMissing(path))), `make the folder of ${path} on ${node}`)
  await docker.putFiles(node, [{ path, ...file }])
}

const isRunning = async (docker: Docker, node: string): Promise<boolean> => (await docker.inspect(node))?.State.Status === 'running'

/** Moves what is at a path of a node to another one that is free. */
export async function move({ ports: { docker } }: RepairWorld, node: string, from: string, to: string): Promise<void> {
  await done(docker.run(node, ...argv(moveAway(from, to))), `move ${from} on ${node}`)
}

type Outcome = Awaited<ReturnType<Docker['run']>>

export const argv = ({
  argv: words,
  limitSeconds,
}: {
  readonly argv: readonly string[]
  readonly limitSeconds: number
}): [readonly string[], number] => [words, (limitSeconds + 2) * 1000]

/** @throws StepRefused with what the process said where it failed */
export async function done(run: Promise<Outcome>, what: string): Promise<Outcome> {
  const outcome = await run
  if (outcome.exitCode === 0) return outcome
  const why = outcome.exitCode === 124 ? 'it did not end in time' : outcome.stderr.trim().split('\n').at(-1) || `exit ${outcome.exitCode}`
  throw new StepRefused(`could not ${what}: ${why}`)
}
