import { ObservationFailure, type Answer, type CommandOutcome, type HeldImage } from '../model/observation.ts'
import { containerdImages, containerdLog, diskSpace } from './commands.ts'
import { runInNode } from './node-process.ts'
import { defineObservation } from './observe.ts'

export const nodeImages = defineObservation('node.images', async ({ docker }, { node, registryHost }) => {
  const outcome = await runInNode(docker, node, containerdImages(registryHost))
  if (outcome.exitCode !== 0) throw unreadable('node.images', `containerd of ${node} did not list its images`, outcome)
  return { images: readHeldImages(outcome.stdout, registryHost) }
})

/** A row of `ctr images ls`: name, type, digest, size with its unit, platforms, labels. */
const imageRow = /^(\S+)\s+(\S+)\s+(sha256:\S+)(?:\s+\S+ [KMGT]?i?B\s+(\S+))?/

/**
 * What `ctr images ls` and `ctr content ls` print. The CRI keeps each image also under the digest of its configuration.
 * Sources: containerd v2.3.4, cmd/ctr/commands/images/images.go and content/content.go; internal/cri/server/images/image_pull.go.
 */
export function readHeldImages(stdout: string, registryHost: string): HeldImage[] {
  const [images = '', content = ''] = stdout.split(/^--- pulled\n/m)
  const pulled = new Set(content.split('\n').flatMap((line) => /^(sha256:[0-9a-f]{64})\s/.exec(line)?.[1] ?? []))
  const rows = images.split('\n').flatMap((line) => {
    const [, name, type, digest, platforms = '-'] = imageRow.exec(line) ?? []
    return name === undefined ? [] : [{ name, type: type!, digest: digest!, platforms }]
  })
  const configOf = new Map(rows.filter(({ name }) => name.startsWith('sha256:')).map(({ name, digest }) => [digest, name]))
  return rows
    .filter(({ name }) => name.startsWith(`${registryHost}/`))
    .map(({ name, type, digest, platforms }) => ({
      name,
      digest,
      pulled: pulled.has(digest),
      of: /index|list/.test(type) ? ('index' as const) : ('manifest' as const),
      ...(platforms !== '-' && { platforms: platforms.split(',') }),
      ...(configOf.has(digest) && { config: configOf.get(digest)! }),
    }))
}

export const nodeContainerdLog = defineObservation('node.containerdLog', async ({ docker }, { node, contains }) => {
  const outcome = await runInNode(docker, node, containerdLog(contains))
  if (outcome.timedOut) throw unreadable('node.containerdLog', `the log of containerd of ${node} could not be read`, outcome)
  return { lines: outcome.stdout.split('\n').filter((line) => line !== '') }
})

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
