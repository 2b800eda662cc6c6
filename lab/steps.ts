/** One progress line on stderr per step; everything else goes to the step's log. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cachePath } from './paths.ts'

/** A step failed; the message names the step and its log, `tail` holds the end of that log. */
export class StepError extends Error {
  override readonly name = 'StepError'
  readonly tail: string
  constructor(title: string, log: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`step '${title}' failed: ${why} (log: ${log})`, { cause })
    this.tail = tailOf(log, 15)
  }
}

function tailOf(log: string, lines: number): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return ''
  }
}

/** Prints one progress line. */
export function progress(name: string, what: string): void {
  process.stderr.write(`${name} … ${what}\n`)
}

export interface StepContext {
  /** Path of the step's log, to be given to `run`. */
  readonly log: string
  /** Says that nothing had to be done: the line shows this word in place of the time. */
  done(word: string): void
}

/** Runs one step. What it throws comes out as a StepError with the end of the step's log. */
export async function step<T>(name: string, work: (context: StepContext) => Promise<T>): Promise<T> {
  mkdirSync(cachePath('logs'), { recursive: true })
  const log = cachePath('logs', `${name.replaceAll(/[^a-zA-Z0-9.]+/g, '-')}.log`)
  writeFileSync(log, '')
  const start = performance.now()
  let word: string | undefined
  try {
    const result = await work({ log, done: (w) => (word = w) })
    progress(name, word ?? `${((performance.now() - start) / 1000).toFixed(1)} s`)
    return result
  } catch (error) {
    // an inner step has already said what failed
    throw error instanceof StepError ? error : new StepError(name, log, error)
  }
}
