import { setup as setupWith } from '../../effects/setup/setup.ts'
import type { FixReport } from '../../model/fix-report.ts'
import type { Risk } from '../../model/finding.ts'
import { readText } from '../../ports/files.ts'
import { fixReporters } from '../../reporters/fix-reporters.ts'
import { documented } from '../documented.ts'
import { fixError } from '../fix-error.ts'
import { openFixView } from '../fix-view.ts'
import { runLive } from '../live.ts'
import type { SharedOptions } from '../options.ts'
import { openRepairsOr, withLock } from '../repairs.ts'
import { UsageError } from '../usage-error.ts'
import { checkKubeconfig } from './check.ts'
import { examiner } from './fix.ts'

export interface SetupArguments extends SharedOptions {
  readonly createCluster?: 'kind' | 'k3d'
  readonly config?: string
  readonly registryName?: string
  readonly port?: number
  readonly tls?: boolean
  readonly dryRun?: boolean
  readonly allow: Risk
}

/** Sets up a registry and what leads clusters to it. Returns the exit code. */
export async function setup(options: SetupArguments, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = new Date().toISOString()
  const failed = (exitCode: number, error: { code: string; message: string }): FixReport => fixError('setup', startedAt, exitCode, error)
  return documented(options, env, fixReporters, () => setUp(options, env, startedAt), failed)
}

async function setUp(options: SetupArguments, env: NodeJS.ProcessEnv, startedAt: string): Promise<FixReport> {
  checkKubeconfig(options.kubeconfig)
  if (options.config !== undefined && options.createCluster === undefined)
    throw new UsageError('--config is the configuration of a new cluster: give --create-cluster kind or k3d too')
  const config = options.config === undefined ? undefined : { path: options.config, text: await textOf(options.config) }
  const [name, ...more] = options.cluster
  if (options.createCluster !== undefined && more.length > 0)
    throw new UsageError('--create-cluster makes one cluster: give --cluster once')
  const isDry = options.dryRun === true
  return runLive(
    { ...options, toItsEnd: true },
    env,
    async (live) => {
      const repairs = await openRepairsOr(options, env, live)
      const { host } = await repairs.ports()
      const work = async (): Promise<FixReport> => {
        const view = await openFixView(!options.quiet)
        try {
          const done = await setupWith(
            {
              // A cluster that is made here is the one that is meant.
              examine: (probe, made) => examiner({ ...options, cluster: made === undefined ? options.cluster : [made] }, env, live)(probe),
              look: () => live.afresh().look,
              redact: live.redact,
              openWorld: repairs.openWorld,
              openJournal: (topology) => repairs.openJournal('setup', topology),
              machine: { host, env, platform: process.platform },
              signal: live.signal,
              tell: view.tell,
              startedAt,
            },
            {
              dryRun: isDry,
              tls: options.tls === true,
              allow: options.allow,
              ...(options.registryName !== undefined && { registryName: options.registryName }),
              ...(options.port !== undefined && { port: options.port }),
              ...(options.createCluster !== undefined && {
                createCluster: { provider: options.createCluster, ...(name !== undefined && { cluster: name }), ...(config && { config }) },
              }),
            },
          )
          return { ...done, notes: [...repairs.notes, ...done.notes] }
        } finally {
          await view.close()
        }
      }
      return isDry ? work() : withLock(repairs, 'setup', work, (error) => fixError('setup', startedAt, 3, error))
    },
    (exitCode, error, done) => (done ? { ...done, status: 'incomplete', exitCode, error } : fixError('setup', startedAt, exitCode, error)),
  )
}

async function textOf(path: string): Promise<string> {
  try {
    return await readText(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(
      `cannot read ${path}: ${code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message}`,
    )
  }
}
