import { ObservationFailure, type Answer, type CommandOutcome, type HeldImage } from '../model/observation.ts'
import { containerdImages, diskSpace } from './commands.ts'
import { runInNode } from './node-process.ts'
import { defineObservation } from './observe.ts'

export const nodeImages = defineObservation('node.images', async ({ docker }, { node, registryHost }) => {
  const outcome = await runInNode(docker, node, containerdImages(registryHost))
  if (outcome.exitCode !== 0) throw unreadable('node.images', `containerd of ${node} did not list its images`, outcome)
  return { images: readHeldImages(outcome.stdout, registryHost) }
})

/**
 * What `ctr images ls` and `ctr content ls` print: columns by spaces, the first two of which hold none.
 * Source: containerd v2.3.4, cmd/ctr/commands/images/images.go and content/content.go.
 */
export function readHeldImages(stdout: string, registryHost: string): HeldImage[] {
  const [images = '', content = ''] = stdout.split(/^--- pulled\n/m)
  const pulled = new Set(content.split('\n').flatMap((line) => /^(sha256:[0-9a-f]{64})\s/.exec(line)?.[1] ?? []))
  return images.split('\n').flatMap((line) => {
    const [name = '', , digest = ''] = line.split(/\s+/)
    return name.startsWith(`${registryHost}/`) && digest.startsWith('sha256:') ? [{ name, digest, pulled: pulled.has(digest) }] : []
  })
}

export const nodeDisk = defineObservation('node.disk', async ({ docker }, { node, path }) => {
  const outcome = await runInNode(docker, node, diskSpace(path))
  const space = readDiskSpace(outcome.stdout)
  if (outcome.exitCode !== 0 || space === null) throw unreadable('node.disk', `df of ${node} could not be read`, outcome)
  return space
})

/** POSIX df: a heading, then one line per file system; df -i has the same columns for inodes. */
export function readDiskSpace(stdout: string): Answer<'node.disk'> | null {
  const [, blocks, , inodes] = stdout.trim().split('\n')
  const row = /^.*?\s(\d+)\s+(\d+)\s+(\d+)\s+\S+\s+(\/.*)$/.exec(blocks ?? '')
  if (!row) return null
  const free = /^.*?\s(\d+)\s+(\d+)\s+(\d+)\s+\S+\s+\//.exec(inodes ?? '')
  const [total, left] = [Number(free?.[1] ?? 0), Number(free?.[3] ?? 0)]
  return { mountedOn: row[4]!, totalKiB: Number(row[1]), availableKiB: Number(row[3]), ...(total > 0 && { freeInodes: left }) }
}

const unreadable = (kind: string, what: string, { stderr, exitCode, timedOut }: CommandOutcome): ObservationFailure =>
  new ObservationFailure(
    kind,
    timedOut ? 'timeout' : 'unreadable',
    `${what}: ${stderr.trim().split('\n').at(-1) || (timedOut ? 'no answer within the time limit' : `exit ${exitCode}`)}`,
  )
