import { KubeConfig, type Cluster, type Context, type User } from '@kubernetes/client-node'
import { existsSync, readFileSync } from 'node:fs'
import { request as requestPlain, type IncomingMessage } from 'node:http'
import { request as requestSecure, type RequestOptions } from 'node:https'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Json } from '../model/json.ts'
import { rejectOnAbort } from './abort.ts'
import { KubeError } from './kube.ts'
import { collectStream } from './streams.ts'

/** One request to an API; `body` is sent as JSON. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With its query, such as `/api/v1/nodes?limit=1`. */
  readonly path: string
  readonly body?: Json
}

/** The Kubernetes APIs of a kubeconfig. Credentials never leave it. */
export interface KubeConnection {
  /** What the kubeconfig has; read once. */
  loaded(): Loaded
  /** Any HTTP status is an answer. */
  request(context: string, request: KubeRequest, cancel: AbortSignal, limitMs: number): Promise<{ status: number; body: Json }>
  /** An answer without an end, line by line. Resolves where the API ends it; rejects where it cannot be had or `signal` ends it. */
  lines(context: string, path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void>
}

const maxBodyBytes = 32 * 1_048_576

/**
 * APIs with the credentials of the user's kubeconfig.
 * @param kubeconfig a file that replaces KUBECONFIG and ~/.kube/config
 */
export function connectKube(env: NodeJS.ProcessEnv, kubeconfig?: string): KubeConnection {
  const files =
    kubeconfig === undefined ? (env['KUBECONFIG'] || join(env['HOME'] || homedir(), '.kube', 'config')).split(delimiter) : [kubeconfig]
  let known: Loaded | undefined
  const loaded = (): Loaded => (known ??= loadAll(files.filter((file) => file !== '' && existsSync(file))))

  const open = async (context: string, { method, path, body }: KubeRequest, signal: AbortSignal): Promise<IncomingMessage> => {
    const config = new KubeConfig()
    config.loadFromOptions({ ...loaded(), currentContext: context })
    const url = urlOf(config, context, path)
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      accept: 'application/json',
      ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    }
    const options: RequestOptions = { method, headers }
    await Promise.race([credentials(config, options, context), rejectOnAbort(signal)])
    return send(url, options, text, signal)
  }

  return {
    loaded,
    async request(context, request, cancel, limitMs) {
      const limit = AbortSignal.timeout(limitMs)
      try {
        const answer = await open(context, request, AbortSignal.any([cancel, limit]))
        return { status: answer.statusCode ?? 0, body: parse((await collectStream(answer, maxBodyBytes)).toString('utf8')) }
      } catch (error) {
        if (error instanceof KubeError || cancel.aborted) throw error
        const server = hostOf(loaded(), context)
        if (limit.aborted) throw new KubeError('timeout', `the Kubernetes API at ${server} did not answer within ${limitMs / 1000} s`)
        throw unreachable(error, server)
      }
    },
    async lines(context, path, onLine, signal) {
      try {
        const answer = await open(context, { method: 'GET', path }, signal)
        if (answer.statusCode !== 200) throw new KubeError('kube-unreachable', `GET ${path}: HTTP ${answer.statusCode}`)
        let rest = ''
        answer.setEncoding('utf8')
        for await (const chunk of answer) {
          const parts = (rest + String(chunk)).split('\n')
          rest = parts.pop() ?? ''
          parts.forEach((line) => line !== '' && onLine(line))
        }
      } catch (error) {
        if (error instanceof KubeError || signal.aborted) throw error
        throw unreachable(error, hostOf(loaded(), context))
      }
    },
  }
}

function urlOf(config: KubeConfig, context: string, path: string): URL {
  const server = config.getCurrentCluster()?.server
  if (!server) throw new KubeError('kube-unreachable', `the kubeconfig has no cluster for the context ${context}`)
  if (!URL.canParse(server)) throw new KubeError('kube-unreachable', `the server of the context ${context} is "${server}", which is no URL`)
  // An API can lie below a path.
  return new URL(server.replace(/\/+$/, '') + path)
}

function hostOf({ contexts, clusters }: Loaded, context: string): string {
  const server = clusters.find((one) => one.name === contexts.find(({ name }) => name === context)?.cluster)?.server ?? ''
  return URL.canParse(server) ? new URL(server).host : server
}

function unreachable(error: unknown, server: string): KubeError {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === undefined || code === 'too-large' ? message : code
  return new KubeError('kube-unreachable', `the Kubernetes API at ${server} cannot be reached: ${why}`)
}

function send(url: URL, options: RequestOptions, body: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'http:' ? requestPlain : requestSecure
    const { agent, ...plain } = options
    const call = request(url, url.protocol === 'http:' ? plain : { ...plain, agent }, resolve)
    call.once('error', reject)
    // Not by Node's own option: it throws its reason at nobody where the answer has just come to its end (v20.20).
    const end = (): void => void call.destroy()
    signal.addEventListener('abort', end, { once: true })
    call.once('close', () => signal.removeEventListener('abort', end))
    if (signal.aborted) return end()
    call.end(body)
  })
}

const parse = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

export interface Loaded {
  readonly clusters: Cluster[]
  readonly contexts: Context[]
  readonly users: User[]
}

/** Of names that several files give, the first file's counts, as for kubectl. */
function loadAll(files: readonly string[]): Loaded {
  const all: Loaded = { clusters: [], contexts: [], users: [] }
  const add = <T extends { name: string }>(to: T[], from: readonly T[]): void =>
    from.forEach((one) => void (to.some((other) => other.name === one.name) || to.push(one)))
  for (const file of files) {
    try {
      if (readFileSync(file, 'utf8').trim() === '') continue
      const one = new KubeConfig()
      one.loadFromFile(file)
      add(all.clusters, one.clusters)
      add(all.contexts, one.contexts)
      add(all.users, one.users)
    } catch (error) {
      throw new KubeError('kubeconfig-unreadable', `${file} is no kubeconfig: ${firstLine(error)}`)
    }
  }
  return all
}

/** Adds what the user of the context proves himself with: certificates, a token, or what a plugin says. */
async function credentials(config: KubeConfig, options: RequestOptions, context: string): Promise<void> {
  try {
    await config.applyToHTTPSOptions(options)
  } catch (error) {
    throw new KubeError('kube-unreachable', `the credentials of the context ${context} cannot be had: ${firstLine(error)}`)
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!
