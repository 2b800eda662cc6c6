/** Why a run was ended before its time. */
export type Ended = { readonly exitCode: 130 | 143; readonly code: 'interrupted' } | { readonly exitCode: 3; readonly code: 'timeout' }

export interface Cancellation {
  readonly signal: AbortSignal
  readonly ended: () => Ended | null
  /** Rejects when the run is ended. */
  readonly promise: Promise<never>
  dispose(): void
}

/** Ends a run on Ctrl-C, SIGTERM or, where it has one, at its limit. */
export function createCancellation(limitMs?: number): Cancellation {
  const controller = new AbortController()
  let ended: Ended | null = null
  const end = (why: Ended): void => {
    ended ??= why
    controller.abort(new Error(why.code))
  }
  const onInterrupt = (): void => onSignal({ exitCode: 130, code: 'interrupted' })
  const onTerminate = (): void => onSignal({ exitCode: 143, code: 'interrupted' })
  const onSignal = (why: Ended): void => {
    end(why)
    // A second signal ends the process at once. Not before this one is over: who has drawn on a terminal (signal-exit 4) would
    // find that nobody else listens, and end it as well.
    setImmediate(deafen)
  }
  const deafen = (): void => {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onTerminate)
    process.off('SIGHUP', onTerminate)
  }
  const timer = limitMs === undefined ? undefined : setTimeout(() => end({ exitCode: 3, code: 'timeout' }), limitMs)
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  // The terminal was closed.
  process.on('SIGHUP', onTerminate)
  const promise = new Promise<never>((_resolve, reject) =>
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error), { once: true }),
  )
  promise.catch(() => undefined)
  return {
    signal: controller.signal,
    ended: () => ended,
    promise,
    dispose: () => {
      clearTimeout(timer)
      deafen()
    },
  }
}
