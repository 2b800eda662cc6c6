/** CAP_SYS_RESOURCE: some sandboxes lack it, and then no privileged container starts without help. */
import { copyFile, chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ensureHelper } from './binaries.ts'
import { boundingSetHasSysResource } from './bounding-set.ts'

const wrapperPath = '/usr/local/sbin/registry-doctor-lab-runc'
const daemonConfig = '/etc/docker/daemon.json'

/** Whether containers of the engine can be given CAP_SYS_RESOURCE. The engine's own limits count, else ours. */
export async function canGrantSysResource(): Promise<boolean> {
  const pid = (await readFile('/var/run/docker.pid', 'utf8').catch(() => 'self')).trim()
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return boundingSetHasSysResource(status || (await readFile('/proc/self/status', 'utf8').catch(() => '')))
}

/** Merges the wrapper into Docker's settings; everything else in the file stays. */
export function withWrapper(config: string): string {
  const settings = (config.trim() === '' ? {} : JSON.parse(config)) as Record<string, unknown>
  const runtimes = (settings['runtimes'] ?? {}) as Record<string, unknown>
  const name = 'registry-doctor-lab'
  const merged = {
    ...settings,
    'default-runtime': name,
    runtimes: { ...runtimes, [name]: { path: wrapperPath } },
  }
  return `${JSON.stringify(merged, null, 2)}\n`
}

/** Makes the wrapper Docker's default runtime. Only before the lab starts an engine of its own. */
export async function installRuncWrapper(): Promise<void> {
  const built = await ensureHelper('runc-wrapper')
  // a copy outside the cache: the engine must go on working when the cache is deleted
  await mkdir(dirname(wrapperPath), { recursive: true })
  await copyFile(built, `${wrapperPath}.new`)
  await chmod(`${wrapperPath}.new`, 0o755)
  await rename(`${wrapperPath}.new`, wrapperPath)
  const before = await readFile(daemonConfig, 'utf8').catch(() => '')
  const after = withWrapper(before)
  if (after === before) return
  await mkdir(dirname(daemonConfig), { recursive: true })
  await writeFile(daemonConfig, after)
}
