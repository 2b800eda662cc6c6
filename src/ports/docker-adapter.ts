import pLimit from 'p-limit'
import Docker from 'dockerode'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { rejectOnAbort } from './abort.ts'
import { DockerError, type DockerReadPort } from './docker.ts'
import { dockerEndpoint } from './docker-endpoint.ts'
import { demultiplex, stderrLineMs } from './docker-stream.ts'
import { collectStream, collectTimed } from './streams.ts'

/** Processes in nodes at the same time: each has its own time limit, which a crowd of them would use up by waiting. */
const mostProcesses = 12

const limits = {
  callMs: 10_000,
  /** The engine waits for the registry without an end of its own. */
  registryMs: 4_000,
}
const maxOutputBytes = 1_048_576

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
    docker ??= connect(endpoint, env)
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
          async (abortSignal) => {
            const exec = await docker.getContainer(container).exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true, abortSignal })
            const stream = await exec.start({ hijack: false, stdin: false, abortSignal })
            const output = await collectTimed(stream, maxOutputBytes)
            const { stdout, stderr } = demultiplex(output.bytes)
            const { ExitCode } = await exec.inspect({ abortSignal })
            return { exitCode: ExitCode ?? -1, stdout, stderr, lineMs: stderrLineMs(output) }
          },
          undefined,
          limitMs,
          container,
        ),
      ),
  }
}

/** The types know only the form with a callback. */
const distributionOf = (image: Docker.Image): Promise<unknown> => (image.distribution as unknown as () => Promise<unknown>).call(image)

const notAnEngine = (endpoint: string): DockerError => new DockerError('docker-error', `what answers at ${endpoint} is no Docker engine`)

/** @throws DockerError where the endpoint is none, or its certificates cannot be read */
function connect(endpoint: string, env: NodeJS.ProcessEnv): Docker {
  try {
    return new Docker(optionsOf(endpoint, env))
  } catch (error) {
    const what = env['DOCKER_HOST'] ? 'DOCKER_HOST' : 'the Docker context'
    const why = URL.canParse(endpoint) ? (error as Error).message : 'an address is unix:///var/run/docker.sock or tcp://HOST:PORT'
    throw new DockerError('docker-unreachable', `${what} says "${endpoint}", which cannot be used: ${why}`)
  }
}

/** Variables as the docker command line reads them (docker/cli, cli/flags and opts/hosts.go, v28). */
function optionsOf(endpoint: string, env: NodeJS.ProcessEnv): Docker.DockerOptions {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(endpoint)
  if (socket?.[1]) return { socketPath: socket[1] }
  const url = new URL(endpoint)
  if (!/^(?:tcp|https?|ssh):$/.test(url.protocol) || url.hostname === '')
    throw new Error('an address is unix://PATH, tcp://HOST:PORT or ssh://HOST')
  const secure = url.protocol === 'https:' || (url.protocol === 'tcp:' && Boolean(env['DOCKER_TLS_VERIFY']))
  const protocol = url.protocol === 'ssh:' ? 'ssh' : secure ? 'https' : 'http'
  const certificates = secure ? env['DOCKER_CERT_PATH'] || join(env['HOME'] || homedir(), '.docker') : undefined
  const read = (name: string): Buffer => readFileSync(join(certificates!, name))
  return {
    host: url.hostname,
    port: url.port || { ssh: 22, http: 2375, https: 2376 }[protocol],
    protocol,
    ...(url.username && { username: url.username }),
    ...(certificates !== undefined && { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }),
  }
}

const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode

const messageOf = (error: unknown): string => {
  const body = (error as { json?: { message?: unknown } }).json
  return typeof body?.message === 'string' ? body.message : (error as Error).message
}

function translate(error: unknown, what: string, endpoint: string, container = 'the container'): DockerError {
  if (error instanceof DockerError) return error.code === 'too-large' ? new DockerError('too-large', `${what}: ${error.message}`) : error
  const { code } = error as { code?: string }
  const status = statusOf(error)
  if (code === 'EACCES') return new DockerError('docker-forbidden', `permission denied at the Docker engine's socket ${endpoint}`)
  if (code && /^(?:ENOENT|ECONN|EHOST|ENOTFOUND|ENETUNREACH|EPIPE|EAI)/.test(code))
    return new DockerError('docker-unreachable', `no Docker engine answers at ${endpoint} (${code})`)
  if (status === 409)
    return new DockerError('not-running', `${container} is ${/is paused/.test(messageOf(error)) ? 'paused' : 'not running'}`)
  if (status === 404) return new DockerError('not-running', `there is no container ${container}`)
  return new DockerError('docker-error', `the Docker engine refused (${what}): ${messageOf(error)}`)
}
