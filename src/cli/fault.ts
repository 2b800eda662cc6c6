/** Tells of a fault of this tool on standard error, for a bug report. Returns its message as one line. */
export function tellFault(error: unknown): string {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
  process.stderr.write(`registry-doctor: this is a fault of registry-doctor, please report it: ${stack ?? message}\n`)
  return `a fault of registry-doctor: ${message.replace(/\s+/g, ' ')}`
}
