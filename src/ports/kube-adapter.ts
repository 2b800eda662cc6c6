import { KubeConfig, type Cluster, type Context, type User } from '@kubernetes/client-node'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { request as requestPlain } from 'node:http'
import { request as requestSecure, type RequestOptions } from 'node:https'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Json } from '../model/json.ts'
import { rejectOnAbort } from './abort.ts'
import { KubeError, type KubeReadPort } from './kube.ts'
import { collectStream } from './streams.ts'

const callLimitMs = 5_000
const maxBodyBytes = 32 * 1_048_576

/**
 * The Kubernetes API with the credentials of the user's kubeconfig.
 * @param kubeconfig a file that replaces KUBECONFIG and ~/.kube/config
 */
export function createKubePort(env: NodeJS.ProcessEnv, cancel: AbortSignal, kubeconfig?: string, limitMs = callLimitMs): KubeReadPort {
  const files =
    kubeconfig === undefined ? (env['KUBECONFIG'] || join(env['HOME'] || homedir(), '.kube', 'config')).split(delimiter) : [kubeconfig]
  let loaded: Loaded | undefined
  const load = (): Loaded => (loaded ??= loadAll(files.filter((file) => file !== '' && existsSync(file))))

  return {
    async contexts() {
      const { contexts, clusters } = load()
      return {
        contexts: contexts.flatMap(({ name, cluster: clusterName }) => {
          const cluster = clusters.find((one) => one.name === clusterName)
          return cluster ? [{ name, cluster: cluster.name, server: cluster.server, caSha256: fingerprint(cluster) }] : []
        }),
      }
    },
    async get(context, path) {
      const config = new KubeConfig()
      config.loadFromOptions({ ...load(), currentContext: context })
      const server = config.getCurrentCluster()?.server
      if (!server) throw new KubeError('kube-unreachable', `the kubeconfig has no cluster for the context ${context}`)
      if (!URL.canParse(server))
        throw new KubeError('kube-unreachable', `the server of the context ${context} is "${server}", which is no URL`)
      // An API can lie below a path.
      const url = new URL(server.replace(/\/+$/, '') + path)
      const limit = AbortSignal.timeout(limitMs)
      const signal = AbortSignal.any([cancel, limit])
      const options: RequestOptions = { method: 'GET', headers: { accept: 'application/json' }, signal }
      try {
        await Promise.race([credentials(config, options, context), rejectOnAbort(signal)])
        return await get(url, options)
      } catch (error) {
        if (error instanceof KubeError || cancel.aborted) throw error
        if (limit.aborted) throw new KubeError('timeout', `the Kubernetes API at ${url.host} did not answer within ${limitMs / 1000} s`)
        const { code, message } = error as NodeJS.ErrnoException
        const why = code === undefined || code === 'too-large' ? message : code
        throw new KubeError('kube-unreachable', `the Kubernetes API at ${url.host} cannot be reached: ${why}`)
      }
    },
  }
}

interface Loaded {
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

function get(url: URL, options: RequestOptions): Promise<{ status: number; body: Json }> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'http:' ? requestPlain : requestSecure
    const { agent, ...plain } = options
    const call = request(url, url.protocol === 'http:' ? plain : { ...plain, agent }, (answer) => {
      collectStream(answer, maxBodyBytes).then(
        (body) => resolve({ status: answer.statusCode ?? 0, body: parse(body.toString('utf8')) }),
        reject,
      )
    })
    call.once('error', reject)
    call.end()
  })
}

const parse = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

function fingerprint(cluster: { caData?: string; caFile?: string }): string | null {
  try {
    const pem = cluster.caData ? Buffer.from(cluster.caData, 'base64') : cluster.caFile ? readFileSync(cluster.caFile) : null
    return pem && pemFingerprint(pem.toString('utf8'))
  } catch {
    return null
  }
}

/** sha256 of the first certificate's DER bytes in base64, whatever the line breaks of its PEM text. */
export function pemFingerprint(pem: string): string | null {
  const body = /-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/.exec(pem)?.[1]
  return body === undefined ? null : createHash('sha256').update(Buffer.from(body, 'base64')).digest('base64')
}
