import { hostname } from 'node:os'

/** Whose run something is: a later run tells by it whether that process still lives. */
export interface Owner {
  readonly host: string
  readonly pid: number
}

export const thisProcess = (): Owner => ({ host: hostname(), pid: process.pid })

/** Whether a process of this host lives. Another user's cannot be signalled, and lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
