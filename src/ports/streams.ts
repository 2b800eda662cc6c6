import { DockerError } from './docker.ts'

/** Bytes of a stream, with when each piece of it came. */
export interface TimedBytes {
  readonly bytes: Buffer
  /** Each piece by where it ends, with the milliseconds from the start until it was there. */
  readonly arrivals: readonly { readonly end: number; readonly ms: number }[]
}

/** Reads a stream to its end. Throws where it is longer than `maxBytes`. */
export const collectStream = async (stream: NodeJS.ReadableStream, maxBytes: number): Promise<Buffer> =>
  (await collectTimed(stream, maxBytes)).bytes

/** The same, with when each piece came. */
export async function collectTimed(stream: NodeJS.ReadableStream, maxBytes: number): Promise<TimedBytes> {
  const started = performance.now()
  const chunks: Buffer[] = []
  const arrivals: { end: number; ms: number }[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > maxBytes) throw new DockerError('too-large', `more than ${maxBytes} bytes`)
    chunks.push(bytes)
    arrivals.push({ end: size, ms: Math.round(performance.now() - started) })
  }
  return { bytes: Buffer.concat(chunks), arrivals }
}
