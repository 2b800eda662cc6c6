import type { ExecOutcome } from '../docker.ts'

/** What an effect may do on this machine beside its engine and its clusters. */
export interface HostWritePort {
  /** Runs a program; argv only, no shell. @throws HostError where it is not there, or did not end in time */
  run(
    command: string,
    args: readonly string[],
    given: { readonly input?: string; readonly limitMs: number; readonly signal?: AbortSignal },
  ): Promise<ExecOutcome>
  /** A file as text; null where there is none. @throws HostError */
  read(path: string): Promise<string | null>
  /** Writes a whole file or none, with its folders, and makes sure that it is on the disk. @throws HostError */
  write(path: string, text: string, mode: number): Promise<void>
  /** A file that is not there is no fault. @throws HostError */
  remove(path: string): Promise<void>
  /** Who listens on a TCP port of this machine; `null` where nobody does. */
  portHolder(port: number): Promise<string | null>
}

/** This machine refused. `code` is the system's (ENOENT, EACCES, …) or `timeout`. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
