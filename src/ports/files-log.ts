import { createWriteStream } from 'node:fs'

/** A file to which lines are added as things happen: what is in it outlives whoever writes it. */
export interface LogFile {
  /** One JSON object per line, with the time at which it was written. */
  add(entry: { readonly [key: string]: unknown }): void
  close(): Promise<void>
}

/** Begins a log anew, for the user alone: it tells of his machine. */
export function openLogFile(path: string): LogFile {
  const stream = createWriteStream(path, { mode: 0o600 })
  let failed = false
  // A full disk ends the log, not the run.
  stream.on('error', () => (failed = true))
  return {
    add: (entry) => void (failed || stream.write(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`)),
    close: () => new Promise((resolve) => (failed ? resolve() : stream.end(resolve))),
  }
}
