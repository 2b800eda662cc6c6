import { setTimeout as sleep } from 'node:timers/promises'
import { errorReport } from '../engine/report.ts'
import type { Report } from '../model/report.ts'
import { createCancellation } from './cancel.ts'
import { openWaitView } from './wait-view.ts'
import { waitUntilHealthy, type Examined } from './wait.ts'

interface WaitOptions {
  readonly wait: number
  readonly timeout: number
  readonly quiet?: boolean
}

/**
 * Waits for the real world to be healthy. The report is that of the last examination; its time is that of the whole run.
 * @param examine examines once, in a session of its own; told whether it is the first time, which alone is drawn
 */
export async function waitLive(
  { wait, timeout, quiet = false }: WaitOptions,
  examine: (timeoutMs: number, isFirst: boolean) => Promise<Examined>,
): Promise<Report> {
  const startedAt = new Date().toISOString()
  const started = performance.now()
  // Ctrl-C counts between two examinations as well.
  const cancellation = createCancellation()
  const view = openWaitView(process.stderr, wait)
  const run = (): Pick<Report, 'startedAt' | 'durationMs'> => ({ startedAt, durationMs: Math.round(performance.now() - started) })
  let isFirst = true
  try {
    const report = await waitUntilHealthy({
      limitMs: wait,
      timeoutMs: timeout,
      examine: (timeoutMs) => {
        const examined = examine(timeoutMs, isFirst)
        isFirst = false
        return examined
      },
      tell: (cause, elapsedMs) => {
        if (!quiet) view.tell(cause, elapsedMs)
      },
      now: () => performance.now(),
      pause: (ms) => sleep(ms, undefined, { signal: cancellation.signal }),
    })
    return { ...report, ...run() }
  } catch (error) {
    const ended = cancellation.ended()
    if (!ended) throw error
    return errorReport({ ...run(), mode: 'live' }, ended.exitCode, { code: ended.code, message: 'interrupted while it waited' })
  } finally {
    view.close()
    cancellation.dispose()
  }
}
