import { homedir } from 'node:os'
import { join } from 'node:path'
import { showStep } from '../../remedies/show.ts'
import type { Step } from '../../model/finding.ts'
import type { Look } from '../../model/observation.ts'
import type { PlannedRepair } from '../fix/repair.ts'
import type { Machine } from './options.ts'
import { isLocal } from './port.ts'
import { sha256 } from './registry-tls.ts'
import type { TlsFiles } from './tls/files.ts'

/** So long a test of a file may take. */
const limitMs = 5000

/**
 * The authority among those that the engine trusts for this registry. Pushes do not hang on it: engines take any certificate of
 * a registry on a loopback address. Only of an engine that reads its certificates on this machine; null for any other.
 */
export async function engineTrust(
  look: Look,
  { host, env, platform }: Machine,
  { authority }: TlsFiles,
  port: number,
): Promise<PlannedRepair | null> {
  const { endpoint } = await look('docker.engine', {})
  if (platform !== 'linux' || !isLocal(endpoint)) return null
  const path = join(engineFolder(endpoint, env), 'certs.d', `localhost:${port}`, 'ca.crt')
  const repair = { title: `the engine trusts the authority for localhost:${port}`, risk: 'safe' } as const
  const present = await host.read(path).catch(() => null)
  if (present === authority.text) return { ...repair, steps: [] }
  const step: Step = { op: 'host.file.put', path, content: authority.text, expect: present === null ? null : sha256(present) }
  if (await isWritable(host, path)) return { ...repair, steps: [step] }
  const text = `only for programs that ask the engine for a verified certificate, as pushes to localhost work without; it needs root:`
  return {
    ...repair,
    steps: [
      { op: 'manual', text },
      { op: 'manual', command: showStep(step) },
    ],
  }
}

/** A rootless engine has its socket in the user's folder of run-time files. Source: docker docs, engine/security/rootless. */
const engineFolder = (endpoint: string, env: NodeJS.ProcessEnv): string =>
  /^unix:\/\/\/run\/user\/\d+\/docker\.sock$/.test(endpoint)
    ? join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'docker')
    : '/etc/docker'

/** Whether this process may write a file: by the nearest of its folders that is there. */
async function isWritable(host: Machine['host'], path: string): Promise<boolean> {
  const is = async (test: '-e' | '-w', at: string): Promise<boolean> =>
    host.run('test', [test, at], { limitMs }).then(
      ({ exitCode }) => exitCode === 0,
      () => false,
    )
  let at = path
  while (at !== '/' && !(await is('-e', at))) at = at.slice(0, at.lastIndexOf('/')) || '/'
  return is('-w', at)
}
