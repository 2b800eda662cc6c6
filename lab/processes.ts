/** Which processes are ours, over the death of the command that started them. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A process is named by pid and start time, because pids are used again. Undefined if it does not live. */
export function processIdentity(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  try {
    // field 22 of stat; the command name before it may hold spaces and brackets
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return undefined
    return `${pid} ${fields[19]}`
  } catch {
    return `${pid}`
  }
}

/** Whether the process of this identity still lives. */
export function isAlive(identity: string): boolean {
  const pid = Number.parseInt(identity, 10)
  return pid > 0 && processIdentity(pid) === identity.trim()
}

/** Pid of an identity. */
export function pidOf(identity: string): number {
  return Number.parseInt(identity, 10)
}

/** Notes a child, so that the next lab command can end it if we are killed before it ends. */
export function noteChild(dir: string, pid: number): void {
  const child = processIdentity(pid)
  if (child === undefined) return
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, `${pid}`), `${processIdentity(process.pid) ?? ''}\n${child}`)
}

export function forgetChild(dir: string, pid: number): void {
  rmSync(join(dir, `${pid}`), { force: true })
}

/** Ends children whose lab command is dead: a `kind create` left alone would work against the next one. */
export function endOrphans(dir: string): void {
  let files: string[] = []
  try {
    files = readdirSync(dir)
  } catch {
    return // nothing was ever noted
  }
  for (const file of files) {
    const [owner = '', child = ''] = readFileSync(join(dir, file), 'utf8').split('\n')
    if (isAlive(owner)) continue
    try {
      if (isAlive(child)) process.kill(-pidOf(child), 'SIGKILL')
    } catch {
      // it has just ended
    }
    rmSync(join(dir, file), { force: true })
  }
}
