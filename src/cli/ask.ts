import { createInterface } from 'node:readline/promises'
import { oneLine } from '../reporters/text.ts'

/** Where a question is asked and answered. */
export interface Dialogue {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

const terminal = (): Dialogue => ({ input: process.stdin, output: process.stderr })

/** Whether there is somebody to ask: standard input and standard error are both a terminal. */
export const canAsk = (): boolean => isTerminal(process.stdin) && isTerminal(process.stderr)

/** Undefined in a pipe, whatever its type says. */
const isTerminal = ({ isTTY }: { readonly isTTY?: boolean }): boolean => isTTY ?? false

/**
 * Asks a question on standard error and waits for the answer. Only `y` and `yes` are yes: Enter, any other word, Ctrl-C, Ctrl-D,
 * the end of the input and of the run are no.
 */
export async function askYesNo(question: string, signal: AbortSignal, { input, output }: Dialogue = terminal()): Promise<boolean> {
  if (signal.aborted) return false
  const dialogue = createInterface({ input, output })
  // A question that is left open is never answered by readline: not when its input ends, nor on Ctrl-C.
  const left = new Promise<null>((resolve) => dialogue.once('close', () => resolve(null)))
  try {
    const answer = await Promise.race([dialogue.question(`${oneLine(question)} [y/N] `, { signal }), left])
    // What comes next begins on a line of its own.
    if (answer === null) output.write('\n')
    return answer !== null && /^y(?:es)?$/i.test(answer.trim())
  } catch (error) {
    if (!signal.aborted) throw error
    output.write('\n')
    return false
  } finally {
    dialogue.close()
  }
}
