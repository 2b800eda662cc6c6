/**
 * The directory in which runs that change something keep what they are about to do and what was there before. It can hold
 * secrets: files are for this user alone, and this is none of the write ports whose calls are logged.
 * Every name is that of a file in it. A call that this machine refuses throws a StateError.
 */
export interface StatePort {
  readonly directory: string
  /** Why it is not where it should be, in words; null where it is. */
  readonly note: string | null
  names(): Promise<readonly string[]>
  /** The bytes of a file; null where there is none. */
  read(name: string): Promise<Uint8Array | null>
  /** Makes a file. It appears whole or not at all, and is on the disk when this returns. @returns false where that name is taken */
  create(name: string, text: string): Promise<boolean>
  /**
   * Adds to a file; on the disk when this returns.
   * @param length of the file in bytes, as the caller knows it: what lies behind is of a write that was cut off, and goes
   */
  append(name: string, length: number, text: string): Promise<void>
  /** Takes the content out of a file, and leaves its name. A file that is not there is no fault. */
  clear(name: string): Promise<void>
  /** A file that is not there is no fault. */
  remove(name: string): Promise<void>
  /** A word for the very process that has this number now, as numbers are used again; null where this machine has none. */
  startOf(pid: number): Promise<string | null>
}

/** This machine refused. `code` is the system's (ENOSPC, EACCES, …), `not-private` or `shorter`. */
export class StateError extends Error {
  override readonly name = 'StateError'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
