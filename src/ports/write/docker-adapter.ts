import type Docker from 'dockerode'
import { Readable } from 'node:stream'
import { rejectOnAbort } from '../abort.ts'
import { DockerError } from '../docker.ts'
import { connectDocker, messageOf, statusOf, translate } from '../docker-connect.ts'
import { dockerEndpoint } from '../docker-endpoint.ts'
import { execIn } from '../docker-exec.ts'
import { collectStream } from '../streams.ts'
import { containersOf } from './docker-containers.ts'
import type { DockerRepairPort } from './docker.ts'

const callMs = 10_000
const loadMs = 15_000
const pushMs = 20_000
/** An image of a user's, over whatever line he has. */
const transferMs = 300_000
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
export function createDockerWritePort(env: NodeJS.ProcessEnv): DockerRepairPort {
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
    endpoint,
    ...containersOf(call),
    tag: (source, target) =>
      call(`tag ${source}`, callMs, async (engine, abortSignal) => {
        const colon = target.lastIndexOf(':')
        const [repo, tag] = colon > target.lastIndexOf('/') ? [target.slice(0, colon), target.slice(colon + 1)] : [target, 'latest']
        await engine.getImage(source).tag({ repo, tag, abortSignal })
      }),
    imageId: (name) =>
      call(`inspect image ${name}`, callMs, async (engine) => {
        try {
          return (await engine.getImage(name).inspect()).Id
        } catch (error) {
          if (statusOf(error) === 404) return null
          throw error
        }
      }),
    digestOf: (name) =>
      call(`look for ${name}`, callMs, async (engine) => {
        try {
          const answer = await (engine.getImage(name).distribution as unknown as () => Promise<{ Descriptor?: { digest?: string } }>).call(
            engine.getImage(name),
          )
          return answer.Descriptor?.digest ?? null
        } catch (error) {
          // The engine answers 404 or, before 23, 400 and 500 with these words.
          if (statusOf(error) === 404 || /manifest unknown|not found/i.test(messageOf(error))) return null
          throw error
        }
      }),
    pullImage: (name) =>
      call(`pull ${name}`, transferMs, async (engine, abortSignal) => {
        const { failure } = await progressOf(await engine.pull(name, { abortSignal }))
        if (failure !== undefined) throw new Error(failure)
      }),
    load: (archive) =>
      call('load an image', loadMs, async (engine, signal) => {
        const answer = await engine.loadImage(Readable.from([Buffer.from(archive)]), { quiet: true, abortSignal: signal } as object)
        const { failure } = await progressOf(answer)
        if (failure !== undefined) throw new Error(failure)
      }),
    push: (name, limitMs = pushMs) =>
      call(`push ${name}`, limitMs, async (engine, signal) => {
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
