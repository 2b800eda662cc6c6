import type Docker from 'dockerode'
import { Readable } from 'node:stream'
import { extract, pack } from 'tar-stream'
import { DockerError } from '../docker.ts'
import { messageOf, statusOf } from '../docker-connect.ts'
import { collectStream } from '../streams.ts'
import type { ContainerFile, ContainerInspect, ContainerPath, DockerRepairPort } from './docker.ts'

/** Longer than any file that is repaired. */
const maxFileBytes = 4 * 1_048_576

/** How long a container may take to end by itself. */
const stopSeconds = 10

/** Runs one call of the engine with its limit, and says in words what it failed by. */
export type Call = <T>(what: string, limitMs: number, run: (docker: Docker, signal: AbortSignal) => Promise<T>, on?: string) => Promise<T>

const callMs = 10_000
const stateMs = (stopSeconds + 10) * 1000

type OfContainers = Omit<DockerRepairPort, 'endpoint' | 'run' | 'load' | 'push' | 'untag' | 'tag' | 'imageId' | 'pullImage' | 'digestOf'>

/** What a repair may do with containers and their files. */
export function containersOf(call: Call): OfContainers {
  return {
    inspect: (name) =>
      call(`inspect ${name}`, callMs, (docker, abortSignal) =>
        orAbsent(docker.getContainer(name).inspect({ abortSignal }) as Promise<unknown> as Promise<ContainerInspect>, null),
      ),
    // 304: it is so already.
    start: (name) => call(`start ${name}`, stateMs, (docker, abortSignal) => orSo(docker.getContainer(name).start({ abortSignal })), name),
    unpause: (name) =>
      call(`unpause ${name}`, callMs, async (docker, abortSignal) => void (await docker.getContainer(name).unpause({ abortSignal })), name),
    pause: (name) =>
      call(`pause ${name}`, callMs, async (docker, abortSignal) => void (await docker.getContainer(name).pause({ abortSignal })), name),
    stop: (name) =>
      call(`stop ${name}`, stateMs, (docker, abortSignal) => orSo(docker.getContainer(name).stop({ t: stopSeconds, abortSignal })), name),
    restart: (name) =>
      call(`restart ${name}`, stateMs, async (docker, abortSignal) => {
        await docker.getContainer(name).restart({ t: stopSeconds, abortSignal })
      }),
    rename: (name, to) =>
      call(`rename ${name}`, callMs, async (docker, abortSignal) => {
        await docker.getContainer(name).rename({ name: to, abortSignal })
      }),
    create: (name, config) =>
      call(`create ${name}`, callMs, async (docker, abortSignal) => {
        await docker.createContainer({ ...config, name, abortSignal })
      }),
    remove: (name) =>
      call(`remove ${name}`, stateMs, (docker, abortSignal) =>
        orAbsent(docker.getContainer(name).remove({ v: false, abortSignal }) as Promise<void>, undefined),
      ),
    connect: (network, container, { aliases, ipv4 }) =>
      call(`connect ${container} to ${network}`, callMs, async (docker, abortSignal) => {
        const EndpointConfig = { Aliases: [...aliases], ...(ipv4 !== undefined && { IPAMConfig: { IPv4Address: ipv4 } }) }
        await inItsWords(docker.getNetwork(network).connect({ Container: container, EndpointConfig, abortSignal } as object))
      }),
    disconnect: (network, container) =>
      call(`disconnect ${container} from ${network}`, callMs, async (docker, abortSignal) => {
        await inItsWords(docker.getNetwork(network).disconnect({ Container: container, Force: false, abortSignal } as object))
      }),
    read: (name, path) =>
      call(
        `read ${path} of ${name}`,
        callMs,
        async (docker, abortSignal): Promise<ContainerPath> => {
          const archive = await orAbsent(
            docker
              .getContainer(name)
              .getArchive({ path, abortSignal })
              .then((stream) => collectStream(stream, maxFileBytes)),
            null,
          )
          return archive === null ? { type: 'absent' } : firstEntry(archive)
        },
        name,
      ),
    putFiles: (name, files) =>
      call(
        `write files of ${name}`,
        callMs,
        async (docker, abortSignal) => {
          await docker.getContainer(name).putArchive(Readable.from([await archiveOf(files)]), { path: '/', abortSignal })
        },
        name,
      ),
  }
}

/** @throws what it failed by, but for what is not there */
async function orAbsent<T>(call: Promise<T>, absent: T): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (statusOf(error) === 404) return absent
    throw error
  }
}

async function orSo(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (statusOf(error) !== 304) throw error
  })
}

/** Whether it is the network or the container that is not there, only the engine says. */
async function inItsWords(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    throw statusOf(error) === 404 ? new DockerError('docker-error', messageOf(error)) : error
  })
}

/** The engine's archive of a path begins with what stands there. */
async function firstEntry(archive: Buffer): Promise<ContainerPath> {
  const reader = extract()
  reader.end(archive)
  for await (const entry of reader) {
    const { type, mode, uid, gid } = entry.header
    if (type !== 'file' && type !== 'contiguous-file')
      return { type: type === 'directory' ? 'dir' : type === 'symlink' || type === 'link' ? 'link' : 'other' }
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    return { type: 'file', bytes: Buffer.concat(chunks), mode, uid, gid }
  }
  return { type: 'absent' }
}

async function archiveOf(files: readonly ({ readonly path: string } & ContainerFile)[]): Promise<Buffer> {
  const writer = pack()
  for (const { path, bytes, mode, uid, gid } of files)
    writer.entry({ name: path.replace(/^\/+/, ''), mode, uid, gid, mtime: new Date(0) }, Buffer.from(bytes))
  writer.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of writer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
