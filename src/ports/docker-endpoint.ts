import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where the docker command line would find its engine: DOCKER_HOST, else the context of DOCKER_CONTEXT, else the current
 * context of its configuration (Docker Desktop, colima, OrbStack and rootless engines set one), else the default socket.
 * Source: docker/cli, cli/context/store and cli/command (v28).
 * @returns a URL such as `unix:///var/run/docker.sock`; `problem` where the context that is set is not there: the docker
 * command line then fails too, and another engine would be the wrong one
 */
export function dockerEndpoint(env: NodeJS.ProcessEnv): { url: string; problem?: string } {
  if (env['DOCKER_HOST']) return { url: env['DOCKER_HOST'] }
  const configDir = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker')
  const [context, by] = env['DOCKER_CONTEXT']
    ? [env['DOCKER_CONTEXT'], 'DOCKER_CONTEXT']
    : [readJson(join(configDir, 'config.json'))?.['currentContext'], join(configDir, 'config.json')]
  const standard = process.platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock'
  if (typeof context !== 'string' || context === '' || context === 'default') return { url: standard }
  const file = join(configDir, 'contexts', 'meta', createHash('sha256').update(context).digest('hex'), 'meta.json')
  const meta = readJson(file) as { Endpoints?: { docker?: { Host?: unknown } } } | undefined
  const docker = meta?.Endpoints?.docker
  if (!docker) {
    const what = existsSync(file) ? `cannot be read (${file})` : 'does not exist'
    return { url: standard, problem: `the Docker context "${context}" (set by ${by}) ${what}; see: docker context ls` }
  }
  return { url: typeof docker.Host === 'string' && docker.Host !== '' ? docker.Host : standard }
}

function readJson(path: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  } catch {
    return undefined
  }
}
