import * as v from 'valibot'
import type { StatePort } from '../../ports/write/state.ts'
import type { Owner } from '../owner.ts'

export const runSchema = v.object({
  host: v.string(),
  pid: v.pipe(v.number(), v.integer()),
  /** A word for that very process, as numbers are used again; null where its machine has none. */
  start: v.nullable(v.string()),
})

/** A run as what it keeps names it. */
export type Run = v.InferOutput<typeof runSchema>

/** Who asks whether a run still goes on. */
export interface Asker {
  readonly host: string
  readonly isAlive: (pid: number) => boolean
  /** ISO 8601. */
  readonly now: string
}

export const runOf = async (state: StatePort, { host, pid }: Owner): Promise<Run> => ({ host, pid, start: await state.startOf(pid) })

/** Longer than any run takes, also where somebody is to be asked. */
const longestMs = 86_400_000

/**
 * Whether a run may still go on. Of another host's, as in a container that shares this home directory, only its age can tell.
 * @param since when it was last known to begin something, ISO 8601
 */
export async function mayGoOn(state: StatePort, run: Run, since: string, { host, isAlive, now }: Asker): Promise<boolean> {
  if (run.host !== host) return Date.parse(now) - Date.parse(since) < longestMs
  if (!isAlive(run.pid)) return false
  const start = await state.startOf(run.pid)
  return start === null || run.start === null || start === run.start
}
