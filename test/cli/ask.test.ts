import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { askYesNo, type Dialogue } from '../../src/cli/ask.ts'

interface Asked extends Dialogue {
  readonly input: PassThrough
  readonly output: PassThrough
  readonly written: () => string
}

/** @param isTerminal whether keys come one by one, and Ctrl-C as a character of its own */
function dialogue(isTerminal: boolean): Asked {
  const [input, output] = [new PassThrough(), new PassThrough()]
  let text = ''
  output.on('data', (chunk: Buffer) => (text += chunk.toString()))
  if (isTerminal) {
    Object.assign(input, { isTTY: true, setRawMode: () => input })
    Object.assign(output, { isTTY: true, columns: 80 })
  }
  return { input, output, written: () => text }
}

const never = new AbortController().signal

async function answered(keys: string, isTerminal: boolean): Promise<boolean> {
  const asked = dialogue(isTerminal)
  const answer = askYesNo('write hosts.toml on 3 nodes?', never, asked)
  asked.input.write(keys)
  return answer
}

describe.each([
  ['on a terminal', true],
  ['in a pipe', false],
])('%s', (_where, isTerminal) => {
  test.each(['y\n', 'Y\n', 'yes\n', ' YES \n'])('%j is yes', async (keys) => expect(await answered(keys, isTerminal)).toBe(true))
  test.each(['\n', 'n\n', 'no\n', 'yo\n', 'yesterday\n', 'ja\n', ' \n'])('%j is no', async (keys) =>
    expect(await answered(keys, isTerminal)).toBe(false),
  )

  test('the end of the input is no, and what comes next has a line of its own', async () => {
    const asked = dialogue(isTerminal)
    const answer = askYesNo('go on?', never, asked)
    asked.input.end()
    expect(await answer).toBe(false)
    expect(asked.written()).toMatch(/\[y\/N\] [^]*\n$/)
  })

  test('the end of the run is no', async () => {
    const asked = dialogue(isTerminal)
    const run = new AbortController()
    const answer = askYesNo('go on?', run.signal, asked)
    run.abort(new Error('timeout'))
    expect(await answer).toBe(false)
  })
})

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s on a terminal is no', async (_key, keys) => expect(await answered(keys, true)).toBe(false))

test('a run that has ended asks nothing', async () => {
  const asked = dialogue(true)
  expect(await askYesNo('go on?', AbortSignal.abort(), asked)).toBe(false)
  expect(asked.written()).toBe('')
})

test('the question is printable, on one line', async () => {
  const asked = dialogue(false)
  const answer = askYesNo('restart\n\u001b[2Jkind?', never, asked)
  asked.input.end('y\n')
  await answer
  expect(asked.written()).toBe('restart kind? [y/N] ')
})

test('nobody listens any more when it is answered', async () => {
  const asked = dialogue(true)
  const answer = askYesNo('go on?', never, asked)
  asked.input.write('y\n')
  await answer
  expect(asked.input.isPaused()).toBe(true)
})
