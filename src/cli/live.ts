import { liveSession, type Session } from '../engine/session.ts'
import { machineKey } from '../ports/files.ts'
import { createRedactor } from '../redact/redact.ts'
import { createCancellation } from './cancel.ts'

/** A session on the real world; secrets are replaced with this machine's key before anything sees an answer. */
async function openLiveSession(env: NodeJS.ProcessEnv, cancel: AbortSignal, kubeconfig: string | undefined): Promise<Session> {
  const [key, { openLiveObservers }] = await Promise.all([machineKey(env), import('../observe/live.ts')])
  return liveSession(await openLiveObservers(env, cancel, kubeconfig), createRedactor(key))
}

/**
 * Works with a session on the real world until the work is done, interrupted, or takes too long.
 * @param endedEarly what there is to say where the work did not get to its end
 */
export async function runLive<T>(
  { timeout, kubeconfig }: { readonly timeout: number; readonly kubeconfig?: string },
  env: NodeJS.ProcessEnv,
  work: (session: Session) => Promise<T>,
  endedEarly: (exitCode: number, error: { code: string; message: string }) => T,
): Promise<T> {
  const cancellation = createCancellation(timeout)
  try {
    const session = await openLiveSession(env, cancellation.signal, kubeconfig)
    return await Promise.race([work(session), cancellation.promise])
  } catch (error) {
    const ended = cancellation.ended()
    if (!ended) throw error
    const message = ended.code === 'timeout' ? `not done within ${timeout / 1000} s (--timeout)` : 'interrupted before it could judge'
    return endedEarly(ended.exitCode, { code: ended.code, message })
  } finally {
    cancellation.dispose()
  }
}
