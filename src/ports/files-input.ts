import { open } from 'node:fs/promises'

/** More than was asked for. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
  readonly code = 'too-large'
}

/**
 * A file byte by byte, `-` for standard input.
 * @throws TooLargeError, or the system's error
 */
export async function readBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  const source: AsyncIterable<Buffer> = path === '-' ? process.stdin : (await open(path)).createReadStream({ end: maxBytes })
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of source) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > maxBytes) throw new TooLargeError(path)
  }
  return Buffer.concat(chunks)
}
