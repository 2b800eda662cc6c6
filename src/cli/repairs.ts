import type { LiveRepairs } from '../effects/fix/live.ts'
import type { Live } from './live.ts'
import { UsageError } from './usage-error.ts'

/** @throws UsageError where there is no place to keep what is done */
export async function openRepairsOr(
  { kubeconfig }: { readonly kubeconfig?: string },
  env: NodeJS.ProcessEnv,
  { log }: Pick<Live, 'log'>,
): Promise<LiveRepairs> {
  const { openRepairs } = await import('../effects/fix/live.ts')
  try {
    return await openRepairs({ env, log, ...(kubeconfig !== undefined && { kubeconfig }) })
  } catch (error) {
    throw new UsageError(
      `what is done must be kept, so that it can be taken back, and nothing can be: ${(error as Error).message}; set XDG_STATE_HOME`,
    )
  }
}

/** Works alone: a second run that would change things is told of the first. */
export async function withLock<T>(
  repairs: LiveRepairs,
  command: string,
  work: () => Promise<T>,
  refused: (error: { code: string; message: string }) => T,
): Promise<T> {
  const taken = await repairs.lock(command)
  if ('heldBy' in taken) {
    const { pid, host, since, command: other, path } = taken.heldBy
    const gone = `if that process is gone, remove ${path}`
    return refused({
      code: 'busy',
      message: `another run (${other}, process ${pid} on ${host}, since ${since}) makes changes: wait for its end; ${gone}`,
    })
  }
  try {
    return await work()
  } finally {
    await taken.release()
  }
}
