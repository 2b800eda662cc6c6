import { oneLine } from '../reporters/text.ts'
import type { WaitedFor } from './wait.ts'

/** Standard error, or what stands for it. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface WaitView {
  tell(cause: WaitedFor, elapsedMs: number): void
  close(): void
}

const clearLine = '\r\u001b[2K'

/** Tells what is waited for: on a terminal in one line that is renewed, elsewhere in a line for each cause. */
export function openWaitView(screen: Screen, limitMs: number): WaitView {
  const limit = `${limitMs / 1000} s`
  let told: string | undefined
  return {
    tell({ key, text }, elapsedMs) {
      const elapsed = Math.round(elapsedMs / 1000)
      if (screen.isTTY)
        screen.write(`${clearLine}${`waiting, ${elapsed} of ${limit}: ${oneLine(text)}`.slice(0, (screen.columns ?? 80) - 1)}`)
      else if (told === undefined) screen.write(`registry-doctor: waiting up to ${limit}: ${oneLine(text)}\n`)
      else if (told !== key) screen.write(`registry-doctor: still waiting after ${elapsed} s: ${oneLine(text)}\n`)
      told = key
    },
    close() {
      if (screen.isTTY && told !== undefined) screen.write(clearLine)
    },
  }
}
