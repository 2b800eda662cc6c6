import { expect, test } from 'vitest'
import { demultiplex, stderrLineMs } from '../../src/ports/docker-stream.ts'
import { frame } from './fake-engine.ts'

/** Pieces as they came: one every ten milliseconds. */
function came(...pieces: readonly Buffer[]): Parameters<typeof stderrLineMs>[0] {
  let end = 0
  return { bytes: Buffer.concat(pieces), arrivals: pieces.map((one, index) => ({ end: (end += one.length), ms: index * 10 })) }
}
const split = (bytes: Buffer, at: number): Buffer[] => [bytes.subarray(0, at), bytes.subarray(at)]

test.each<[string, Buffer[], number[]]>([
  ['nothing', [], []],
  ['a line to a frame and a frame to a piece', [frame(2, 'a\n'), frame(2, 'b\n')], [0, 10]],
  ['lines of one frame', [frame(2, 'a\nb\n\nc\n')], [0, 0, 0, 0]],
  ['a last line without an end', [frame(2, 'a\n'), frame(2, 'b')], [0, 10]],
  ['a line in two frames comes with the second', [frame(2, 'a'), frame(2, 'b\nc\n')], [10, 10]],
  ['a line cut in its middle comes with its end', split(frame(2, 'abc\nd\n'), 10), [10, 10]],
  ['a line cut before its end', split(frame(2, 'a\nb\n'), 11), [0, 10]],
  ['standard output has no lines here', [frame(1, 'x\n'), frame(2, 'a\n'), frame(1, 'y\n'), frame(2, 'b\n')], [10, 30]],
  ['an empty frame', [frame(2, ''), frame(2, 'a\n'), frame(2, '')], [10]],
  ['characters of several bytes', [frame(2, 'ü\n'), frame(2, '世\n')], [0, 10]],
])('times of lines: %s', (_what, pieces, expected) => {
  const output = came(...pieces)
  expect(stderrLineMs(output)).toEqual(expected)
  const lines = demultiplex(output.bytes).stderr.split('\n')
  if (lines.at(-1) === '') lines.pop()
  expect(expected).toHaveLength(lines.length)
})
