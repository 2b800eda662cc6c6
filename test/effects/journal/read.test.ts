import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Journal } from '../../../src/effects/journal/journal.ts'
import { continueJournal, openJournal } from '../../../src/effects/journal/open.ts'
import { readJournal, type Reading } from '../../../src/effects/journal/read.ts'
import { formatRecord, type JournalRecord } from '../../../src/effects/journal/records.ts'
import type { Json } from '../../../src/model/json.ts'
import { memoryState } from './memory-state.ts'
import { entryOf, steps } from './steps.ts'

const run = { host: 'laptop', pid: 7, start: 'boot/1' }
const at = '2026-11-28T19:05:33.000Z'
const begun: JournalRecord = {
  kind: 'begun',
  schemaVersion: 1,
  id: '20261128-190533-7f3a',
  command: 'fix',
  clusters: ['dev'],
  engine: 'unix:///var/run/docker.sock',
  version: '1.0.0',
  run,
  at,
}
const intended = (nth: number): JournalRecord => ({ kind: 'intended', nth, entry: entryOf(steps['file.put']) })
const read = (...lines: readonly (JournalRecord | string | Buffer)[]): Reading =>
  readJournal(
    Buffer.concat(lines.map((one) => (typeof one === 'string' ? Buffer.from(one) : 'kind' in one ? Buffer.from(formatRecord(one)) : one))),
  )
const stateOf = (reading: Reading) => {
  if (reading.is !== 'whole') throw new Error(`it is ${JSON.stringify(reading)}`)
  return reading.state
}

test('every kind of step is read as it was written', () => {
  const entries = Object.values(steps).map((step) => entryOf(step, { finding: 'a:node/dev/x', before: { bytes: 'aGk=', mode: 420 } }))
  const reading = read(begun, ...entries.map((entry, nth): JournalRecord => ({ kind: 'intended', nth, entry })))
  expect(stateOf(reading).steps.map(({ entry }) => entry)).toEqual(entries)
})

test('what became of each step, and who went on with it', () => {
  const later = { ...run, pid: 8 }
  const state = stateOf(
    read(
      begun,
      ...[0, 1, 2, 3, 4].map(intended),
      { kind: 'done', nth: 0 },
      { kind: 'failed', nth: 1, why: 'no' },
      { kind: 'ended', outcome: 'failed' },
      { kind: 'continued', schemaVersion: 1, command: 'undo', version: '1.1.0', run: later, at: '2026-11-29T00:00:00.000Z' },
      { kind: 'undone', nth: 2, kept: null },
      { kind: 'undone', nth: 3, kept: 'it is used' },
    ),
  )
  expect(state.steps.map(({ state: became, reason }) => [became, reason])).toEqual([
    ['done', undefined],
    ['failed', 'no'],
    ['undone', undefined],
    ['kept', 'it is used'],
    ['intended', undefined],
  ])
  expect(state).toMatchObject({ command: 'fix', startedAt: at, version: '1.0.0', outcome: null })
  expect(state.last).toEqual({ command: 'undo', version: '1.1.0', run: later, at: '2026-11-29T00:00:00.000Z' })
})

describe('a journal that was cut off', () => {
  test('while its first line was written is empty', () => {
    expect(readJournal(new Uint8Array())).toEqual({ is: 'empty' })
    expect(read(formatRecord(begun).slice(0, -1))).toEqual({ is: 'empty' })
  })

  test('has no half line, and tells where the whole ones end', () => {
    const whole = Buffer.byteLength(formatRecord(begun) + formatRecord(intended(0)))
    expect(read(begun, intended(0), '{"kind":"do')).toMatchObject({ is: 'whole', length: whole, state: { steps: [{ state: 'intended' }] } })
    expect(read(begun, intended(0), '\0\0\0')).toMatchObject({ is: 'whole', length: whole })
  })

  type Action = 'intend' | 'done' | 'failed' | 'undone' | 'kept' | 'end' | 'continue'
  const actions = fc.array(fc.constantFrom<Action[]>('intend', 'intend', 'done', 'failed', 'undone', 'kept', 'end', 'continue'), {
    maxLength: 12,
  })

  test('at any byte reads as it stood before', async () => {
    await fc.assert(
      fc.asyncProperty(actions, fc.string({ unit: 'binary' }), fc.jsonValue(), fc.nat(), async (all, text, before, cut) => {
        const state = memoryState()
        const by = { version: '1', owner: run, now: at }
        let journal: Journal = await openJournal(state, { ...by, command: 'fix', clusters: [text], engine: text })
        const name = `${journal.id}.jsonl`
        const stood: Reading[] = [{ is: 'empty' }, readJournal(state.files.get(name)!)]
        let count = 0
        let isEnded = false
        const act = async (action: Action): Promise<boolean> => {
          if (action === 'continue') journal = await continueJournal(state, journal.id, { ...by, command: 'undo' })
          else if (isEnded || (count === 0 && action !== 'intend' && action !== 'end')) return false
          else if (action === 'intend')
            count = 1 + (await journal.intend(entryOf({ ...steps['file.put'], content: text }, { before: before as Json })))
          else if (action === 'done') await journal.done(count - 1)
          else if (action === 'failed') await journal.failed(count - 1, text)
          else if (action === 'end') await journal.end('failed')
          else await journal.undone(0, action === 'kept' ? text : null)
          isEnded = action === 'end'
          return true
        }
        for (const action of all) if (await act(action)) stood.push(readJournal(state.files.get(name)!))

        const bytes = state.files.get(name)!
        const prefix = bytes.subarray(0, cut % (bytes.length + 1))
        const wholeLines = prefix.filter((byte) => byte === 0x0a).length
        expect(stood).toHaveLength(bytes.filter((byte) => byte === 0x0a).length + 1)
        expect(readJournal(prefix)).toEqual(stood[wholeLines])
      }),
      { numRuns: 150 },
    )
  })
})

const damaged = (why: string): Reading => ({ is: 'damaged', why })
const without = (record: JournalRecord, key: string): string => `${JSON.stringify({ ...record, [key]: undefined })}\n`

test.each<[string, readonly (JournalRecord | string | Buffer)[], Reading]>([
  ['is no JSON', [begun, 'password\n', intended(0)], damaged('line 2 is no JSON')],
  ['is empty', [begun, '\n', intended(0)], damaged('line 2 is no JSON')],
  ['holds bytes that are no text', [begun, Buffer.from([0x22, 0xff, 0x22, 0x0a])], damaged('line 2 is no JSON')],
  ['is no object', [begun, 'null\n'], damaged('line 2 is no record of a journal (at its root)')],
  ['lacks something', [begun, without(intended(0), 'nth')], damaged('line 2 is no record of a journal (at nth)')],
  [
    'does not say what was there before',
    [begun, `${JSON.stringify({ kind: 'intended', nth: 0, entry: { title: '', step: steps['container.start'] } })}\n`],
    damaged('line 2 is no record of a journal (at entry.before)'),
  ],
  [
    'is a step that only a person can do',
    [begun, { kind: 'intended', nth: 0, entry: { ...entryOf(steps['file.put']), step: { op: 'manual', text: 'hunter2' } as never } }],
    damaged('line 2 is no record of a journal (at entry.step)'),
  ],
  [
    'holds something else than it should, which is not told',
    [begun, { kind: 'intended', nth: 0, entry: entryOf({ ...steps['file.put'], node: { hunter2: 1 } as never }) }],
    damaged('line 2 is no record of a journal (at entry.step.node)'),
  ],
  ['begins it again', [begun, begun], damaged('line 2 begins the journal again')],
  ['comes before the beginning', [intended(0), begun], damaged('line 1 does not begin a journal')],
  ['leaves a step out', [begun, intended(1)], damaged('line 2 is step 1 in the place of step 0')],
  [
    'tells of a step that is not there',
    [begun, intended(0), { kind: 'done', nth: 1 }],
    damaged('line 3 tells of step 1, which was never begun'),
  ],
  ['comes after the end', [begun, { kind: 'ended', outcome: 'done' }, intended(0)], damaged('line 3 comes after the end')],
  ['is of a version to come', [{ ...begun, schemaVersion: 2 as never }, 'anything\n'], { is: 'newer', why: 'line 1 has schemaVersion 2' }],
  ['is of an unknown kind', [begun, '{"kind":"paused"}\n'], { is: 'newer', why: 'line 2 is of a kind that this version does not know' }],
  [
    'is an unknown step',
    [begun, { kind: 'intended', nth: 0, entry: entryOf({ op: 'node.polish' } as never) }],
    { is: 'newer', why: 'line 2 is a step that this version does not know' },
  ],
])('a journal of which a line %s is not acted upon', (_what, lines, reading) => expect(read(...lines)).toEqual(reading))

test('whatever is in a file, it is read without a fault', () => {
  const lines = [begun, intended(0)].map((one) => Buffer.from(formatRecord(one)))
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.uint8Array(),
          fc.constantFrom(...lines),
          fc.json().map((text) => Buffer.from(`${text}\n`)),
        ),
      ),
      (parts) => {
        expect(['whole', 'empty', 'damaged', 'newer']).toContain(readJournal(Buffer.concat(parts)).is)
      },
    ),
  )
})
