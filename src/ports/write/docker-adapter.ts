import type Docker from 'dockerode'
import { Readable } from 'node:stream'
import { rejectOnAbort } from '../abort.ts'
import { DockerError } from '../docker.ts'
import { connectDocker, translate } from '../docker-connect.ts'
import { dockerEndpoint } from '../docker-endpoint.ts'
import { execIn } from '../docker-exec.ts'
import { collectStream } from '../streams.ts'
import type { DockerWritePort } from './docker.ts'

const callMs = 10_000
const loadMs = 15_000
const pushMs = 20_000
const maxProgressBytes = 1_048_576

/** What the engine tells while it works: JSON objects, the last of which has a digest or an error. */
async function progressOf(stream: NodeJS.ReadableStream): Promise<{ failure?: string; digest?: string }> {
  const text = (await collectStream(stream, maxProgressBytes)).toString('utf8')
  const told = text.split('\n').flatMap((line) => (line.trim().startsWith('{') ? [JSON.parse(line) as Progress] : []))
  const failure = told.find((one) => one.error !== undefined)?.error
  const digest = told.find((one) => one.aux?.Digest !== undefined)?.aux?.Digest
  return { ...(failure !== undefined && { failure }), ...(digest !== undefined && { digest }) }
}

interface Progress {
  readonly error?: string
  readonly aux?: { readonly Digest?: string }
}

/** The Docker engine through dockerode, to write. Nothing ends a call but its limit. */
export function createDockerWritePort(env: NodeJS.ProcessEnv): DockerWritePort {
  const { url: endpoint, problem } = dockerEndpoint(env)
  let docker: Docker | undefined

  async function call<T>(what: string, limitMs: number, run: (docker: Docker, signal: AbortSignal) => Promise<T>, on?: string): Promise<T> {
    if (problem !== undefined) throw new DockerError('docker-unreachable', problem)
    docker ??= connectDocker(endpoint, env)
    const limit = AbortSignal.timeout(limitMs)
    try {
      return await Promise.race([run(docker, limit), rejectOnAbort(limit)])
    } catch (error) {
      if (limit.aborted) throw new DockerError('timeout', `the Docker engine did not answer within ${limitMs / 1000} s (${what})`)
      throw translate(error, what, endpoint, on)
    }
  }

  return {
    load: (archive) =>
      call('load an image', loadMs, async (engine, signal) => {
        const answer = await engine.loadImage(Readable.from([Buffer.from(archive)]), { quiet: true, abortSignal: signal } as object)
        const { failure } = await progressOf(answer)
        if (failure !== undefined) throw new Error(failure)
      }),
    push: (name) =>
      call(`push ${name}`, pushMs, async (engine, signal) => {
        // The engine wants credentials, and takes empty ones for none.
        const { failure, digest } = await progressOf(await engine.getImage(name).push({ authconfig: {}, abortSignal: signal } as object))
        if (digest !== undefined) return { digest }
        return { error: failure ?? 'the engine did not tell a digest' }
      }),
    untag: (name) =>
      call(`remove ${name}`, callMs, async (engine, signal) => {
        await engine.getImage(name).remove({ abortSignal: signal } as object)
      }).catch((error: unknown) => {
        if (!/no such image|there is no container/i.test((error as Error).message)) throw error
      }),
    run: (node, argv, limitMs) => call(`run ${argv[0]} in ${node}`, limitMs, (engine, signal) => execIn(engine, node, argv, signal), node),
  }
}
