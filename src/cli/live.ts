import { liveSession, type Session } from '../engine/session.ts'
import { machineKey, whyNotWritable } from '../ports/files.ts'
import type { LogFile } from '../ports/files-log.ts'
import { createRedactor } from '../redact/redact.ts'
import { createCancellation } from './cancel.ts'
import { UsageError } from './usage-error.ts'

/** A run on the real world. */
export interface Live {
  readonly session: Session
  /** Another session on the same world, which remembers nothing of this one. */
  afresh(): Session
  /** Ends the run. */
  readonly signal: AbortSignal
  /** The run does not end before this is settled: what was made is taken away on every path. */
  hold(work: Promise<unknown>): void
  /** What is not of a session, without its secrets. */
  redact<T>(value: T): T
  /** Keeps what happened, where the user wants it kept. */
  log(entry: { readonly [key: string]: unknown }): void
}

/** Secrets are replaced with this machine's key before anything sees an answer. */
async function openSessions(
  env: NodeJS.ProcessEnv,
  cancel: AbortSignal,
  kubeconfig: string | undefined,
  log: Live['log'],
): Promise<{ readonly afresh: () => Session; readonly redact: Live['redact'] }> {
  const [key, { openLiveObservers }] = await Promise.all([machineKey(env), import('../observe/live.ts')])
  const observers = await openLiveObservers(env, cancel, kubeconfig)
  const redact = createRedactor(key)
  return { afresh: () => liveSession(observers, redact, ({ kind, ...observed }) => log({ observed: kind, ...observed })), redact }
}

interface LiveOptions {
  readonly timeout: number
  readonly kubeconfig?: string
  readonly logFile?: string
  /** The work ends by its signal, and what it did until then is told: it is waited for. */
  readonly toItsEnd?: boolean
}

/**
 * Works on the real world until the work is done, interrupted, or takes too long.
 * @param endedEarly what there is to say where the work did not get to its end
 */
export async function runLive<T>(
  { timeout, kubeconfig, logFile, toItsEnd }: LiveOptions,
  env: NodeJS.ProcessEnv,
  work: (live: Live) => Promise<T>,
  endedEarly: (exitCode: number, error: { code: string; message: string }, doneSoFar?: T) => T,
): Promise<T> {
  const held: Promise<unknown>[] = []
  const file = await logTo(logFile)
  const cancellation = createCancellation(timeout)
  const log: Live['log'] = (entry) => file?.add(entry)
  const early = (doneSoFar?: T): T | null => {
    const ended = cancellation.ended()
    if (!ended) return null
    const message = ended.code === 'timeout' ? `not done within ${timeout / 1000} s (--timeout)` : 'interrupted before it could judge'
    return endedEarly(ended.exitCode, { code: ended.code, message }, doneSoFar)
  }
  try {
    const { afresh, redact } = await openSessions(env, cancellation.signal, kubeconfig, log)
    const live: Live = { session: afresh(), afresh, redact, signal: cancellation.signal, hold: (one) => void held.push(one), log }
    if (toItsEnd !== true) return await Promise.race([work(live), cancellation.promise])
    const done = await work(live)
    return early(done) ?? done
  } catch (error) {
    const ended = early()
    if (ended === null) throw error
    return ended
  } finally {
    await Promise.allSettled(held)
    await file?.close()
    cancellation.dispose()
  }
}

async function logTo(path: string | undefined): Promise<LogFile | undefined> {
  if (path === undefined) return undefined
  const why = whyNotWritable(path)
  if (why !== null) throw new UsageError(`cannot write ${path}: ${why}`)
  const { openLogFile } = await import('../ports/files-log.ts')
  return openLogFile(path)
}
