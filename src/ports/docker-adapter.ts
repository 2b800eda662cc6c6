import pLimit from 'p-limit'
import type Docker from 'dockerode'
import { rejectOnAbort } from './abort.ts'
import { DockerError, type DockerReadPort } from './docker.ts'
import { connectDocker, messageOf, statusOf, translate } from './docker-connect.ts'
import { dockerEndpoint } from './docker-endpoint.ts'
import { execIn } from './docker-exec.ts'
import { demultiplex } from './docker-stream.ts'
import { collectStream } from './streams.ts'

/** Processes in nodes at the same time: each has its own time limit, which a crowd of them would use up by waiting. */
const mostProcesses = 12

const limits = {
  callMs: 10_000,
  /** The engine waits for the registry without an end of its own. */
  registryMs: 4_000,
}

/** The Docker engine through dockerode. `cancel` ends every call that is under way. */
export function createDockerPort(
  env: NodeJS.ProcessEnv,
  cancel: AbortSignal,
  { callMs, registryMs }: typeof limits = limits,
): DockerReadPort {
  const { url: endpoint, problem } = dockerEndpoint(env)
  let docker: Docker

  /** One call with its limit; `absent` is what a 404 means. */
  async function call<T>(
    what: string,
    run: (signal: AbortSignal) => Promise<T>,
    absent?: T,
    limitMs = callMs,
    container?: string,
  ): Promise<T> {
    const limit = AbortSignal.timeout(limitMs)
    const signal = AbortSignal.any([cancel, limit])
    if (problem !== undefined) throw new DockerError('docker-unreachable', problem)
    docker ??= connectDocker(endpoint, env)
    try {
      // Not every call of dockerode takes a signal, so the wait ends by itself too.
      return await Promise.race([run(signal), rejectOnAbort(signal)])
    } catch (error) {
      if (absent !== undefined && statusOf(error) === 404) return absent
      if (limit.aborted && !cancel.aborted)
        throw new DockerError('timeout', `the Docker engine did not answer within ${limitMs / 1000} s (${what})`)
      throw translate(error, what, endpoint, container)
    }
  }

  const atOnce = pLimit(mostProcesses)
  return {
    endpoint,
    version: () =>
      call('version', async (abortSignal) => {
        // The types know only the form with a callback.
        const answer = await (docker.version as unknown as (options: object) => Promise<Docker.DockerVersion>).call(docker, { abortSignal })
        if (typeof answer.Version !== 'string') throw notAnEngine(endpoint)
        return { version: answer.Version, apiVersion: answer.ApiVersion, os: answer.Os }
      }),
    listContainers: () =>
      call('list containers', async (abortSignal) => {
        const list: unknown = await docker.listContainers({ all: true, abortSignal })
        if (!Array.isArray(list)) throw notAnEngine(endpoint)
        return list
      }),
    inspectContainer: (name) => call<unknown>(`inspect ${name}`, (abortSignal) => docker.getContainer(name).inspect({ abortSignal }), null),
    listImages: () =>
      call('list images', async (abortSignal) => {
        const list: unknown = await docker.listImages({ abortSignal })
        if (!Array.isArray(list)) throw notAnEngine(endpoint)
        return list
      }),
    inspectImage: (name) => call<unknown>(`inspect image ${name}`, (abortSignal) => inspected(docker.getImage(name), abortSignal), null),
    distribution: (image) =>
      call(
        'distribution',
        async () => {
          try {
            return { status: 200, body: await distributionOf(docker.getImage(image)) }
          } catch (error) {
            const status = statusOf(error)
            if (status === undefined) throw error
            return { status, body: { message: messageOf(error) } }
          }
        },
        undefined,
        registryMs,
      ),
    logTail: (container, lines) =>
      call(`log of ${container}`, async (abortSignal) => {
        const log: unknown = await docker
          .getContainer(container)
          .logs({ stdout: true, stderr: true, tail: lines, follow: false, abortSignal })
        return demultiplex(log as Buffer).both
      }),
    archive: (container, path, maxBytes) =>
      call(
        `read ${path} of ${container}`,
        async (abortSignal) => collectStream(await docker.getContainer(container).getArchive({ path, abortSignal }), maxBytes),
        null,
      ),
    exec: (container, argv, limitMs) =>
      atOnce(() =>
        call(
          `run ${argv[0]} in ${container}`,
          (abortSignal) => execIn(docker, container, argv, abortSignal),
          undefined,
          limitMs,
          container,
        ),
      ),
  }
}

/** The types do not know the signal. */
const inspected = (image: Docker.Image, abortSignal: AbortSignal): Promise<unknown> =>
  (image.inspect as (options: object) => Promise<unknown>).call(image, { abortSignal })

/** The types know only the form with a callback. */
const distributionOf = (image: Docker.Image): Promise<unknown> => (image.distribution as unknown as () => Promise<unknown>).call(image)

const notAnEngine = (endpoint: string): DockerError => new DockerError('docker-error', `what answers at ${endpoint} is no Docker engine`)
