import Docker from 'dockerode'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { DockerError } from './docker.ts'

/**
 * The engine at an endpoint, as the docker command line would reach it.
 * @throws DockerError where the endpoint is none, or its certificates cannot be read
 */
export function connectDocker(endpoint: string, env: NodeJS.ProcessEnv): Docker {
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

/** The HTTP status with which the engine refused. */
export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode

export const messageOf = (error: unknown): string => {
  const body = (error as { json?: { message?: unknown } }).json
  return typeof body?.message === 'string' ? body.message : (error as Error).message
}

/** What a call of the engine failed by, in words for the user. */
export function translate(error: unknown, what: string, endpoint: string, container = 'the container'): DockerError {
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
