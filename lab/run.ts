/** Runs child processes, keeps their output, and ends them with us. */
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cachePath } from './paths.ts'
import { forgetChild, noteChild } from './processes.ts'

export interface RunResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string | undefined
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly input?: string | undefined
  /** File that gets the command line and everything it prints. */
  readonly log?: string | undefined
  /** Kill the command after so many milliseconds. */
  readonly timeout?: number | undefined
  /** Kill the command if it has printed nothing on stdout by then (a server that does not answer). */
  readonly firstOutputTimeout?: number | undefined
  /** false: a non-zero exit code is a result, not an error. Default true. */
  readonly check?: boolean | undefined
}

/** A command that was expected to succeed did not. */
class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly result: RunResult
  constructor(command: string, result: RunResult) {
    const last = (result.stderr.trim() || result.stdout.trim()).split('\n').at(-1) ?? ''
    super(`${command} failed with code ${result.code}${last ? `: ${last}` : ''}`)
    this.result = result
  }
}

const children = new Set<number>()
const childNotes = cachePath('children')
let stopping = false

/** Each child leads a process group of its own, so that its descendants end with it. */
function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // it has just ended
  }
}

/** Ends every running child with all its descendants. */
function killChildren(signal: NodeJS.Signals = 'SIGTERM'): void {
  for (const pid of children) killGroup(pid, signal)
}

/** For Ctrl-C: ends all children, waits for them, and lets nothing new start. */
export async function stopEverything(): Promise<void> {
  stopping = true
  killChildren()
  for (let i = 0; i < 30 && children.size > 0; i++) await sleep(100)
  killChildren('SIGKILL')
}

/** Runs a command to its end. Without `check: false` a non-zero code throws a CommandError. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  // while we are being stopped, nobody shall act on half results
  if (stopping) return new Promise(() => {})
  const { log, check = true } = options
  const note = (text: string | Buffer): void => {
    if (log) appendFileSync(log, text)
  }
  note(`\n$ ${[command, ...args].join(' ')}\n`)
  return new Promise((resolve, reject) => {
    const env = options.env ? { ...process.env, ...options.env } : process.env
    const child = spawn(command, args, { cwd: options.cwd, env, stdio: 'pipe', detached: true })
    const { pid } = child
    if (pid !== undefined) {
      children.add(pid)
      noteChild(childNotes, pid)
    }
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const stop = (why: string): void => {
      note(`(${why})\n`)
      stderr.push(Buffer.from(`${why}\n`))
      if (pid !== undefined) killGroup(pid, 'SIGKILL')
    }
    const { timeout, firstOutputTimeout } = options
    const timers = [
      timeout && setTimeout(() => stop(`not finished after ${timeout} ms`), timeout),
      firstOutputTimeout &&
        setTimeout(() => {
          if (stdout.length === 0) stop(`no answer after ${firstOutputTimeout} ms`)
        }, firstOutputTimeout),
    ]
    child.stdout.on('data', (chunk: Buffer) => (note(chunk), stdout.push(chunk)))
    child.stderr.on('data', (chunk: Buffer) => (note(chunk), stderr.push(chunk)))
    child.stdin.on('error', () => {}) // a child that ends without reading its input is judged by its code
    child.stdin.end(options.input ?? '')
    const done = (code: number, extra = ''): void => {
      for (const timer of timers) if (timer) clearTimeout(timer)
      if (pid !== undefined) {
        children.delete(pid)
        forgetChild(childNotes, pid)
      }
      if (stopping) return
      const result: RunResult = {
        code,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8') + extra,
      }
      if (code !== 0 && check) reject(new CommandError(`${basename(command)} ${args[0] ?? ''}`.trim(), result))
      else resolve(result)
    }
    child.once('error', (error) => done(127, error.message))
    child.once('close', (code) => done(code ?? 1))
  })
}

/** Runs a command and gives its trimmed standard output. */
export async function output(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return (await run(command, args, options)).stdout.trim()
}

/** Waits for all; when one fails, the others' commands are ended, because nobody needs their results. */
export async function together(work: readonly Promise<unknown>[]): Promise<void> {
  try {
    await Promise.all(work)
  } catch (error) {
    killChildren()
    throw error
  }
}
