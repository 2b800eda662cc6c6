import type { TimedBytes } from './streams.ts'

interface Frame {
  readonly stream: number
  /** Where its content begins. */
  readonly start: number
  readonly content: Buffer
}

/**
 * Output of a container without a terminal comes in frames: one byte stream, three zero, four length. What is no frame is
 * the output of a terminal.
 */
function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  for (let at = 0; at + 8 <= bytes.length;) {
    const stream = bytes[at]!
    if (stream > 2 || bytes.readUIntBE(at + 1, 3) !== 0) {
      frames.push({ stream: 1, start: at, content: bytes.subarray(at) })
      break
    }
    const start = at + 8
    const end = start + bytes.readUInt32BE(at + 4)
    frames.push({ stream, start, content: bytes.subarray(start, end) })
    at = end
  }
  if (bytes.length > 0 && bytes.length < 8) frames.push({ stream: 1, start: 0, content: bytes })
  return frames
}

export function demultiplex(bytes: Buffer): { stdout: string; stderr: string; both: string } {
  const frames = framesOf(bytes)
  const textOf = (chosen: readonly Frame[]): string => Buffer.concat(chosen.map((one) => one.content)).toString('utf8')
  return {
    stdout: textOf(frames.filter((one) => one.stream !== 2)),
    stderr: textOf(frames.filter((one) => one.stream === 2)),
    both: textOf(frames),
  }
}

/** For each line of standard error the milliseconds from the start until its end was there. */
export function stderrLineMs({ bytes, arrivals }: TimedBytes): number[] {
  const newline = 0x0a
  const frames = framesOf(bytes).filter((one) => one.stream === 2 && one.content.length > 0)
  const ends = frames.flatMap(({ start, content }) => [...content.keys()].filter((at) => content[at] === newline).map((at) => start + at))
  const last = frames.at(-1)
  if (last && last.content.at(-1) !== newline) ends.push(last.start + last.content.length - 1)
  let piece = 0
  return ends.map((end) => {
    while (piece < arrivals.length - 1 && arrivals[piece]!.end <= end) piece++
    return arrivals[piece]!.ms
  })
}
