import { liveSession, type Session } from '../engine/session.ts'
import { machineKey } from '../ports/files.ts'
import { createRedactor } from '../redact/redact.ts'

/** A session on the real world; secrets are replaced with this machine's key before anything sees an answer. */
export async function openLiveSession(env: NodeJS.ProcessEnv, cancel: AbortSignal, kubeconfig: string | undefined): Promise<Session> {
  const [key, { openLiveObservers }] = await Promise.all([machineKey(env), import('../observe/live.ts')])
  return liveSession(await openLiveObservers(env, cancel, kubeconfig), createRedactor(key))
}
