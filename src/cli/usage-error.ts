import { SelectionError, UnknownNameError } from '../discover/options.ts'

/** Wrong usage or configuration: one clear line and exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** The stable word in `error.code`. */
  readonly code: string
  constructor(message: string, code = 'usage') {
    super(message)
    this.code = code
  }
}

/** What an error says of wrong usage, and its stable word; null where it is none. */
export function usageOf(error: unknown): { code: string; message: string } | null {
  if (error instanceof UsageError) return { code: error.code, message: error.message }
  if (error instanceof UnknownNameError) return { code: 'unknown-name', message: error.message }
  return error instanceof SelectionError ? { code: 'usage', message: error.message } : null
}
