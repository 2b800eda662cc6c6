import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { createCancellation, type Cancellation } from '../../src/cli/cancel.ts'

let cancellation: Cancellation | undefined
afterEach(() => cancellation?.dispose())

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const)('%s ends the run, and a second one the process', async (signal, exitCode) => {
    const others = process.listenerCount(signal)
    cancellation = createCancellation()
    process.emit(signal)
    expect(cancellation.ended()).toEqual({ exitCode, code: 'interrupted' })
    expect(cancellation.signal.aborted).toBe(true)
    await expect(cancellation.promise).rejects.toThrow('interrupted')
    await turn()
    expect(process.listenerCount(signal), 'nobody keeps it from ending the process').toBe(others)
  })

  // What has hidden the cursor of a terminal shows it again, and then ends the process where nobody else listens.
  test('that others listen to as well finds somebody who ends the run', () => {
    const others = process.listenerCount('SIGINT')
    cancellation = createCancellation()
    let found = 0
    const onSignal = (): void => void (found = process.listenerCount('SIGINT'))
    process.once('SIGINT', onSignal)
    process.emit('SIGINT')
    expect(found).toBe(others + 1)
  })

  test('is not listened to any more when the run is over', () => {
    const others = process.listenerCount('SIGINT')
    createCancellation().dispose()
    expect(process.listenerCount('SIGINT')).toBe(others)
  })
})

test('at its limit a run has taken too long', async () => {
  cancellation = createCancellation(1)
  await expect(cancellation.promise).rejects.toThrow('timeout')
  expect(cancellation.ended()).toEqual({ exitCode: 3, code: 'timeout' })
})
