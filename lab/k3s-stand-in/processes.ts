/** The programs that are parts of k3s' one process: when one ends, k3s ends. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { fatal, info } from './log.ts'
import { logsDir, programsDir } from './paths.ts'

const running = new Set<ChildProcess>()
let ending = false

const gracePeriod = 1_000

/** k3s' own containerd and what it starts lie where others look for them; all else is inside k3s. */
process.env['PATH'] = `${process.env['PATH'] ?? ''}:${programsDir}`

/** Starts a program that runs as long as k3s does. Its output goes to a file. */
export function start(program: string, args: readonly string[], log = `${logsDir}/${program}.log`): void {
  mkdirSync(dirname(log), { recursive: true })
  const file = openSync(log, 'a')
  const child = spawn(program, [...args], { stdio: ['ignore', file, file] })
  running.add(child)
  const ended = (why: string): void => {
    running.delete(child)
    if (!ending) fatal(`${program} ended: ${why}; its log: ${log}`)
  }
  child.once('error', (error) => ended(error.message))
  child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`))
}

/** Runs a program to its end; gives what it prints. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, [...args], { maxBuffer: 16 * 1024 * 1024 })).stdout
}

/** Ends everything, and as fast as k3s ends: the API server would take its time. */
export async function stopAll(): Promise<void> {
  ending = true
  for (const child of running) child.kill('SIGTERM')
  for (const end = Date.now() + gracePeriod; running.size > 0 && Date.now() < end;) await sleep(50)
  for (const child of running) child.kill('SIGKILL')
}

/** Waits until something works; says once a while what it waits for. */
export async function until(what: string, works: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await works().catch(() => false)); tries++) {
    if (tries % 100 === 99) info(`Waiting for ${what}`)
    await sleep(100)
  }
}
