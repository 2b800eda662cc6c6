import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import type { ExecOutcome } from '../docker.ts'
import { HostError } from './host.ts'

/** Of each stream; of what is longer the end is kept, as errors stand there. */
const maxOutputBytes = 1_048_576
/** How long a program that is told to end may take to put its things in order. */
const graceMs = 2000
/** How long output may still come once the program itself has ended: what it left behind can hold its streams open. */
const lateOutputMs = 500

export interface ProgramSettings {
  readonly env: NodeJS.ProcessEnv
  /** What it reads; without it, nothing. */
  readonly input?: string
  readonly limitMs: number
  readonly signal?: AbortSignal
}

/**
 * Runs a program of this machine to its end. It is the head of a process group of its own: with it end the programs that it
 * has started, and a Ctrl-C of the terminal reaches none of them.
 * @returns its exit code, by the shell's rule where a signal ended it, and what it wrote
 * @throws HostError `ENOENT` where there is no such program, `timeout`, `aborted` where the signal ended it
 */
export async function runProgram(command: string, args: readonly string[], settings: ProgramSettings): Promise<ExecOutcome> {
  const { env, input, limitMs, signal } = settings
  if (signal?.aborted) throw aborted(command)
  const child = spawn(command, args, { env, detached: true, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
  const [stdout, stderr] = [tailOf(child.stdout!), tailOf(child.stderr!)]
  // Who does not read its input to the end is no failure of ours.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)

  let ended: HostError | undefined
  const end = (why: HostError): void => {
    if (ended) return
    ended = why
    killGroup(child, 'SIGTERM')
    timers.push(setTimeout(() => killGroup(child, 'SIGKILL'), graceMs))
  }
  const timers = [setTimeout(() => end(new HostError('timeout', `${command} did not end within ${limitMs / 1000} s`)), limitMs)]
  const onAbort = (): void => end(aborted(command))
  signal?.addEventListener('abort', onAbort)
  try {
    const exitCode = await exitOf(child, command, timers)
    if (ended) throw ended
    return { exitCode, stdout: stdout(), stderr: stderr() }
  } finally {
    timers.forEach(clearTimeout)
    signal?.removeEventListener('abort', onAbort)
    // Of a group that was told to end nothing may stay.
    if (ended) killGroup(child, 'SIGKILL')
  }
}

const aborted = (command: string): HostError => new HostError('aborted', `${command} was ended`)

function exitOf(child: ChildProcess, command: string, timers: NodeJS.Timeout[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? 'unknown'
      reject(new HostError(code, code === 'ENOENT' ? `there is no program ${command}` : `cannot run ${command}: ${error.message}`))
    })
    child.once('exit', () => {
      const close = (): void => [child.stdout, child.stderr].forEach((one) => one?.destroy())
      timers.push(setTimeout(close, lateOutputMs))
    })
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/** The group has the number of its head. */
function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended already.
  }
}

/** Collects the end of a stream. */
function tailOf(stream: Readable): () => string {
  let chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    while (bytes - chunks[0]!.length >= maxOutputBytes) bytes -= chunks.shift()!.length
  })
  return () => {
    const all = Buffer.concat(chunks).subarray(-maxOutputBytes)
    chunks = []
    return all.toString('utf8')
  }
}
